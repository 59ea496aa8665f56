"""Import and export: the records of a list as a sheet, CSV or XLSX, and back again.

``cells`` says how the value of a field is written in a cell, ``resources`` which columns a record's
sheet has and what an import does with a row, ``reading`` and ``writing`` know the files,
``imports`` runs a file dry or for good, ``admin`` holds the pages. What each record's sheet holds
is declared beside its admin class, in the ``sheets.py`` of its app.
"""
