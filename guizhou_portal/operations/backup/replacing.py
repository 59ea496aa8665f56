"""A new database beside the one in use, which takes its place in one moment.

SQLite: a file, whose content the one in use takes over in one transaction, so that servers that
have it open go on with the new content. PostgreSQL: a schema, whose tables move into the one in
use in one transaction. If anything ends before that moment, also by ``kill -9``, the old database
is as it was, and what was built is thrown away by the next attempt.
"""

import os
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, OperationalError, connection, transaction

from . import ending
from .connected import instead
from .faults import BackupError

SCHEMA = "portal_restoring"
PATIENCE = 60  # seconds for others to finish what they are writing


@contextmanager
def new_database():
    """Everything asks a new, empty database inside; :func:`take_over` or :func:`throw_away` it."""
    if connection.vendor == "sqlite":
        beside = _beside()
        beside.parent.mkdir(parents=True, exist_ok=True)
        _remove_sqlite(beside)
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600))
        pragmas = "PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA cache_size=-64000;"
        options = {"transaction_mode": "IMMEDIATE", "init_command": pragmas}
        with instead(NAME=beside, OPTIONS=options):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        try:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        except DatabaseError as error:
            raise BackupError(
                "The database user must be allowed to create a schema: "
                f"GRANT CREATE ON DATABASE … TO … ({str(error).strip()})."
            ) from error
    settings = dict(connection.settings_dict["OPTIONS"])
    settings.pop("pool", None)
    given = settings.get("options", "")
    settings["options"] = f"{given} -c search_path={SCHEMA} -c synchronous_commit=off".strip()
    with instead(OPTIONS=settings):
        yield


def take_over():
    """Put what :func:`new_database` built into its place. All of it happens, or nothing.

    Who tells the process to end is heard only while it did not happen: nothing is taken back after.
    """
    ending.hold()
    if connection.vendor == "sqlite":
        _take_over_sqlite()
    else:
        until = time.monotonic() + PATIENCE
        try:
            while not _take_over_postgresql():
                if time.monotonic() > until:
                    raise BackupError("The database is never free for a moment: stop the servers.")
                ending.heed()
                time.sleep(0.05)
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise BackupError(f"The database could not be replaced: {reason}") from error


def throw_away():
    """Remove what is left of a new database."""
    if connection.vendor == "sqlite":
        _remove_sqlite(_beside())
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


# --- SQLite --------------------------------------------------------------------------------------


def is_missing():
    """Whether there can be no database yet: not even the folder of its file is there."""
    return connection.vendor == "sqlite" and not _live().parent.is_dir()


def _live():
    return Path(connection.settings_dict["NAME"])


def _beside():
    return _live().with_name(f"{_live().name}.restoring")


def _remove_sqlite(file):
    for last in ("", "-journal", "-wal", "-shm", ".preparing"):
        file.with_name(file.name + last).unlink(missing_ok=True)


def _take_over_sqlite():
    waited = 0

    def wait_or_give_up(status, remaining, total):
        nonlocal waited
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return
        ending.heed()
        waited += 1
        if waited > PATIENCE:
            raise BackupError(f"The database {_live()} is being written to and does not let go.")

    connection.close()
    source, target = sqlite3.connect(_beside()), sqlite3.connect(_live(), timeout=1)
    try:
        # All pages in one step, which is one transaction of the target.
        source.backup(target, pages=-1, progress=wait_or_give_up, sleep=1)
    except sqlite3.DatabaseError as error:
        raise BackupError(
            f"The database {_live()} could not be replaced ({error}).{_advice(error)}"
        ) from error
    finally:
        source.close()
        target.close()


def _advice(error):
    """What helps if the database in use is what does not work."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details of its kind
    if code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return ""
    return " Move it and the files -wal and -shm beside it away, and restore again."


# --- PostgreSQL ----------------------------------------------------------------------------------


def _take_over_postgresql():
    """Try to; False if somebody just reads or writes.

    To wait in line would let everybody wait who comes later, and could end in a deadlock.
    """
    quoted = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
        new = _tables(cursor, SCHEMA)
        # Also tables of a newer release, which an update that is taken back leaves behind.
        ours = tuple(f"{app}_" for app in _apps(cursor))
        old = [one for one in _tables(cursor, schema) if one in new or one.startswith(ours)]
        if old:
            names = ", ".join(f"{quoted(schema)}.{quoted(name)}" for name in old)
            try:
                with transaction.atomic():
                    cursor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT")
            except OperationalError:
                return False
            cursor.execute(f"DROP TABLE {names}")
        for function in _functions(cursor, SCHEMA):
            cursor.execute(f"DROP FUNCTION IF EXISTS {quoted(schema)}.{function}")
        for name in new:  # indexes, constraints and what counts the keys go along
            cursor.execute(f"ALTER TABLE {SCHEMA}.{quoted(name)} SET SCHEMA {quoted(schema)}")
        for function in _functions(cursor, SCHEMA):
            cursor.execute(f"ALTER FUNCTION {SCHEMA}.{function} SET SCHEMA {quoted(schema)}")
        cursor.execute(f"DROP SCHEMA {SCHEMA}")  # fails if anything was left behind
    return True


def _tables(cursor, schema):
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [name for (name,) in cursor.fetchall()]


def _apps(cursor):
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return []
    cursor.execute("SELECT DISTINCT app FROM django_migrations")
    return [app for (app,) in cursor.fetchall()]


def _functions(cursor, schema):
    """``name(arguments)`` of the functions in a schema."""
    cursor.execute(
        "SELECT quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = %s",
        [schema],
    )
    return [name for (name,) in cursor.fetchall()]
