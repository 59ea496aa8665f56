"""Database connections of the commands' own: a still view to copy, a new database to build."""

import os
import sqlite3
from contextlib import contextmanager
from copy import deepcopy

from django.db import connections, router, transaction

from . import leftovers
from .faults import BackupError

DEFAULT = "default"


@contextmanager
def still(copy):
    """Everything asked inside is the database as it is now, whatever is written meanwhile.

    SQLite's is a copy, made as ``copy`` by SQLite itself and gone with the connection;
    PostgreSQL's a transaction that sees one moment. Neither keeps anybody from writing.
    """
    source = connections[DEFAULT]
    if source.vendor == "sqlite":
        changes = {"NAME": copy, "OPTIONS": {}}
    else:
        from psycopg import IsolationLevel

        options = _settings()["OPTIONS"] | {"isolation_level": IsolationLevel.REPEATABLE_READ}
        changes = {"OPTIONS": options}
    with instead(**changes) as connection:
        if connection.vendor == "sqlite":
            _copy_sqlite(source, copy, connection)
        with transaction.atomic():
            yield connection


def _copy_sqlite(source, copy, connection):
    """The file is gone as soon as ``connection`` has it open.

    If the process is killed before that, the next backup into the same folder removes it: see
    :mod:`.leftovers`.
    """
    try:
        source.ensure_connection()
        leftovers.remove_copy(copy)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        target = sqlite3.connect(copy)
        source.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
        target.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied into {copy} ({error}).") from error
    finally:
        leftovers.remove_copy(copy)


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
