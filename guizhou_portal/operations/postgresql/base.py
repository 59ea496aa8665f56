"""Django's PostgreSQL backend, except that not every request waits for a database that is gone."""

from django.db.backends.postgresql import base
from psycopg import OperationalError

from guizhou_portal.operations.breaker import Breaker

#: Seconds for which others are not let wait after one waited in vain.
SPARED = 1.0
PATIENCE = 6.0  # longer than one waits: for the pool, and for the check of what it gives
_breakers = {}


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        """A connection; ``OperationalError`` at once if there was none to be had just now."""
        breaker = _breakers.setdefault(self.alias, Breaker(SPARED, PATIENCE))
        if breaker.refuses():
            raise OperationalError("the database did not answer a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except OperationalError:
            breaker.failed()
            raise
        breaker.worked()
        return connection
