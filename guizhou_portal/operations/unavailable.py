"""While the database is gone: pages say so, soon, in the visitor's language, and try again."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render

from guizhou_portal.exchange.api.problems import is_for_programs, problem_response

from .breaker import Seldom

logger = logging.getLogger(__name__)

RETRY_AFTER = 30  # seconds
#: No connection, no answer in time, no room, a lock that was not given up.
GONE = (OperationalError, InterfaceError)
_told = Seldom(60)

#: Should the page itself fail.
PLAIN = (
    "<!doctype html><meta charset=utf-8><title>503</title><h1>503</h1>"
    "<p lang=de>Die Seite ist im Moment nicht erreichbar."
    "<p lang=en>This page is unavailable at the moment.<p lang=zh-Hans>此页面暂时无法访问。"
)


class UnavailableMiddleware:
    """Answers 503 where a view failed because of the database.

    What fails elsewhere, such as on the way out, comes to ``handler500``, which asks here, too.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return unavailable(request) if is_gone(exception) else None


def is_gone(error):
    """Whether ``error``, or what it was raised from, says that the database cannot be used now.

    Told once a minute, whichever page was asked for, not for every visitor.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, GONE):
            if times := _told.times():
                logger.error("No database for %d requests.", times, exc_info=error)
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def unavailable(request):
    """The answer; nobody keeps it, and all may come back in :data:`RETRY_AFTER` seconds."""
    if is_for_programs(request):
        response = problem_response(request, 503)
    else:
        try:
            response = render(request, "503.html", status=503)
        except Exception:
            logger.exception("The page that says that the database is gone failed.")
            response = HttpResponse(PLAIN, status=503)
    response._has_been_logged = True  # by Django, for each request; is_gone() told once for all
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
