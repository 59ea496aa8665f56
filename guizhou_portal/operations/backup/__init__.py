"""Backup and restore: the whole portal in one file that fits SQLite and PostgreSQL alike.

The file is a tar archive, encrypted with age if asked for: ``database/<table>.jsonl.gz`` with the
records of each table, ``media/…`` and ``enquiries/…`` with the files, ``manifest.json`` and, last,
``checksum`` over every byte before it. See :mod:`.archive` for its rules and docs/backup.md for
those of whoever keeps it.
"""
