"""The kinds of public field: what each says of a record, as JSON and in the columns of a sheet.

A field is declared with its name and what it means, in English; the descriptions name their
standards. What is unknown is None. Fields made of others are in :mod:`.composed`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

import pydantic
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.backoffice.sheets.texts import plain
from guizhou_portal.documents import kind_of
from guizhou_portal.translated import LANGUAGES

from .reading import in_zone


@dataclass(frozen=True)
class Column:
    """A column of a sheet; ``pick`` finds its value in the JSON of a record."""

    column_name: str
    field: "Field"
    pick: Callable
    language: str = ""

    @property
    def width(self):
        return self.field.width

    @property
    def is_text(self):
        return self.field.is_text

    def text(self, row):
        value = self.pick(row)
        if value is None:
            return ""
        return str(value).lower() if isinstance(value, bool) else plain(str(value))


class Texts(pydantic.BaseModel):
    """A text in each language of the portal; null where it is not written in that language."""

    model_config = pydantic.ConfigDict(populate_by_name=True)

    de: str | None = pydantic.Field(description="German")
    en: str | None = pydantic.Field(description="English")
    zh_hans: str | None = pydantic.Field(alias="zh-hans", description="Chinese, simplified")


class Field:
    """``source``: the model's field or property, if it is called otherwise. ``get``: a function
    that reads it from the record instead. ``example``: of a value. ``standard``: where a code list
    or a way of writing comes from. ``always``: it is never null.
    """

    type = pgettext_lazy("kind of data", "text")
    python = str
    width = 24
    is_text = True
    #: Of a kind of field whose values are all alike.
    example = None
    standard = ""

    def __init__(
        self, name, about, *, source="", get=None, example=None, standard="", always=False
    ):
        self.name, self.about, self.always = name, about, always
        self.source = source or name
        self.get = get
        self.example = self.example if example is None else example
        self.standard = standard or self.standard
        self.model = self.field = None

    def bind(self, model):
        """Let the field know whose it is. Returns the field."""
        self.model = model
        if self.source in {one.name for one in model._meta.get_fields()}:
            self.field = model._meta.get_field(self.source)
        return self

    @property
    def label(self):
        """What the back office calls it, in the active language."""
        name = getattr(self.field, "verbose_name", None)
        return capfirst(name) if isinstance(name, str | Promise) else ""

    def read(self, record):
        return self.get(record) if self.get else getattr(record, self.source)

    def value(self, record, reading):
        return self.as_json(self.read(record), reading)

    def as_json(self, value, reading):
        return None if value in (None, "") else str(value)

    # --- how it is described -------------------------------------------------------------------

    @property
    def python_type(self):
        return self.python if self.always else self.python | None

    @property
    def extra(self):
        """What else the JSON schema says."""
        return {}

    @property
    def description(self):
        return f"{self.about} ({self.standard})" if self.standard else self.about

    def schema(self):
        """The field as pydantic takes it: its type, and what is said of it."""
        examples = None if self.example is None else [self.example]
        return self.python_type, pydantic.Field(
            description=self.description, examples=examples, json_schema_extra=self.extra or None
        )

    def codes(self):
        """``[(code, name in the active language), …]`` for a code list."""
        return []

    @property
    def parts(self):
        """The fields within this one."""
        return ()

    def columns(self, numbers):
        """Its columns in a sheet. ``numbers``: ``{name: how many}`` parts have columns."""
        return [Column(self.name, self, lambda row: row[self.name])]


class Text(Field):
    """A text in several languages. ``of``: a function that gives the record and the name of the
    field it is read from, if these are not the field's own.
    """

    type = _("text in three languages")
    width = 36

    def __init__(self, name, about, *, of=None, **options):
        super().__init__(name, about, **options)
        self.of = of

    python_type = Texts | str | None

    def texts(self, record, reading):
        return reading.texts(*(self.of(record) if self.of else (record, self.source)))

    def value(self, record, reading):
        return self.texts(record, reading)[0]

    def columns(self, numbers):
        return [
            Column(
                build_localized_fieldname(self.name, code),
                self,
                lambda row, code=code: (row[self.name] or {}).get(code),
                code,
            )
            for code in LANGUAGES
        ]


class LongText(Text):
    width = 60


class FormattedText(LongText):
    type = _("HTML in three languages")
    extra = {"contentMediaType": "text/html"}


class Code(Field):
    type = _("code")
    width = 16

    def choices(self):
        return [(code, name) for code, name in self.field.flatchoices if code]

    def codes(self):
        return [(code, capfirst(name)) for code, name in self.choices()]

    @property
    def python_type(self):
        codes = Literal[tuple(code for code, _name in self.choices())]
        return codes | None if self.field.blank or self.field.null else codes

    @cached_property
    def extra(self):
        names = {code: {} for code, _name in self.choices()}
        for language in LANGUAGES:
            with override(language):
                for code, name in self.choices():
                    names[code][language] = str(name)
        return {"x-names": names}


class Country(Field):
    type = _("country code")
    width = 10
    example = "DE"
    standard = "ISO 3166-1 alpha-2"

    def as_json(self, value, reading):
        return str(getattr(value, "code", value) or "") or None


class YesNo(Field):
    type = _("true or false")
    python = bool
    width = 10
    is_text = False

    def as_json(self, value, reading):
        return value


class Amount(Field):
    type = _("decimal number")
    width = 18
    is_text = False
    example = "1500000.00"

    @property
    def extra(self):
        return {"pattern": r"^-?\d+(\.\d+)?$"}

    def as_json(self, value, reading):
        return None if value is None else format(value, "f")


class Whole(Field):
    type = _("whole number")
    python = int
    width = 10
    is_text = False

    def as_json(self, value, reading):
        return value


class Day(Field):
    type = _("date")
    width = 14
    is_text = False
    example = "2031-06-05"
    standard = "ISO 8601"
    extra = {"format": "date"}

    def as_json(self, value, reading):
        return value and value.isoformat()


class Moment(Field):
    """``zone``: a function that gives the time zone to write it in; without, UTC."""

    type = _("point in time")
    width = 27
    is_text = False
    example = "2031-06-05T10:00:00+02:00"
    standard = "ISO 8601"
    extra = {"format": "date-time"}

    def __init__(self, name, about, *, zone=None, **options):
        super().__init__(name, about, **options)
        self.zone = zone

    def value(self, record, reading):
        moment = self.read(record)
        return moment and in_zone(moment, self.zone(record) if self.zone else UTC)


class Link(Field):
    type = _("address (URL)")
    width = 48
    extra = {"format": "uri"}


class FileLink(Link):
    """The address of an uploaded file."""

    def as_json(self, value, reading):
        return reading.site + value.url if value else None


class FileKind(Field):
    width = 10

    def as_json(self, value, reading):
        return kind_of(value.name) if value else None
