"""Feeds: what is new or changed among the records of a list, for whoever follows it.

Each app says in its ``feeds.py`` what an entry of its records holds. A feed has the filters of its
list in its address, and its later pages as well (RFC 5005, section 3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import BadRequest
from django.core.paginator import InvalidPage, Paginator
from django.db import models
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.generic import View

from guizhou_portal.context import site_address, with_query
from guizhou_portal.filters.bound import Filters
from guizhou_portal.filters.listed import Listed
from guizhou_portal.pages.models import Operator, Page
from guizhou_portal.publishing.views import ReadOnlyMixin
from guizhou_portal.richtext import ATTRIBUTES, ELEMENTS, SCHEMES, UNSEEN
from guizhou_portal.templatetags.portal import translation

from .answers import conditional, latest_change
from .atom import TYPE, AtomFeed
from .identity import tag_of, tag_of_record
from .words import plain, title_of_list

PER_PAGE = 50
PORTAL = "Guizhou Portal"
#: Facts stand in lists of terms, which editors do not have.
FEED_ELEMENTS = ELEMENTS | {"dl", "dt", "dd", "div", "span", "small"}
#: The ``updated`` of a feed that has no entry and never had one.
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Term:
    """A category of an entry: a value of one of the list's facets, by its names in the address."""

    facet: str
    value: str
    label: str


@dataclass(frozen=True)
class Feed:
    """What a feed of one kind of public record holds.

    ``page_key``: the page of the list, by whose title the feed is called. ``list_route``: the name
    of its address. ``template``: the HTML of an entry, which has the record as ``record`` and by
    the name of its kind. ``related``: adds to a queryset what the template and the terms look at.
    ``terms``: the :class:`Term` objects of a record. ``links``: attributes of further links of a
    record, with paths for addresses.
    """

    filters_class: type[Filters]
    page_key: str
    list_route: str
    template: str
    related: Callable[[models.QuerySet], models.QuerySet]
    terms: Callable[[models.Model], list[Term]]
    links: Callable[[models.Model], list[dict]] = lambda record: []

    @property
    def model(self):
        return self.filters_class.model

    def pages(self, filters):
        """The public records the filters leave, what changed last first, page by page.

        A feed ends where its list is no longer counted: who wants everything takes the data.
        """
        listed = Listed(filters, self.model.objects.published())
        records = self.related(listed.narrowed).changed_last_first()
        pages = Paginator(records, PER_PAGE)
        pages.count = listed.number.value
        return pages


class FeedView(ReadOnlyMixin, View):
    """The feed of ``feed`` in the active language."""

    feed = None

    def get(self, request):
        # Asked first: what changes while the records are read must not count as sent.
        changed = latest_change(self.feed.model)
        filters = self.feed.filters_class(request.GET)
        try:
            page = self.feed.pages(filters).page(request.GET.get("page") or 1)
        except InvalidPage as error:
            raise Http404 from error
        own = page_address("", filters.query_of_records, page.number)
        request.kept_query = own.removeprefix("?")
        request.finds_nothing = not page.object_list
        content = atom_of(request, self.feed, filters, page)
        return conditional(request, content, AtomFeed.content_type, changed)


def atom_of(request, feed, filters, page):
    """The bytes of one page of a feed. ``page``: a page of a ``Paginator``."""
    site, language = site_address(request), get_language()
    query = filters.query_of_records
    text = Page.texts(feed.page_key)[feed.page_key]
    records = list(page.object_list)
    path = request.path.removeprefix(f"/{language}/")
    atom = AtomFeed(
        title=title_of_list(text.title, filters),
        link=site + with_query(reverse(feed.list_route), query),
        description=None,
        subtitle=plain(text.summary) or None,
        language=language,
        author_name=plain(Operator.current().name) or PORTAL,
        author_link=site + reverse("home"),
        feed_url=site + page_address(request.path, query, page.number),
        feed_guid=tag_of(request, with_query(f"{language}/{path}", query)),
        updated=records[0].changed if records else text.updated or BEFORE_ALL,
        icon=site + staticfiles_storage.url("img/apple-touch-icon.png"),
        logo=site + reverse("social_card", args=["page", feed.page_key]),
        links=[*_pages(site + request.path, query, page), *_in_other_languages(site, path, query)],
    )
    for record in records:
        _add_entry(atom, request, feed, record, site)
    return atom.writeString("utf-8").encode()


def page_address(address, query, number):
    """The address of a page of a feed; the first is the feed itself."""
    return with_query(address, query, f"page={number}" if number > 1 else "")


def _pages(address, query, page):
    last = page.paginator.num_pages
    if last == 1:
        return []
    numbers = {"first": 1, "last": last}
    if page.has_previous():
        numbers["previous"] = page.number - 1
    if page.has_next():
        numbers["next"] = page.number + 1
    return [
        {"rel": name, "type": TYPE, "href": page_address(address, query, number)}
        for name, number in numbers.items()
    ]


def _in_other_languages(site, path, query):
    return [
        {
            "rel": "alternate",
            "type": TYPE,
            "hreflang": code,
            "href": site + with_query(f"/{code}/{path}", query),
        }
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]


def _add_entry(atom, request, feed, record, site):
    address = site + record.get_absolute_url()
    title, title_language = translation(record, record.naming_field)
    summary, summary_language = translation(record, "summary")
    texts = {
        "title": (title or str(record), title_language, "text"),
        **({"summary": (summary, summary_language, "text")} if summary else {}),
        # Marked inside, where single texts of it are in another language.
        "content": (_content(feed, record, address), None, "html"),
    }
    of_list = site + reverse(feed.list_route)
    atom.add_item(
        title=title,
        link=address,
        description=None,
        unique_id=tag_of_record(request, record, get_language()),
        pubdate=record.publish_at or record.created,
        updateddate=record.changed,
        texts=texts,
        links=[
            *_pages_of(record, site),
            *({**link, "href": site + link["href"]} for link in feed.links(record)),
        ],
        terms=[
            {"term": one.value, "label": one.label, "scheme": f"{of_list}?{one.facet}="}
            for one in feed.terms(record)
        ],
    )


def _pages_of(record, site):
    """Links to the record's page in each language; that of the feed comes first and last.

    Of several, some programs open the first and others the last. (No two may be the same in type
    and language, so the first one does not say its language.)
    """
    own = get_language()
    for code in (None, *(code for code, _name in settings.LANGUAGES if code != own), own):
        with override(code or own):
            link = {
                "rel": "alternate",
                "type": "text/html",
                "href": site + record.get_absolute_url(),
            }
        yield link | ({"hreflang": code} if code else {})


def _content(feed, record, address):
    """The HTML of an entry: a few safe elements, with absolute addresses."""
    import nh3

    kind = record._meta.model_name
    markup = render_to_string(feed.template, {"record": record, kind: record})
    try:
        clean = nh3.clean(
            markup,
            tags=FEED_ELEMENTS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            clean_content_tags=UNSEEN,
            url_relative=("rewrite_with_base", address),
        )
    except ValueError as error:  # Django takes any number for a port, up to 65535 or not
        raise BadRequest("The portal is not at this host.") from error
    return "\n".join(line for line in map(str.strip, clean.splitlines()) if line)
