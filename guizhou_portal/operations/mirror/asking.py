"""Asks the portal for its public addresses as a visitor would, without a network.

The copy's host name is asked for, so that absolute addresses, QR codes and calendars name it.
"""

import mimetypes
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler

from .addresses import MEDIA, STATIC


@dataclass(frozen=True)
class Answer:
    """``kind``: the media type; ``location``: where a redirect leads, else empty."""

    status: int
    kind: str = ""
    body: bytes = b""
    location: str = ""


MISSING = Answer(404)


class Portal:
    """The portal under the name of its copy; made by :func:`portal_at`."""

    def __init__(self, base):
        self.parts = urlsplit(base)
        self.handler = WSGIHandler()

    def ask(self, path, query=""):
        """The :class:`Answer` to somebody unknown; static and uploaded files are read directly."""
        if path.startswith(STATIC):
            return static_file(unquote(path[len(STATIC) :]))
        if path.startswith(MEDIA):
            return uploaded_file(unquote(path[len(MEDIA) :]))
        begun = {}

        def start_response(status, headers, exc_info=None):
            begun.update(status=int(status[:3]), headers=dict(headers))

        response = self.handler(self.environ(path, query), start_response)
        try:
            body = b"".join(response)
        finally:
            response.close()
        headers = begun["headers"]
        kind = headers.get("Content-Type", "").partition(";")[0]
        return Answer(begun["status"], kind, body, headers.get("Location", ""))

    def environ(self, path, query):
        """See PEP 3333: the path as bytes, each written as one character."""
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.parts.hostname,
            "SERVER_PORT": str(self.parts.port or {"https": 443}.get(self.parts.scheme, 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": self.parts.netloc,
            "HTTP_X_FORWARDED_PROTO": self.parts.scheme,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.parts.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": True,
        }


@contextmanager
def portal_at(base):
    """The :class:`Portal` of this process, which answers to the host of ``base`` meanwhile."""
    host = urlsplit(base).hostname
    changed = {
        # At the end: the first name is part of the identifiers in feeds.
        "ALLOWED_HOSTS": [*settings.ALLOWED_HOSTS, f"[{host}]" if ":" in host else host],
        "SECURE_SSL_REDIRECT": False,
        # Neither an old page where the portal fails, nor room for pages nobody asks for again.
        "PAGE_CACHE": False,
    }
    before = {name: getattr(settings, name) for name in changed}
    for name, value in changed.items():
        setattr(settings, name, value)
    try:
        yield Portal(base)
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def static_file(name):
    """As it was collected; where nothing was, as on a developer's machine, from its source."""
    collected = Path(settings.STATIC_ROOT) / name
    found = collected if collected.is_file() else finders.find(name)
    if ".." in name.split("/") or not found:
        return MISSING
    return Answer(200, kind_of(name), Path(found).read_bytes())


def uploaded_file(name):
    try:
        with default_storage.open(name) as file:
            return Answer(200, kind_of(name), file.read())
    except (FileNotFoundError, IsADirectoryError, SuspiciousOperation, ValueError):
        return MISSING


def kind_of(name):
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
