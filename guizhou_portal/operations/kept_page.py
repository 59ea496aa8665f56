"""A page as it is kept: compressed once, with the headers it goes out with."""

import gzip
import hashlib
import time
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.http import parse_etags

from guizhou_portal.compression import (
    COMPRESSIBLE,
    SMALLEST,
    THOROUGHLY,
    accepted_coding,
    with_brotli,
)

from .schedule import is_good

BROWSER = "max-age=0"  # asks each time, and is told "not modified" in a few bytes
#: Seconds: how long a CDN may answer by itself, with an old page while it fetches the new one, and
#: with an old page while the portal is down (RFC 9111, RFC 5861).
AT_CDN, WHILE_FETCHING, WHILE_DOWN = 60, 60, 86400
LARGEST = 64_000  # bytes as kept: a thousand pages must fit into each server process
#: What each answer has its own of.
OWN_HEADERS = {"content-length", "cache-control", "vary", "etag", "expires", "date"}
WITH_304 = ("etag", "cache-control", "vary", "cache-status")  # RFC 9110, 15.4.5


class KeptResponse(HttpResponse):
    """A response whose headers were written when it was kept.

    To write a dozen of them anew, one by one, takes longer than all the rest of a hit.
    """

    def __init__(self, body, store, status):
        super().__init__(body, status=status)
        self.headers._store = store  # {lower-case name: (name, value)}

    def items(self):
        return self.headers._store.values()


class KeptPage(NamedTuple):
    """What is stored; only of what every version of Python and Django can read again.

    ``version`` is the content version the page was made under; ``made`` and ``until`` are seconds
    since 1970; ``announced`` tells whether ``until`` is a moment the content itself names.
    ``headers`` are ``{lower-case name: (name, value)}``, ``bodies`` ``{content coding: bytes}``:
    either "identity" alone or "br" and "gzip".
    """

    version: int
    made: float
    until: float
    announced: bool
    ignores_query: bool
    etag: str
    headers: dict
    bodies: dict

    @classmethod
    def of(cls, response, *, version, until, announced, ignores_query):
        """``response`` as it will be sent from now on."""
        content = response.content
        headers = {
            name.lower(): (name, value)
            for name, value in response.items()
            if name.lower() not in OWN_HEADERS
        }
        digest = hashlib.blake2b(content, digest_size=12)
        digest.update(repr(headers).encode())
        etag = f'W/"{digest.hexdigest()}"'  # weak: the same for each coding
        headers["etag"] = ("ETag", etag)
        headers["vary"] = ("Vary", "Accept-Encoding")
        headers["cache-control"] = ("Cache-Control", cache_control(AT_CDN, WHILE_FETCHING))
        return cls(
            version=version,
            made=time.time(),
            until=until,
            announced=announced,
            ignores_query=ignores_query,
            etag=etag,
            headers=headers,
            bodies=_bodies(content, response.get("Content-Type", "")),
        )

    @property
    def size(self):
        return sum(map(len, self.bodies.values()))

    is_good = is_good

    def answer(self, request, now, status="hit"):
        """The ``HttpResponse`` for ``request``; see :meth:`reply`."""
        code, headers, body = self.reply(request.META, now, status)
        return KeptResponse(body, headers, code)

    def reply(self, meta, now, status="hit"):
        """``(status code, headers, body)``: the page whole, without content, or "not modified".

        ``meta`` is a request in CGI's names (PEP 3333), ``status`` what the Cache-Status header
        says (RFC 9211).
        """
        headers = self.headers.copy()
        headers["cache-status"] = ("Cache-Status", f"portal; {status}")
        if self.announced:
            headers["cache-control"] = ("Cache-Control", self._until_then(now))
        if self._is_known_to(meta):
            return 304, {name: headers[name] for name in WITH_304}, b""
        coding = self._coding(meta.get("HTTP_ACCEPT_ENCODING", ""))
        body = self._body(coding)
        headers["content-length"] = ("Content-Length", str(len(body)))
        if coding != "identity":
            headers["content-encoding"] = ("Content-Encoding", coding)
        return 200, headers, b"" if meta["REQUEST_METHOD"] == "HEAD" else body

    def _is_known_to(self, meta):
        given = meta.get("HTTP_IF_NONE_MATCH")
        if given:
            opaque = self.etag[2:]
            return given == self.etag or any(
                one == "*" or one.removeprefix("W/") == opaque for one in parse_etags(given)
            )
        # For the very date alone: a deletion sets it back, and an earlier one is news.
        since = meta.get("HTTP_IF_MODIFIED_SINCE")
        return since is not None and self.headers.get("last-modified") == ("Last-Modified", since)

    def _coding(self, accepted):
        return "identity" if "identity" in self.bodies else accepted_coding(accepted)

    def _body(self, coding):
        found = self.bodies.get(coding)
        # Kept twice, not three times: hardly anybody reads without compression.
        return gzip.decompress(self.bodies["gzip"]) if found is None else found

    def _until_then(self, now):
        left = int(self.until - now)
        if left >= AT_CDN + WHILE_FETCHING:
            return cache_control(AT_CDN, WHILE_FETCHING)
        return cache_control(max(0, min(AT_CDN, left)), 0)


def cache_control(at_cdn, while_fetching):
    return (
        f"public, {BROWSER}, s-maxage={at_cdn}, "
        f"stale-while-revalidate={while_fetching}, stale-if-error={WHILE_DOWN}"
    )


def _bodies(content, content_type):
    if len(content) < SMALLEST or not content_type.startswith(COMPRESSIBLE):
        return {"identity": content}
    return {
        "br": with_brotli(content, THOROUGHLY),
        "gzip": gzip.compress(content, 6, mtime=0),
    }
