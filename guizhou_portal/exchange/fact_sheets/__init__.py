"""Records as PDF fact sheets, set by typst.

What the sheet of a record says is declared beside the record (``events/fact_sheets.py``,
``projects/fact_sheets.py``) with the parts offered here. Content travels to the template as JSON,
never as markup, so that nothing an editor writes is ever run.
"""
