"""What the portal depends on, taken away."""

from contextlib import contextmanager

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from guizhou_portal.operations import probes, unavailable
from guizhou_portal.operations.breaker import Seldom


@contextmanager
def without_database(monkeypatch, fault="connection to server failed"):
    """No connection can be made, as when the server is down; each fault is told anew."""

    def gone(*args, **kwargs):
        raise OperationalError(fault)

    monkeypatch.setattr(probes, "_told", Seldom(60))
    monkeypatch.setattr(unavailable, "_told", Seldom(60))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(BaseDatabaseWrapper, "cursor", gone)
        meanwhile.setattr(connection, "cursor", gone)
        # What opens a transaction comes before the first cursor.
        meanwhile.setattr(BaseDatabaseWrapper, "set_autocommit", gone)
        yield
