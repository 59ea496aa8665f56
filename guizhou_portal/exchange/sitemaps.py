"""Every public page in every language, with its alternates: https://www.sitemaps.org/protocol.html

``/sitemap.xml`` holds all of it as long as that is at most 450 addresses. Beyond, it is an index
of ``/sitemap-<section>.xml``, in parts of 450 addresses each (``?p=2``).

The view of a file is Django's. Its ``Sitemap`` class would hold every record of a section in memory
and look up each address fifteen times, so that a section is a class of our own with the same names.
Entries are written here: for so many a loop of a template takes three times as long.
"""

import hashlib
import re
from itertools import chain
from math import ceil

from django.contrib.sitemaps import views
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.html import escape
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
NUMBER = r"[1-9]\d{0,5}"  # of a part
#: Pages without texts in the database.
WITHOUT_TEXTS = ("api_reference",)


@read_only
def whole(request, records, shown):
    """The one file there is, or the index of its parts. For the others see :func:`sections_of`."""
    sections = sections_of(records, shown, with_numbers=True)
    # A file without addresses is none.
    sections = {name: section for name, section in sections.items() if section.number}
    said = [request.build_absolute_uri(), RECORDS]
    said += [(name, one.number, one.changed) for name, one in sections.items()]
    etag = etag_of(repr(said).encode())
    changed = latest(one.changed for one in sections.values())
    known = unless_known(request, etag, changed)
    if known is not None:  # then no record is read
        return known
    if sum(section.number for section in sections.values()) > RECORDS:
        response = index(request, sections).render()
    else:
        response = views.sitemap(request, sections, template_name=TEMPLATE).render()
    return unless_known(request, etag, changed, response)


@views.x_robots_tag
def index(request, sections):
    """The addresses of all parts."""
    entries = []
    for name, section in sections.items():
        address = escape(request.build_absolute_uri(reverse("sitemap_part", args=[name])))
        queries = ["", *(f"?p={number}" for number in range(2, section.parts + 1))]
        lastmod = lastmod_of(section.changed)
        entries += [f"<sitemap><loc>{address}{one}</loc>{lastmod}</sitemap>\n" for one in queries]
    return TemplateResponse(request, INDEX, {"entries": entries}, content_type="application/xml")


@read_only
def part(request, section, records, shown):
    """One part of one section; 404 for what there is not.

    Nothing is counted for it, which for all the records takes as long as all the rest.
    """
    if section == "pages":
        only = sections_of({}, shown)
    elif section in records:
        only = {section: sections_of({section: records[section]}, {})[section]}
    else:
        only = {}
    number = request.GET.get("p", "")
    if re.fullmatch(NUMBER, number, re.ASCII):  # one address for each part that is kept
        request.shown_page = f"p={number}"
    response = views.sitemap(request, only, section=section, template_name=TEMPLATE).render()
    return unless_known(request, etag_of(response.content), only[section].changed, response)


def etag_of(said):
    return quote_etag(hashlib.sha256(said).hexdigest()[:32])


def unless_known(request, etag, changed, response=None):
    """``response``, or 304 for who has it already; None if there is neither."""
    since = changed and int(changed.timestamp())
    response = get_conditional_response(request, etag, since, response)
    if response is not None:
        response["ETag"] = etag
        if since:
            response["Last-Modified"] = http_date(since)
    return response


def sections_of(records, shown, with_numbers=False):
    """``{name: section}``. ``records``: ``{name: model}``; ``shown``: ``{page: models}``, what
    fixed pages list. ``with_numbers``: whether to count the records.
    """
    models = dict.fromkeys([*records.values(), *chain(*shown.values())])
    counted = records.values() if with_numbers else ()
    # Each part of the sitemap asks for them.
    newest, numbers = remembered(
        ("sitemap", with_numbers, *models), lambda: known_of(models, counted), PARTS
    )
    pages = {"pages": FixedPages(shown, newest)}
    return pages | {
        name: Records(model, newest[model], numbers.get(model)) for name, model in records.items()
    }


def known_of(models, counted):
    """``({model: when the newest of its published records changed}, {model: number of them})``, of
    those of ``counted`` only; in one query.
    """
    public = {model: model.objects.published() for model in models}
    asked = [first(records.changed_last_first(), "changed") for records in public.values()]
    asked += [Number(keys_of(public[model].order_by())) for model in counted]
    found = iter(answers(asked))
    return {model: next(found) for model in models}, {model: next(found) for model in counted}


class Section:
    """One kind of page, under the names Django's view looks for."""

    protocol = None  # that of the request

    @property
    def parts(self):
        return ceil(self.number / RECORDS)

    def get_urls(self, page=1, site=None, protocol=None):
        """What the template shows. ``InvalidPage`` if there is no such part."""
        if not re.fullmatch(NUMBER, str(page), re.ASCII):
            raise PageNotAnInteger(page)
        start = (int(page) - 1) * RECORDS
        entries = list(self.entries[start : start + RECORDS])
        if not entries:
            raise EmptyPage(page)
        domain = escape(f"{protocol}://{site.domain}")
        return [
            entry
            for path, changed in self.pairs(entries)
            for entry in in_each_language(domain, escape(path), changed)
        ]


class Records(Section):
    """The published records of a model.

    ``changed``: when the newest of them did. ``number``: how many there are, if that is asked.
    """

    def __init__(self, model, changed, number=None):
        self.model, self.changed, self.number = model, changed, number

    @property
    def entries(self):
        return self.model.objects.published().order_by("pk").values_list("slug", "updated")

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


def lastmod_of(moment):
    if moment is None:
        return ""
    return f"<lastmod>{localtime(moment).isoformat(timespec='seconds')}</lastmod>"


def in_each_language(domain, path, changed):
    """One entry for each language of a page; each names all of them.

    ``domain`` and ``path`` are escaped.
    """
    locations = {code: f"{domain}/{code}/{path}" for code in LANGUAGES}
    default = {"x-default": locations[LANGUAGES[0]]}
    same = lastmod_of(changed) + "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{location}"/>'
        for code, location in (locations | default).items()
    )
    return [f"<url><loc>{location}</loc>{same}</url>\n" for location in locations.values()]
