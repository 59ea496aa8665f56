"""Kept pages for whoever asks plainly, sent by the loop that watches the connections.

To give a request to a thread, to parse all that a request may be, and to check and write each
header by itself takes ten times as long as to look up a kept page. What browsers send when they ask
for a page has a simple form, which is recognised here; any other request goes the usual way, to a
thread and Django. A cache that machines share may make one wait, and nobody is to wait for another
here: it is asked beside the loop (:mod:`.asking`), and for the content version alone.
"""

import logging
import re
from http import HTTPStatus

from django.conf import settings
from gunicorn.util import http_date

logger = logging.getLogger(__name__)

LONGEST = 8192  # bytes: beyond, it is no plain request
#: A request without a body, in signs that mean the same to everybody (RFC 9112).
PLAIN = re.compile(
    r"GET (/(?!/)[!$&-;=@-Z_a-z~]*)(?:\?([!$-~]*))? HTTP/1\.1\r\n"
    r"((?:[A-Za-z0-9-]+: ?[!-~](?:[ -~]*[!-~])?\r\n)+)\r\n"
)
#: Headers by which a request has a body, wants another protocol, or tells of a proxy what Django
#: would not believe.
NOT_PLAIN = {
    *("content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"),
    *("http2-settings", "proxy-connection", "keep-alive", "forwarded"),
    *("x-forwarded-protocol", "x-forwarded-ssl", "script-name", "path-info"),
}


class Express:
    """``application``: what the server serves; only a :class:`.lane.Lane` has kept pages."""

    def __init__(self, application):
        self.lane = application if hasattr(application, "answer") else None

    def answer(self, head):
        """``(bytes to send, whether the connection stays open)``, or None.

        ``head``: the request as it came, to the empty line, as bytes.
        """
        if self.lane is None or settings.PAGE_CACHE_SHARED or not settings.PAGE_CACHE:
            return None
        environ = environ_of(head)
        return None if environ is None else self._sent(environ)

    def question(self, head):
        """``(environ, page)`` where the page is here and its version to be asked for; or None."""
        if self.lane is None or not settings.PAGE_CACHE_SHARED or not settings.PAGE_CACHE:
            return None
        environ = environ_of(head)
        page = environ and _tried(self.lane.near, environ)
        return page and (environ, page)

    def told(self, environ, page, version):
        """As :meth:`answer`; ``version`` was asked for after :meth:`question`."""
        return self._sent(environ, (version, page))

    def _sent(self, environ, *found):
        answer = _tried(self.lane.answer, environ, *found)
        if answer is None:
            return None
        status, headers, body = answer
        stays = environ.get("HTTP_CONNECTION", "").lower() != "close"
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Server: gunicorn",
            f"Date: {http_date()}",
            f"Connection: {'keep-alive' if stays else 'close'}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body, stays


def _tried(ask, *args):
    """What ``ask`` returns; None after a fault, which must not end the loop."""
    try:
        return ask(*args)
    except Exception:
        logger.exception("A kept page could not be sent at once.")
        return None


def environ_of(head):
    """A plain request in CGI's names, as far as kept pages ask for it; None if it is not plain."""
    if len(head) > LONGEST:
        return None
    try:
        match = PLAIN.fullmatch(head.decode("ascii"))
    except UnicodeDecodeError:
        return None
    if match is None:
        return None
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": match[1],
        "QUERY_STRING": match[2] or "",
        "wsgi.url_scheme": "http",
    }
    for line in match[3][:-2].split("\r\n"):
        name, _, value = line.partition(":")
        name = name.lower()
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if name in NOT_PLAIN or key in environ:
            return None
        environ[key] = value.strip()
    if environ.get("HTTP_CONNECTION", "keep-alive").lower() not in ("keep-alive", "close"):
        return None
    if "HTTP_X_FORWARDED_PROTO" in environ and not settings.SECURE_PROXY_SSL_HEADER:
        return None
    return environ if "HTTP_HOST" in environ else None
