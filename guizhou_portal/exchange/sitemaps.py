"""Every public page in every language, with its alternates: https://www.sitemaps.org/protocol.html

``/sitemap.xml`` holds all of it as long as that is at most 450 addresses. Beyond, it is an index
of ``/sitemap-<section>.xml``, in parts of 450 addresses each (``?p=2``).

The view of a part is Django's. Its ``Sitemap`` class would hold every record of a section in memory
and look up each address fifteen times, so that a section is a class of our own with the same names.
"""

import hashlib
import re
from itertools import chain

from django.contrib.sitemaps import views
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.html import escape, format_html_join
from django.utils.http import http_date, quote_etag
from django.utils.timezone import localtime

from guizhou_portal.context import without_language
from guizhou_portal.operations.remembered import PARTS, remembered
from guizhou_portal.pages.models import Page
from guizhou_portal.publishing.views import read_only
from guizhou_portal.questions import Number, answers, first, keys_of
from guizhou_portal.translated import LANGUAGES

TEMPLATE, INDEX = "exchange/sitemap.xml", "exchange/sitemap_index.xml"
#: In one file. The protocol allows 50,000, but a file of so many is long in making, and too large
#: to be kept (see ``LARGEST`` in :mod:`guizhou_portal.operations.kept_page`).
ADDRESSES = 450
RECORDS = ADDRESSES // len(LANGUAGES)
#: Pages without texts in the database.
WITHOUT_TEXTS = ("api_reference",)


@read_only
def whole(request, **site):
    """The one file there is, or the index of its parts. ``site``: see :func:`sections_of`."""
    sections = sections_of(**site)
    if sum(section.number for section in sections.values()) > RECORDS:
        # A file without addresses is none.
        sections = {name: section for name, section in sections.items() if section.number}
        return unless_known(request, sections, index)
    return unless_known(request, sections, views.sitemap, template_name=TEMPLATE)


@views.x_robots_tag
def index(request, sections):
    """The addresses of all parts. There may be thousands, too many for a loop of a template."""
    entries = []
    for name, section in sections.items():
        address = escape(request.build_absolute_uri(reverse("sitemap_part", args=[name])))
        lastmod = f"<lastmod>{stated(section.changed)}</lastmod>" if section.changed else ""
        numbers = range(2, section.paginator.num_pages + 1)
        entries += [
            f"<sitemap><loc>{address}{part}</loc>{lastmod}</sitemap>\n"
            for part in ("", *(f"?p={number}" for number in numbers))
        ]
    context = {"entries": "".join(entries)}
    return TemplateResponse(request, INDEX, context, content_type="application/xml")


@read_only
def part(request, section, records, shown):
    """One part of one section; 404 for what there is not."""
    if section == "pages":
        sections = sections_of({}, shown)
    elif section in records:
        sections = {section: sections_of({section: records[section]}, {})[section]}
    else:
        sections = {}
    number = request.GET.get("p", "")
    if re.fullmatch(r"[1-9]\d{0,5}", number, re.ASCII):  # one address for each part that is kept
        request.shown_page = f"p={number}"
    return unless_known(request, sections, views.sitemap, section=section, template_name=TEMPLATE)


def unless_known(request, sections, view, **options):
    """What ``view`` answers, or 304 for who has it already: then no record is read."""
    said = [request.build_absolute_uri(), view.__name__, RECORDS]
    said += [(one.number, one.changed) for one in sections.values()]
    etag = quote_etag(hashlib.sha256(repr(said).encode()).hexdigest()[:32])
    changed = latest(one.changed for one in sections.values())
    since = changed and int(changed.timestamp())
    response = get_conditional_response(request, etag, since)
    if response is None:
        response = view(request, sections, **options).render()
    response["ETag"] = etag
    if since:
        response["Last-Modified"] = http_date(since)
    return response


def sections_of(records, shown):
    """``{name: section}``. ``records``: ``{name: model}``; ``shown``: ``{page: models}``, what
    fixed pages list. One query for the records, and one for the texts of the pages.
    """
    models = dict.fromkeys([*records.values(), *chain(*shown.values())])
    # Each part of the sitemap asks for them.
    known = remembered(("sitemap", *models), lambda: known_of(models), PARTS)
    sections = {name: Records(model, *known[model]) for name, model in records.items()}
    return {
        "pages": FixedPages(shown, {model: newest for model, (_, newest) in known.items()}),
        **sections,
    }


def known_of(models):
    """``{model: (number of published records, when the newest of them changed)}``."""
    asked = []
    for model in models:
        public = model.objects.published()
        asked += Number(keys_of(public.order_by())), first(public.changed_last_first(), "changed")
    found = iter(answers(asked))
    return dict(zip(models, zip(found, found, strict=True), strict=True))


class Section:
    """One kind of page, under the names Django's views look for."""

    protocol = None  # that of the request

    @property
    def paginator(self):
        return Paginator(self.entries, RECORDS)

    def get_urls(self, page=1, site=None, protocol=None):
        """What the template shows of each address. ``InvalidPage`` if there is no such part."""
        domain = f"{protocol}://{site.domain}"
        return [
            entry
            for path, changed in self.pairs(self.paginator.page(page))
            for entry in in_each_language(domain, path, changed)
        ]


class Records(Section):
    """The published records of a model. ``number`` and ``changed`` (of the newest) are known."""

    def __init__(self, model, number, changed):
        self.model, self.number, self.changed = model, number, changed

    @property
    def entries(self):
        return self.model.objects.published().order_by("pk").values_list("slug", "updated")

    @property
    def paginator(self):
        paginator = super().paginator
        paginator.count = self.number  # counted already
        return paginator

    def pairs(self, entries):
        """``(address after the language, when it changed last)`` of each record."""
        sample = without_language(self.model(slug="slug").get_absolute_url())
        before, after = sample.split("slug")
        return ((f"{before}{slug}{after}", changed) for slug, changed in entries)


class FixedPages(Section):
    """Pages that are always there; one that lists records changes with the newest of them.

    ``newest``: ``{model: when its newest record changed}``.
    """

    def __init__(self, shown, newest):
        self.shown, self.newest = shown, newest

    @cached_property
    def entries(self):
        written = dict(Page.objects.values_list("key", "updated"))
        with_texts = [
            (
                reverse(route),
                latest([written.get(key), *map(self.newest.get, self.shown.get(key, ()))]),
            )
            for key, route in Page.ROUTES.items()
        ]
        return with_texts + [(reverse(route), None) for route in WITHOUT_TEXTS]

    @property
    def number(self):
        return len(Page.ROUTES) + len(WITHOUT_TEXTS)

    @property
    def changed(self):
        return latest(changed for _, changed in self.entries)

    @staticmethod
    def pairs(entries):
        return ((without_language(path), changed) for path, changed in entries)


def latest(moments):
    return max(filter(None, moments), default=None)


def stated(moment):
    return localtime(moment).isoformat(timespec="seconds")


def in_each_language(domain, path, changed):
    """One entry for each language of a page; each names all of them.

    What the three have in common is written once: an entry takes a third of the time so.
    """
    locations = {code: f"{domain}/{code}/{path}" for code in LANGUAGES}
    default = {"x-default": locations[LANGUAGES[0]]}
    alternates = format_html_join(
        "", '<xhtml:link rel="alternate" hreflang="{}" href="{}"/>', (locations | default).items()
    )
    lastmod = stated(changed) if changed else ""
    for location in locations.values():
        yield {"location": location, "lastmod": lastmod, "alternates": alternates}
