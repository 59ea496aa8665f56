"""The kinds of record that are open data, as each app declares them, and which are public."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.functional import cached_property
from django.utils.module_loading import autodiscover_modules
from django.utils.text import capfirst
from django.utils.translation import override

from guizhou_portal.backoffice.sheets.columns import Parts as SheetParts
from guizhou_portal.context import without_language
from guizhou_portal.filters.bound import Filters
from guizhou_portal.publishing.models import PublicRecord, published
from guizhou_portal.questions import one_of
from guizhou_portal.translated import LANGUAGES

from .composed import MOST_NUMBERED, Inner, Parts, as_json
from .fields import Column, Field, Link, Moment
from .reading import moment_of

API = "/api/v1/"
#: ``{model: Resource}``
DECLARED = {}
#: ``{model: [function, …]}``: what names records that have no publication of their own.
NAMED_BY = {}


@dataclass(frozen=True)
class Resource:
    """One kind of record. ``name``: in addresses. ``about``: one English sentence.
    ``declared``: its fields, without those every record has. ``filters``: those of its list.
    ``load``: the method of its records that loads all they show. ``key``: the field that names a
    record in addresses. ``in_sheet``: whether there is a sheet of it. ``example``: of a key.
    """

    model: type[models.Model]
    name: str
    about: str
    declared: list
    filters: type[Filters]
    load: str = ""
    key: str = "slug"
    has_page: bool = True
    in_sheet: bool = False
    example: str = ""

    @cached_property
    def fields(self):
        first = [
            Field(
                self.key,
                "The key of the record, and the last part of its address.",
                example=self.example or None,
                always=True,
            ),
            ApiUrl("api_url", "This record in the API.", always=True),
        ]
        if self.has_page:
            first.append(PageUrls())
        last = Moment(
            "updated",
            "When the record was changed or published last.",
            get=last_change,
            always=True,
            example="2031-06-05T08:00:00Z",
        )
        return [one.bind(self.model) for one in (*first, *self.declared, last)]

    @property
    def label(self):
        return capfirst(self.model._meta.verbose_name_plural)

    @property
    def schema_name(self):
        return self.model.__name__

    # --- the records ---------------------------------------------------------------------------

    @property
    def is_published_by_itself(self):
        return issubclass(self.model, PublicRecord)

    def condition(self):
        """The ``Q`` of the records the public may see, and of those that such records name."""
        if self.is_published_by_itself:
            return published()
        if self.model not in NAMED_BY:
            return Q()
        named = Q(pk__in=[])
        for records_that_name in NAMED_BY[self.model]:
            named |= one_of(records_that_name(OuterRef("pk")))  # a page shows a few of very many
        return named

    def public(self):
        return self.model.objects.filter(self.condition())

    def loaded(self, records):
        return getattr(records, self.load)() if self.load else records

    def as_json(self, record, reading, fields=None):
        return as_json(fields or self.fields, record, reading)

    # --- as a sheet ----------------------------------------------------------------------------

    @cached_property
    def sheet_fields(self):
        """Lists of lists have no place in a sheet."""
        return [one for one in self.fields if not isinstance(one, Parts) or one.in_sheet]

    def columns(self, records=None):
        """The columns for ``records``; without them, one of each numbered part."""
        numbered = [one for one in self.sheet_fields if isinstance(one, Parts)]
        numbers = {one.name: 1 for one in numbered}
        if records is not None:
            for one in numbered:
                most = SheetParts(self.model, one.source, "", ()).most_of(records)
                numbers[one.name] = max(1, min(most, MOST_NUMBERED))
        return [column for one in self.sheet_fields for column in one.columns(numbers)]


class ApiUrl(Link):
    def value(self, record, reading):
        return api_url(record, reading)


class PageUrl(Link):
    """The page of a record in one language."""

    def __init__(self, language):
        with override("en"):
            name = str(dict(settings.LANGUAGES)[language])
        super().__init__(language, f"In {name}.", always=True)
        self.language = language

    def columns(self, numbers):
        name = self.language.replace("-", "_")
        return [Column(name, self, lambda row: row[self.language], self.language)]


class PageUrls(Inner):
    """The page of a record in each language: the address after the prefix is the same in all."""

    def __init__(self):
        super().__init__(
            "page_urls",
            "The record's page on the portal in each language.",
            [PageUrl(code) for code in LANGUAGES],
            present=None,
            schema_name="PageUrls",
            always=True,
        )

    def value(self, record, reading):
        rest = without_language(record.get_absolute_url())
        return {code: f"{reading.site}/{code}/{rest}" for code in LANGUAGES}


def api_url(record, reading):
    resource = DECLARED[type(record)]
    return f"{reading.site}{API}{resource.name}/{getattr(record, resource.key)}/"


def last_change(record):
    """When the public got to see a record as it is."""
    return moment_of([record.updated, getattr(record, "publish_at", None)])


def declare(model, name, about, fields, **options):
    """Make records of ``model`` open data; see :class:`Resource`."""
    DECLARED[model] = Resource(model, name, about, fields, **options)


def named_by(model, *querysets):
    """Records of ``model`` are public once one of ``querysets`` names them.

    Each is a function that returns the records that name the one with the given key.
    """
    NAMED_BY.setdefault(model, []).extend(querysets)


def resources():
    """Every :class:`Resource`, by name."""
    discover()
    return sorted(DECLARED.values(), key=lambda one: one.name)


def resource(name):
    """The :class:`Resource` of that name; a ``KeyError`` if there is none."""
    return {one.name: one for one in resources()}[name]


@cache
def discover():
    autodiscover_modules("open_data")
