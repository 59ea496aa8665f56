"""How long the database takes: slow statements in the log, and the time of each request."""

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections

logger = logging.getLogger("guizhou_portal.slow")

LONGEST = 2000  # characters of a statement


@dataclass
class Watch:
    """Of one request: how many statements, and how many seconds they took."""

    slow: float  # seconds; 0: none is called slow
    number: int = 0
    seconds: float = 0.0

    def __call__(self, execute, sql, params, many, context):
        """For ``connection.execute_wrapper``."""
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - begun
            self.number += 1
            self.seconds += took
            if self.slow and took >= self.slow:
                tell(sql, took)


def tell(sql, seconds):
    """The statement as it was written, with places for its values, which may be personal."""
    fields = {"ms": round(seconds * 1000, 1), "sql": " ".join(str(sql).split())[:LONGEST]}
    logger.warning("Slow statement, %(ms)s ms: %(sql)s", fields, extra={"fields": fields})


def middleware(get_response):
    """Watches the statements of a request, as ``request.queries``. Not there if nobody asks."""
    slow = settings.SLOW_QUERY_MS / 1000
    if not slow and not settings.METRICS_TOKEN:
        raise MiddlewareNotUsed

    def respond(request):
        request.queries = Watch(slow)
        with ExitStack() as watched:
            for connection in connections.all():
                watched.enter_context(connection.execute_wrapper(request.queries))
            return get_response(request)

    return respond
