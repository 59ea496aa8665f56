"""The fast lane: a good kept page goes out before Django makes an object of the request.

Half of what such an answer costs otherwise is the request object, the chain of middleware and the
signals around it, none of which a kept page needs. Whatever is not the plain case takes the usual
way, where the same page comes from :mod:`.page_cache`.
"""

import time

from django.conf import settings

from . import content_version, metrics, requests
from .page_cache import PERSONAL, Shelf, allowed, is_search

STATUS = {200: "200 OK", 304: "304 Not Modified"}
NOT_PLAIN = (*PERSONAL, "HTTP_COOKIE")
#: In the environ: when the answer was begun, where a slow cache is to show in log and figures.
BEGUN = "portal.begun"


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

    def answer(self, environ, found=None):
        """``(status code, [(header, value), …], body)`` of a good kept page, or None.

        ``found``: ``(content version, KeptPage)`` where they are known already.
        """
        begun = environ.get(BEGUN) or time.perf_counter()
        reply = self.reply(environ, found) if settings.PAGE_CACHE else None
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

    def reply(self, environ, found=None):
        """``(status code, {lower-case name: (header, value)}, body)`` of it, or None."""
        if found is None:
            address = self.address_of(environ)
            if address is None:
                return None
            found = self.shelf.look_up(*address)
        version, kept = found
        now = time.time()
        if kept is None or not kept.is_good(version, now):
            return None
        return kept.reply(environ, now)

    def near(self, environ):
        """The page of a shared cache that the process has itself, good or not.

        None where it has none, and where the cache cannot be asked whether it is good.
        """
        environ[BEGUN] = time.perf_counter()
        address = self.address_of(environ)
        if address is None or not content_version.is_at_hand():
            return None
        return self.shelf.near(*address)

    def address_of(self, environ):
        """What a page is kept under, if the request is plain and looks for nothing; or None."""
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
        return scheme_of(environ), environ.get("HTTP_HOST", ""), path, query


def scheme_of(environ):
    """The word "http" or "https", as Django's ``request.scheme`` tells it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        said = environ.get(name)
        if said is not None:
            return "https" if said.split(",", 1)[0].strip() == secure else "http"
    return environ["wsgi.url_scheme"]
