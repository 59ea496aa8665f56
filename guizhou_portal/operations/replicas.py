"""Public pages read from replicas of the database; everything else asks the primary.

A page that is asked for without a session may be read from a replica named in
``DATABASE_REPLICA_URLS``. It is read from the primary all the same

- if no replica answers, or each is further behind than ``MOST_LAG``,
- for ``FRESH`` seconds after a change of content, so that nothing old is kept in the page cache;
  and after the content got a new version, if the cache forgot of the change,
- if it wrote something itself, or is inside of a transaction,
- from the beginning, if its replica fails while it is made.
"""

import itertools
import logging
import time
from contextvars import ContextVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections, transaction

from . import content_version

logger = logging.getLogger(__name__)

#: Seconds a replica may be behind.
MOST_LAG = 5
#: Seconds after a change of content for which pages come from the primary: longer than any lag.
FRESH = 2 * MOST_LAG
#: Seconds for which it counts that a replica is well, or is not: what asking again costs.
WELL_FOR, ILL_FOR = 1, 5
#: Never read from a replica, session or not.
NOT_PUBLIC = ("/admin", "/preview/", "/healthz", "/readyz", "/metrics")
#: What is written to these is not shown to the public.
PRIVATE = {"sessions", "axes", "otp_totp", "otp_static", "admin", "auth", "contenttypes"}
WRITTEN = "replicas:content-written"

#: Seconds behind the primary; null if it cannot say. A replica that has replayed everything is not
#: behind, however long nothing was written, as long as it still listens to the primary. It believes
#: that it does for as long as ``wal_receiver_timeout`` when the stream has come to a halt.
LAG = """
SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN EXISTS (SELECT FROM pg_stat_wal_receiver)
        AND current_setting('wal_receiver_timeout')::interval BETWEEN '1 ms' AND '5 s'
        AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp())
END
"""


class Replica:
    """What this process knows of the database called ``alias``."""

    def __init__(self, alias):
        self.alias = alias
        self.is_well, self.asked = None, 0.0

    def is_usable(self):
        """Whether it answers and is not behind; asked at most once a second."""
        now = time.monotonic()
        if self.is_well is None or now - self.asked >= (WELL_FOR if self.is_well else ILL_FOR):
            self.asked = now  # other threads go on with the answer there is
            self._remember(self._looks_well())
        return self.is_well

    def failed(self):
        """A query failed on it."""
        self.asked = time.monotonic()
        self._close()
        self._remember(False)

    def _looks_well(self):
        connection = connections[self.alias]
        try:
            with connection.cursor() as cursor:
                cursor.execute(LAG if connection.vendor == "postgresql" else "SELECT 0")
                (lag,) = cursor.fetchone()
        except (DatabaseError, InterfaceError):
            self._close()
            return False
        return lag is not None and lag <= MOST_LAG

    def _close(self):
        try:
            connections[self.alias].close()
        except (DatabaseError, InterfaceError):
            logger.debug("%s could not even be closed", self.alias)

    def _remember(self, is_well):
        if self.is_well is not None and is_well != self.is_well:
            state = (
                "serves again" if is_well else "is down or behind: its pages come from the primary"
            )
            logger.warning("The database %s %s.", self.alias, state)
        self.is_well = is_well


REPLICAS = [Replica(alias) for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]
_turns = itertools.count()


class Reading:
    """Where one request reads: decided at its first question, the same for all of it."""

    def __init__(self):
        self.replica, self.decided = None, False

    def database(self):
        if not self.decided:
            self.decided = True
            self.replica = None if cache.get(WRITTEN) or _is_new() else _next_usable()
        return self.replica.alias if self.replica else DEFAULT_DB_ALIAS

    def from_primary(self):
        self.replica, self.decided = None, True


def _is_new():
    """Whether there is a new version of the content, as there is when the cache was away."""
    if not settings.PAGE_CACHE_SHARED:
        return False
    version = content_version.current()
    return version is None or time.time() - version / 1e9 < FRESH


def _next_usable():
    if not REPLICAS:
        return None
    first = next(_turns) % len(REPLICAS)
    return next((one for one in REPLICAS[first:] + REPLICAS[:first] if one.is_usable()), None)


_reading = ContextVar("reading", default=None)


class ReplicaRouter:
    """One of ``DATABASE_ROUTERS``."""

    def db_for_read(self, model, **hints):
        reading = _reading.get()
        if reading is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return DEFAULT_DB_ALIAS
        return reading.database()

    def db_for_write(self, model, **hints):
        if reading := _reading.get():
            reading.from_primary()
        if model._meta.app_label not in PRIVATE:
            _note_change()
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True  # the same records, from wherever they were read

    def allow_migrate(self, db, app_label, **hints):
        return db == DEFAULT_DB_ALIAS


def _note_change():
    """Before it happens, and once more when it is for good: only then replicas hear of it."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        if getattr(connection, "noted_in", None) is connection.run_on_commit:
            return  # once for each transaction; Django begins a new list with each
        transaction.on_commit(_tell, robust=True)
        connection.noted_in = connection.run_on_commit
    _tell()


def _tell():
    cache.set(WRITTEN, True, FRESH)


class ReplicaMiddleware:
    """Says of each request whether it may be read from a replica."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not _is_public(request):
            return self.get_response(request)
        token = _reading.set(Reading())
        try:
            return self.get_response(request)
        finally:
            _reading.reset(token)

    def process_exception(self, request, exception):
        """A page whose replica failed, or does not know a new column yet, is made once more."""
        reading = _reading.get()
        if not isinstance(exception, (DatabaseError, InterfaceError)):
            return None
        if reading is None or reading.replica is None:
            return None
        reading.replica.failed()
        reading.from_primary()
        match = request.resolver_match
        response = match.func(request, *match.args, **match.kwargs)
        return response.render() if callable(getattr(response, "render", None)) else response


def _is_public(request):
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path_info.startswith(NOT_PUBLIC)
    )
