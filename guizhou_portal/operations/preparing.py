"""One start at a time prepares the database; the others wait, on whatever machine they are."""

import fcntl
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

#: The key of PostgreSQL's advisory lock: any number, as long as nobody else takes it.
LOCK = 0x6775697A686F75  # "guizhou" in ASCII

_held = set()


@contextmanager
def alone(connection):
    """Wait until nobody else prepares this database, then keep others waiting.

    PostgreSQL holds the lock in a session of its own, so that it ends with this process whatever
    becomes of it; for SQLite it is a lock on a file beside the database. May be nested.
    """
    name = connection.alias
    if name in _held:
        yield
        return
    with _lock(connection):
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)


@contextmanager
def _lock(connection):
    with ExitStack() as held:
        if connection.vendor == "postgresql":
            session = held.enter_context(own_session(connection))
            # Asked again and again: a statement that waits would be waited for by whoever prepares,
            # when an index is built beside writers.
            while not session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()[0]:
                time.sleep(0.2)
        elif connection.vendor == "sqlite" and not connection.is_in_memory_db():
            database = Path(connection.settings_dict["NAME"])
            with suppress(OSError):  # a folder one cannot write to: the database says it better
                beside = database.with_name(f"{database.name}.preparing")
                fcntl.flock(held.enter_context(beside.open("w")), fcntl.LOCK_EX)
        yield


def own_session(connection, timeout=5):
    """A session beside Django's pool, as a context manager; raises ``psycopg.Error``.

    ``timeout``: seconds to connect in, where the database's address does not say.
    """
    import psycopg

    parameters = connection.get_connection_params()
    parameters.pop("pool", None)
    return psycopg.connect(**{"connect_timeout": timeout, **parameters, "autocommit": True})
