"""Public pages come whole from the cache: the outermost of the middleware answers.

A page is kept under its address: scheme, host, path, and the part of the query string that the
page itself says makes another page (``kept_query`` and the number of a list's page, see
:mod:`guizhou_portal.context`). A page that never looked at its query is the same whatever the query
is. Everything else is made anew each time and not kept, nor is what hardly anybody else asks for
(:func:`is_usual`) or what finds nothing, so no address made up by anybody fills the cache. Kept
under one content version, a page is made anew under the next.

Where machines share the cache, each process has the pages it saw last in its own memory, too. Good
they are while the cache still names the version they were made under: it is asked each time.
"""

import hashlib
import logging
import time

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from guizhou_portal.compression import TextCompressionMiddleware
from guizhou_portal.context import kept_query, later_page, with_query
from guizhou_portal.language import WITHOUT_LANGUAGE

from . import content_version, release, remembered, schedule
from .hosts import sound_host
from .kept_page import LARGEST, KeptPage
from .requests import leave_out_body

logger = logging.getLogger(__name__)

#: Seconds an old page is at hand for when the database is gone; what is narrowed, for less.
KEPT_FOR, NARROWED_KEPT_FOR = 7 * 24 * 3600, 3600
MOST_CHOSEN = 4  # parts of a query that many may ask for
LONGEST_MAKING = 20  # seconds after which whoever makes a page is taken for dead
LONGEST_WAIT = 2.0  # seconds others wait for a page nobody has yet
RECENT = 600  # seconds for which a page that is being made anew is shown as it was, meanwhile
UNDER_WAY, FAILED = 1, 2  # what the cache knows of a page that is being made
BETWEEN_FAILURES = 5  # seconds until a page that could not be made is tried again
#: What advertisers and mail programs hang onto addresses; no page looks at it.
CAMPAIGN = ("utm_", "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "pk_", "mtm_")
#: Headers by which the answer to one visitor may differ from that to the next.
PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_RANGE")
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING")
#: What this process has of a cache that machines share: 40 MB, were each page as large as may be.
NEAR = remembered.Memory(600)


class Shelf:
    """Where the pages of this release are."""

    def __init__(self):
        self.pages = caches["pages"]
        self.prefixes = (*(f"/{code}/" for code, _ in settings.LANGUAGES), *WITHOUT_LANGUAGE)
        self.release = release.fingerprint()

    def key(self, scheme, host, path, query):
        address = "\n".join((self.release, scheme, host.lower(), path, query))
        return hashlib.blake2b(
            address.encode("utf-8", "surrogateescape"), digest_size=15
        ).hexdigest()

    def look_up(self, *address):
        """``(content version, KeptPage or None)``, good or not; no version, no kept pages."""
        version = content_version.current()
        if version is None:
            return None, None
        kept = self.near(*address)
        if kept is None or not kept.is_good(version, time.time()):
            kept = self.first(self.fetch, *address)
        return version, kept

    def near(self, *address):
        """The page this process has itself of a cache that machines share, good or not."""
        return self.first(NEAR.last, *address) if settings.PAGE_CACHE_SHARED else None

    def first(self, find, scheme, host, path, query):
        """The page kept with its query, or else the one that is the same with any."""
        kept = find(self.key(scheme, host, path, query))
        if kept is None and query:
            bare = find(self.key(scheme, host, path, ""))
            kept = bare if bare is not None and bare.ignores_query else None
        return kept

    def fetch(self, key):
        found = self.pages.get(key)
        return None if found is None else self.have_near(key, KeptPage._make(found))

    def put(self, key, page, seconds):
        self.pages.set(key, tuple(page), seconds)
        self.have_near(key, page)

    def drop(self, scheme, host, path, query):
        for one in {query, ""}:
            self.pages.delete(self.key(scheme, host, path, one))

    def have_near(self, key, page):
        if settings.PAGE_CACHE_SHARED:
            NEAR.put(key, page)
        return page


class PageCacheMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.shelf = Shelf()
        self.pages = self.shelf.pages
        self.compression = TextCompressionMiddleware(lambda request: None)

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.after_change(request)
        if not settings.PAGE_CACHE or not request.path_info.startswith(self.shelf.prefixes):
            return self.get_response(request)
        query = allowed(request.META.get("QUERY_STRING", ""))
        if is_personal(request):
            return self.for_one(request)
        if is_search(query):
            return self.get_response(request)
        version, kept = self.shelf.look_up(*address_of(request), query)
        if version is None:
            return self.get_response(request)
        now = time.time()
        if kept is not None and kept.is_good(version, now):
            return kept.answer(request, now)
        return self.renew(request, query, kept, version)

    # --- what is not kept ----------------------------------------------------------------------

    def after_change(self, request):
        """What an editor did may have reached the database without a signal, or without an answer.

        With the page cache off, too: processes remember what pages are made of.
        """
        response = self.get_response(request)
        if not 400 <= response.status_code < 500 and is_signed_in(request):
            content_version.advance()
        return response

    def for_one(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    # --- what is -------------------------------------------------------------------------------

    def renew(self, request, query, old, version):
        """The page made now, by one; to others who ask meanwhile goes the old one."""
        if old is not None and old.version < content_version.last_removal():
            old = None  # it may tell of what was withdrawn since
        # Who began before a change makes a page that is old already: it holds nobody up.
        making = f"making-{version}-{self.shelf.key(*address_of(request), query)}"
        if not self.pages.add(making, UNDER_WAY, LONGEST_MAKING):
            now, has_failed = time.time(), self.pages.get(making) == FAILED
            if old is not None and (has_failed or old.made > now - RECENT):
                why = "old" if has_failed else "renewing"
                return old.answer(request, now, f"hit; detail={why}")
            made = None if has_failed else self.wait(request, query, making, version)
            if made is not None:
                return made.answer(request, time.time())
        failed = False
        try:
            response, page = self.make(request, query, version)
            failed = response.status_code >= 500
            if failed and old is not None:
                logger.warning("An old page is shown: %s cannot be made.", request.path)
                response = old.answer(request, time.time(), "hit; detail=old")
            elif page is not None:
                response = page.answer(request, time.time(), self.keep(request, query, page))
            elif old is not None:  # withdrawn, or moved: what it was is shown to nobody again
                self.shelf.drop(*address_of(request), query)
            return response
        finally:
            if failed:  # the database is gone, or slow: not each visitor waits to find that out
                self.pages.set(making, FAILED, BETWEEN_FAILURES)
            else:
                self.pages.delete(making)

    def wait(self, request, query, making, version):
        """The page somebody else is making; None if it does not come, or is not to be kept."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            time.sleep(0.01)
            _version, made = self.shelf.look_up(*address_of(request), query)
            if made is not None and made.is_good(version, time.time()):
                return made
            if self.pages.get(making) is None:
                return None
        return None

    def make(self, request, query, version):
        """``(response, page)``; ``page`` is None where the response is not one to keep."""
        begun = time.time()
        given = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        method, request.method = request.method, "GET"
        request.META["QUERY_STRING"] = query
        try:
            response = self.get_response(request)
        finally:
            request.method = method
            request.META.update(given)
        ignores_query = "GET" not in request.__dict__
        if (
            not is_common(response)
            or has_made_up_host(request)
            or not (ignores_query or is_page(request, query))
        ):
            return self.finished(request, response), None
        until, announced = schedule.good_until(version, begun)
        page = KeptPage.of(
            response,
            version=version,
            until=min(until, remembered.good_until()),
            announced=announced,
            ignores_query=ignores_query,
        )
        if page.size > LARGEST:
            return self.finished(request, response), None
        return response, page

    def keep(self, request, query, page):
        """Keep ``page``; what the Cache-Status header says of it (RFC 9211)."""
        if content_version.current() != page.version:  # somebody may have a newer one already
            return "fwd=miss"
        query = "" if page.ignores_query else query
        key = self.shelf.key(*address_of(request), query)
        self.shelf.put(key, page, NARROWED_KEPT_FOR if query else KEPT_FOR)
        return "fwd=miss; stored"

    def finished(self, request, response):
        """A response that is not kept, as it would have been sent without us in between."""
        modified, etag = response.get("Last-Modified"), response.get("ETag")
        if response.status_code == 200 and (modified or etag):
            modified = modified and parse_http_date_safe(modified)
            response = get_conditional_response(request, etag, modified, response)
        if request.method == "HEAD" and not response.streaming:
            leave_out_body(response)
            return response
        return self.compression.process_response(request, response)


def address_of(request):
    return request.scheme, request.META.get("HTTP_HOST", ""), request.path


def is_personal(request):
    """Whether the visitor may be signed in, or asks for something of their own."""
    meta = request.META
    if any(name in meta for name in PERSONAL):
        return True
    return "HTTP_COOKIE" in meta and bool(
        {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} & request.COOKIES.keys()
    )


def is_signed_in(request):
    """Whether somebody is; anybody can make up the cookie and send a form with it."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    try:
        return request.user.is_authenticated
    except DatabaseError:  # gone this moment, after what was done
        return True


def allowed(query):
    """``query`` without what advertisers add; the rest as it stands, for the page to judge."""
    if not query:
        return ""
    parts = [part for part in query.split("&") if part and not part.lower().startswith(CAMPAIGN)]
    return "&".join(parts)


def is_search(query):
    """What visitors look for is theirs, and there is no end to it."""
    return query.startswith("q=") or "&q=" in query


def is_page(request, query):
    """Whether there is a page for this query that others may ask for as well."""
    if canonical(request) != query:
        return False
    return not query or (is_usual(query) and not getattr(request, "finds_nothing", False))


def is_usual(query):
    """Whether a few things are chosen, one of each: of other choices there are millions."""
    names = [part.partition("=")[0] for part in query.split("&") if part]
    return len(names) <= MOST_CHOSEN and len(set(names)) == len(names)


def canonical(request):
    """The query string by which the page itself would be linked."""
    return with_query("", kept_query(request), later_page(request)).removeprefix("?")


def has_made_up_host(request):
    """Whether the Host header is none a browser sends here: pages repeat it to all others."""
    host = request.META.get("HTTP_HOST", "")
    return host != sound_host(request, host)


def is_common(response):
    """Whether a response is the same for everybody."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not {"private", "no-store"} & words(response.get("Cache-Control", ""))
        and not words(response.get("Vary", "")) - {"accept-encoding"}
    )


def words(header):
    return {one.strip().lower() for one in header.split(",") if one.strip()}
