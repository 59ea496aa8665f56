"""What a load balancer asks: is this process alive, can it serve pages."""

import json
import logging
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from threading import Lock, Thread

from django.conf import settings
from django.core.cache import cache
from django.db import Error as AnyError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse

from .breaker import Seldom

logger = logging.getLogger(__name__)

WITHIN = 3.0  # seconds the database has to answer
OK, GONE, PENDING, UNKNOWN = "ok", "unavailable", "pending", "unknown"

#: Says whether this process is about to end; the server sets it (``server.py``).
is_stopping = bool
_migrated = False
_asking = Lock()
_told = Seldom(60)
_asked = None


def middleware(get_response):
    """Answers ``/healthz`` and ``/readyz`` before hosts, HTTPS or anything else is looked at.

    A load balancer asks by IP address and without HTTPS.
    """
    answers = {"/healthz": alive, "/readyz": ready}

    def respond(request):
        answer = answers.get(request.path_info)
        return get_response(request) if answer is None else _answered(request, answer)

    return respond


def _answered(request, answer):
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    response = answer()
    response._has_been_logged = True  # by Django, for each question; the cause is told below
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def alive():
    """200 as long as the process answers, whatever else is down: a restart would not help."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def ready():
    """200 if pages can be served, else 503; as JSON, what is down.

    Without the shared cache pages are served all the same, only slower: 200, "degraded".
    """
    database, migrations = _state_of_database()
    parts = {"database": database, "migrations": migrations, "cache": _state_of_cache()}
    serves = database == migrations == OK
    status = OK if serves else GONE
    if serves and parts["cache"] == GONE:
        status = "degraded"
    if is_stopping():
        serves, status = False, "stopping"
    content = json.dumps({"ready": serves, "status": status, **parts}) + "\n"
    return HttpResponse(content, content_type="application/json", status=200 if serves else 503)


def _state_of_database():
    """``(database, migrations)``, within :data:`WITHIN` seconds."""
    if connection.vendor == "sqlite":  # a file does not keep anybody waiting
        return _ask()
    # A server may hang without closing the connection: then no more than one thread does.
    global _asked
    with _asking:
        if _asked is None or _asked.done():
            _asked = Future()
            Thread(target=_ask_beside, args=[_asked], name="readyz", daemon=True).start()
        asked = _asked
    try:
        return asked.result(WITHIN)
    except TooLate:
        if times := _told.times():
            logger.error("The database does not answer (asked %d times).", times)
        return GONE, UNKNOWN


def _ask_beside(asked):
    try:
        asked.set_result(_ask())
    except BaseException as error:
        asked.set_exception(error)
    finally:
        connection.close()


def _ask():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return OK, OK if _is_migrated() else PENDING
    except AnyError as error:
        if times := _told.times():
            logger.error("The database is not ready (asked %d times): %s", times, error)
        return GONE, UNKNOWN


def _is_migrated():
    """Whether nothing waits to be migrated. Once that is so, it is so for this version's life."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _state_of_cache():
    """Of a cache that is a server of its own, whether it answers; in-process it always does."""
    ping = getattr(cache, "ping", None)
    if "dummy" in settings.CACHES["default"]["BACKEND"]:
        return "off"
    return OK if ping is None or ping() else GONE
