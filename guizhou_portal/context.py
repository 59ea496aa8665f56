"""What every template may need about the address of the page it shows."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.utils.translation import get_language

from .operations.hosts import public_address

#: Languages in themselves, and short, for the switch.
OWN_NAMES = {"de": "Deutsch", "en": "English", "zh-hans": "中文"}


@dataclass(frozen=True)
class Alternate:
    """The same page in another language; ``url`` is absolute."""

    language: str
    name: str
    path: str
    url: str
    current: bool


def without_language(path):
    """The rest of an address after its language, or None if it has none."""
    for code, _ in settings.LANGUAGES:
        if path == f"/{code}/" or path.startswith(f"/{code}/"):
            return path[len(code) + 2 :]
    return None


def with_query(address, *parts):
    """``address`` with a query string of those ``parts`` that are not empty, if there are any."""
    query = "&".join(filter(None, parts))
    return f"{address}?{query}" if query else address


def kept_query(request):
    """What of the query string makes another page, as its view says: what a list is narrowed by."""
    return getattr(request, "kept_query", "")


def later_page(request):
    """``page=2`` and so on for the later pages of a list, otherwise nothing.

    A view may say so itself, as ``request.shown_page``.
    """
    if shown := getattr(request, "shown_page", ""):
        return shown
    view = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    if not getattr(view, "paginate_by", None):
        return ""  # without a look at the query: see operations.page_cache
    try:
        number = request.GET.get("page", "")
    except SuspiciousOperation:  # too many parameters: the page that says so is a page, too
        return ""
    if re.fullmatch(r"[1-9]\d{0,5}", number, re.ASCII) and number != "1":
        return f"page={number}"
    return ""


def site_address(request):
    """Scheme and host of the public site; nothing if the request names a host that is not ours.

    The page that refuses such a request is a page of the site, too.
    """
    try:
        return public_address(request.build_absolute_uri("/")[:-1])
    except DisallowedHost:
        return ""


def addresses(request):
    """``page`` for links to this page: canonical address, alternates, the language's own name.

    The address after the prefix is the same in every language, so no lookup is needed.
    """
    rest = with_query(
        without_language(request.path) or "", kept_query(request), later_page(request)
    )
    site = site_address(request)
    current = get_language()
    preview = getattr(request, "preview_address", None)
    alternates = [
        Alternate(
            language=code,
            name=OWN_NAMES[code],
            path=preview(code) if preview else f"/{code}/{rest}",
            url=f"{site}/{code}/{rest}",
            current=code == current,
        )
        for code, _ in settings.LANGUAGES
    ]
    return {
        "alternates": alternates,
        "language": current,
        "preview": getattr(request, "previewed", None),
        "site": site,
        "canonical": next(a.url for a in alternates if a.current),
        "default_alternate": alternates[0].url,
    }
