"""The fast lane: a good kept page goes out before Django makes an object of the request.

Half of what such an answer costs otherwise is the request object, the chain of middleware and the
signals around it, none of which a kept page needs. Whatever is not the plain case takes the usual
way, where the same page comes from :mod:`.page_cache`.
"""

import time

from django.conf import settings

from . import metrics, requests
from .page_cache import PERSONAL, Shelf, allowed, is_search

STATUS = {200: "200 OK", 304: "304 Not Modified"}
NOT_PLAIN = (*PERSONAL, "HTTP_COOKIE")


class Lane:
    """A WSGI application (PEP 3333) in front of another one, Django's."""

    def __init__(self, application):
        self.application = application
        self.shelf = Shelf()

    def __call__(self, environ, start_response):
        answer = self.answer(environ)
        if answer is None:
            return self.application(environ, start_response)
        status, headers, body = answer
        start_response(STATUS[status], headers)
        return [body]

    def answer(self, environ):
        """``(status code, [(header, value), …], body)`` of a good kept page, or None."""
        begun = time.perf_counter()
        reply = self.reply(environ) if settings.PAGE_CACHE else None
        if reply is None:
            return None
        status, headers, body = reply
        if settings.ACCESS_LOG or settings.METRICS_TOKEN:
            method, seconds = environ["REQUEST_METHOD"], time.perf_counter() - begun
            if settings.ACCESS_LOG:
                requests.note_line(method, environ["PATH_INFO"], status, len(body), seconds)
            if settings.METRICS_TOKEN:
                metrics.count_hit(method, status, seconds)
        name = (requests.HEADER, requests.name_of(environ))
        return status, [*headers.values(), name], body

    def reply(self, environ):
        """``(status code, {lower-case name: (header, value)}, body)`` of it, or None."""
        path = environ["PATH_INFO"]
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or not path.startswith(self.shelf.prefixes)
            or not path.isascii()
            or environ.get("SCRIPT_NAME")
            or any(name in environ for name in NOT_PLAIN)
        ):
            return None
        query = allowed(environ.get("QUERY_STRING", ""))
        if is_search(query):
            return None
        host = environ.get("HTTP_HOST", "")
        version, kept = self.shelf.look_up(scheme_of(environ), host, path, query)
        now = time.time()
        if kept is None or not kept.is_good(version, now):
            return None
        return kept.reply(environ, now)


def scheme_of(environ):
    """The word "http" or "https", as Django's ``request.scheme`` tells it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        said = environ.get(name)
        if said is not None:
            return "https" if said.split(",", 1)[0].strip() == secure else "http"
    return environ["wsgi.url_scheme"]
