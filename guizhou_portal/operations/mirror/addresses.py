"""Where each address of the portal lies in its copy, and what only the portal itself can do."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import override

from guizhou_portal.context import with_query, without_language

STATIC, MEDIA, API = "/static/", "/media/", "/api/"
#: Public addresses without a language; all others without one are the staff's or the server's.
PUBLIC = re.compile(
    r"/(sitemap[-\w]*\.xml|robots\.txt|(\.well-known/)?security\.txt|favicon\.ico|api/.*|static/.+"
    r"|media/.+)?"
)
#: What a copy cannot do, by the name of the address: which page stands in for it.
LIVE_ONLY = {
    "search": "search",
    "search_suggestions": "search",
    "projects:enquiry": "projects:enquiry",
    "projects:enquiry_thanks": "projects:enquiry",
    "projects:project_enquiry": "projects:enquiry",
    "projects:shortlist": "projects:shortlist",
    "projects:comparison": "projects:comparison",
}
#: Query strings that are documents of their own: later pages of lists, of the API and of the
#: sitemap, and the calendar of a programme. Any other only selects and sorts.
PARTS = ("page", "after", "before", "cursor", "p", "programme")


@dataclass(frozen=True)
class Target:
    """What an address leads to. ``path`` is percent-encoded, ``query`` one of ``PARTS`` or empty.

    ``fragment`` is decoded. ``is_public``: whether it may be copied at all.
    """

    path: str
    query: str = ""
    fragment: str = ""
    is_public: bool = True

    @property
    def address(self):
        return with_query(self.path, self.query)

    @property
    def file(self):
        """The path in the copy's folder, with slashes and without one at the beginning."""
        path = unquote(self.path)[1:]
        name, value = next(iter(parse_qsl(self.query)), ("", ""))
        if not re.fullmatch(r"\w{0,16}", value, re.ASCII):
            value = hashlib.sha256(value.encode()).hexdigest()[:16]
        if path.endswith("/") or not path:
            return f"{path}{name and f'{name}/{value}/'}{index_of(self.path)}"
        if name:
            stem, _, ending = path.rpartition(".")
            return f"{stem}.{name}-{value}.{ending}"
        return path


@dataclass(frozen=True)
class Site:
    """``base`` and ``live``: scheme and host of the copy and of the portal, ``live`` may be empty.

    ``mail``: to whom enquiries may be sent without the portal; may be empty.
    """

    base: str
    live: str = ""
    mail: str = ""

    def lead(self, url, page):
        """``(the address to write instead, the target or None)`` of ``url`` on ``page``.

        ``page``: the address of the page, query included. None: it leads out of the copy.
        """
        try:
            parts = urlsplit(urljoin(self.base + page, url))
        except ValueError:
            return url, None
        if f"{parts.scheme}://{parts.netloc}" != self.base:
            return url, None
        path, query = parts.path or "/", parts.query
        fragment = unquote(parts.fragment)
        if not is_public(path):
            return url, Target(path, query, fragment, is_public=False)
        stand_in = LIVE_ONLY.get(route(path))
        if (stand_in or (query and not is_part(query))) and not is_file(path):
            if self.live:
                rest = f"#{parts.fragment}" if parts.fragment else ""
                return self.live + with_query(path, query) + rest, None
            query = ""
            path = reversed_path(stand_in, path) if stand_in else path
        target = Target(path, "" if is_file(path) else query, fragment)
        if url.startswith("#"):
            return url, target
        return self.written(target, url.startswith(self.base)), target

    def written(self, target, absolute):
        """The address of ``target`` in the copy."""
        file = target.file
        if file.endswith("index.html"):
            file = file[: -len("index.html")]
        fragment = f"#{quote(target.fragment)}" if target.fragment else ""
        return f"{self.base if absolute else ''}/{quote(file)}{fragment}"


def is_public(path):
    if ".." in unquote(path).split("/") or "\0" in unquote(path) or "//" in path:
        return False
    return without_language(path) is not None or bool(PUBLIC.fullmatch(path))


def is_file(path):
    return path.startswith((STATIC, MEDIA))


def is_part(query):
    """Whether ``query`` is one of ``PARTS`` alone."""
    names = [name for name, _value in parse_qsl(query)]
    return len(names) == 1 and names[0] in PARTS


def index_of(path):
    """What the file of an address that ends with a slash is called."""
    if path.startswith(API):
        return "index.json"
    return "index.atom" if route(path).endswith("_feed") else "index.html"


def language_of(path):
    """The language an address begins with; the site's first one if it has none."""
    code = path.split("/")[1] if path.count("/") > 1 else ""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@lru_cache(10_000)
def route(path):
    """The name of the address; empty if there is none."""
    with override(language_of(path)):
        try:
            return resolve(unquote(path)).view_name or ""
        except Resolver404:
            return ""


def reversed_path(name, path):
    """The address ``name`` in the language of ``path``."""
    with override(language_of(path)):
        return reverse(name)
