"""Database connections of the commands' own: a still view to copy, a new database to build."""

import sqlite3
import tempfile
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from django.db import connections, router, transaction

DEFAULT = "default"
STILL = "still"


@contextmanager
def still(folder):
    """A connection that sees the database as it is now, whatever is written meanwhile.

    SQLite's is a copy, made in ``folder`` by SQLite itself and gone with the connection;
    PostgreSQL's a transaction that sees one moment. Neither keeps anybody from writing.
    """
    settings = _settings()
    if connections[DEFAULT].vendor == "sqlite":
        copy = Path(tempfile.mkdtemp(prefix=".backup-", dir=folder)) / "copy.sqlite3"
        settings |= {"NAME": copy, "OPTIONS": {}}
    else:
        from psycopg import IsolationLevel

        settings["OPTIONS"]["isolation_level"] = IsolationLevel.REPEATABLE_READ
    connections.databases[STILL] = settings
    connection = connections[STILL]
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(copy, connection)
        with transaction.atomic(using=STILL):
            yield connection
    finally:
        connection.close()
        del connections[STILL], connections.databases[STILL]


def _copy_sqlite(copy, connection):
    """The file is gone as soon as ``connection`` has it open: nobody finds it after a crash."""
    source = connections[DEFAULT]
    source.ensure_connection()
    try:
        target = sqlite3.connect(copy)
        source.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
        target.close()
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
    finally:
        copy.unlink(missing_ok=True)
        copy.parent.rmdir()


@contextmanager
def instead(**changes):
    """Let everything in this process that asks for the database find another one.

    ``changes`` are made to its settings. What follows a migration asks the usual way.
    """
    before, settings = connections[DEFAULT], connections.databases[DEFAULT]
    routers = router.routers
    connections.databases[DEFAULT] = _settings() | changes
    connections[DEFAULT] = connections.create_connection(DEFAULT)
    router.routers = []  # no copy of the old database is read meanwhile
    try:
        yield connections[DEFAULT]
    finally:
        connections[DEFAULT].close()
        connections[DEFAULT], connections.databases[DEFAULT] = before, settings
        router.routers = routers


def _settings():
    """Those of the database, for a single connection."""
    settings = deepcopy(connections[DEFAULT].settings_dict)
    settings["OPTIONS"].pop("pool", None)
    settings["CONN_MAX_AGE"] = None
    return settings
