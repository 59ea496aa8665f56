"""Finds records by their words, in all languages at once, on SQLite and PostgreSQL alike.

Each app says in its ``search.py`` by which texts a kind of record is found (:mod:`.declared`).
Their words are kept in an index (:mod:`.index`) that follows every change (:mod:`.changes`), and
looked up in it (:mod:`.lookup`).

Which of them the public finds, and how they look as results, stands there too (:mod:`.results`).
What somebody typed becomes words (:mod:`.sought`), for which records are found and ranked
(:mod:`.ranking`); typing errors are read as what was meant (:mod:`.spelling`), and what is found is
shown with its excerpt (:mod:`.hits`, :mod:`.marks`).
"""
