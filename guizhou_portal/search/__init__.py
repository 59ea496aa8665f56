"""Finds records by their words, in all languages at once, on SQLite and PostgreSQL alike.

Each app says in its ``search.py`` by which texts a kind of record is found (:mod:`.declared`).
Their words are kept in an index (:mod:`.index`) that follows every change (:mod:`.changes`), and
looked up in it (:mod:`.lookup`).
"""
