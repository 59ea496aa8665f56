"""The kinds of public field: what each says of a record, as JSON and in the columns of a sheet.

A field is declared with its name and what it means, in English; its kind follows from the model
(:class:`Public`) unless it is said. What is unknown is None. The descriptions name their standards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

import pydantic
from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_countries.fields import CountryField
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.backoffice.sheets.texts import plain
from guizhou_portal.documents import kind_of
from guizhou_portal.richtext import RichTextField

LANGUAGES = [code for code, _name in settings.LANGUAGES]
#: Of the numbered columns of one kind of part; more parts stand in the JSON alone.
MOST_NUMBERED = 30


@dataclass(frozen=True)
class Reading:
    """For whom a record is written: ``site`` is scheme and host, ``language`` None for all."""

    site: str
    language: str | None = None

    def texts(self, record, name):
        """A translated field as JSON, and the language it is in (None where all are given)."""
        if self.language is None:
            found = {code: of_language(record, name, code) for code in LANGUAGES}
            return (found if any(found.values()) else None), None
        with override(self.language):
            order = resolution_order(self.language)
        for code in order:
            if text := of_language(record, name, code):
                return text, code
        return None, None


def of_language(record, name, code):
    return getattr(record, build_localized_fieldname(name, code), None) or None


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

    type = _("text")
    python = str
    width = 24
    is_text = True

    def __init__(
        self, name, about, *, source="", get=None, example=None, standard="", always=False
    ):
        self.name, self.about, self.always = name, about, always
        self.source = source or name
        self.get = get
        self.example, self.standard = example, standard
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

    def __init__(self, name, about, *, example="DE", standard="ISO 3166-1 alpha-2", **options):
        super().__init__(name, about, example=example, standard=standard, **options)

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

    def __init__(self, name, about, *, example="1500000.00", **options):
        super().__init__(name, about, example=example, **options)

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

    def __init__(self, name, about, *, example="2031-06-05", standard="ISO 8601", **options):
        super().__init__(name, about, example=example, standard=standard, **options)

    extra = {"format": "date"}

    def as_json(self, value, reading):
        return value and value.isoformat()


class Moment(Field):
    """``zone``: a function that gives the time zone to write it in; without, UTC."""

    type = _("point in time")
    width = 27
    is_text = False

    def __init__(self, name, about, *, zone=None, example="2031-06-05T10:00:00+02:00", **options):
        super().__init__(name, about, example=example, standard="ISO 8601", **options)
        self.zone = zone

    extra = {"format": "date-time"}

    def value(self, record, reading):
        moment = self.read(record)
        return moment and in_zone(moment, self.zone(record) if self.zone else UTC)


def in_zone(moment, zone=UTC):
    """A point in time as JSON has it, for example ``2031-06-05T10:00:00+02:00``."""
    written = moment.astimezone(zone).isoformat()
    return written.replace("+00:00", "Z") if zone is UTC else written


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


class Inner(Field):
    """Several fields of the record that belong together. ``present``: whether there are any."""

    type = _("object")

    def __init__(self, name, about, fields, *, present, schema_name, **options):
        super().__init__(name, about, **options)
        self.fields, self.present, self.schema_name = fields, present, schema_name

    def bind(self, model):
        super().bind(model)
        self.fields = [one.bind(model) for one in self.fields]
        return self

    @property
    def parts(self):
        return self.fields

    def value(self, record, reading):
        return as_json(self.fields, record, reading) if self.present(record) else None

    @cached_property
    def python_type(self):
        schema = schema_of(self.schema_name, self.about, self.fields)
        return schema if self.always else schema | None

    def columns(self, numbers):
        return [
            nested(f"{self.name}_", lambda row: row[self.name], column)
            for field in self.fields
            for column in field.columns(numbers)
        ]


def picture(name, about, *, alt=None, credit=None, licence=None):
    """The :class:`Inner` of a picture with what has to be said beside it."""
    fields = [
        FileLink("url", "The picture, without metadata of the camera.", source=name, always=True),
        Whole("width", "In pixels.", source=f"{name}_width", example=1600),
        Whole("height", "In pixels.", source=f"{name}_height", example=1067),
    ]
    if alt:
        fields.append(Public("alt", "What it shows, for people who cannot see it.", source=alt))
    if credit:
        fields.append(Field("credit", "Whose work it is.", source=credit))
    if licence:
        fields.append(
            Code("licence", "Terms of use.", source=licence, standard="SPDX where there is one")
        )
    return Inner(
        name,
        about,
        fields,
        present=lambda record: bool(getattr(record, name)),
        schema_name="Picture" if alt else "Portrait" if credit else "Logo",
    )


class Parts(Field):
    """Parts of a record: a list of objects. ``get``: a function that gives those the public sees.

    ``in_sheet``: whether a sheet has numbered columns for them.
    """

    type = _("list of objects")

    def __init__(
        self, name, about, fields, *, schema_name="", in_sheet=False, model=None, **options
    ):
        super().__init__(name, about, **options)
        self.fields, self.schema_name, self.in_sheet = fields, schema_name, in_sheet
        self.part_model = model

    def bind(self, model):
        super().bind(model)
        self.part_model = self.part_model or self.field.related_model
        self.schema_name = self.schema_name or self.part_model.__name__
        self.fields = [one.bind(self.part_model) for one in self.fields]
        return self

    @property
    def label(self):
        return capfirst(self.part_model._meta.verbose_name_plural)

    @property
    def parts(self):
        return self.fields

    def read(self, record):
        return self.get(record) if self.get else getattr(record, self.source).all()

    def value(self, record, reading):
        return [as_json(self.fields, part, reading) for part in self.read(record)]

    @cached_property
    def python_type(self):
        return list[schema_of(self.schema_name, self.about, self.fields)]

    def columns(self, numbers):
        if not self.in_sheet:
            return []
        return [
            nested(f"{self.name}_{number}_", self.numbered(number), column)
            for number in range(1, numbers.get(self.name, 1) + 1)
            for field in self.fields
            for column in field.columns(numbers)
        ]

    def numbered(self, number):
        return lambda row: row[self.name][number - 1] if number <= len(row[self.name]) else None


def nested(prefix, whole, column):
    """``column`` of an object within a row; empty where there is no such object."""

    def pick(row):
        inner = whole(row)
        return None if inner is None else column.pick(inner)

    return Column(prefix + column.column_name, column.field, pick, column.language)


class Related(Field):
    """Another public record: its address, its name, and where the API tells more of it."""

    type = _("reference")
    width = 28

    def __init__(self, name, about, *, to=None, **options):
        super().__init__(name, about, **options)
        self.to = to

    def bind(self, model):
        super().bind(model)
        self.to = self.to or self.field.related_model
        return self

    @property
    def label(self):
        own = super().label
        return own or capfirst(self.to._meta.verbose_name)

    @cached_property
    def reference(self):
        return reference_schema(self.to)

    @property
    def python_type(self):
        return self.reference | None

    def as_json(self, value, reading):
        return value and self.refer(value, reading)

    def refer(self, record, reading):
        from .resources import api_url

        fields = [Public(record.naming_field, "").bind(self.to)]
        return {
            "slug": record.slug,
            **as_json(fields, record, reading),
            "api_url": api_url(record, reading),
        }

    def columns(self, numbers):
        return [Column(self.name, self, lambda row: (row[self.name] or {}).get("slug"))]


class SeveralRelated(Related):
    type = _("list of references")
    width = 40

    @property
    def label(self):
        return Field.label.fget(self) or capfirst(self.to._meta.verbose_name_plural)

    @property
    def python_type(self):
        return list[self.reference]

    def read(self, record):
        return self.get(record) if self.get else getattr(record, self.source).all()

    def as_json(self, value, reading):
        return [self.refer(record, reading) for record in value]

    def columns(self, numbers):
        return [
            Column(self.name, self, lambda row: ", ".join(one["slug"] for one in row[self.name]))
        ]


# --- from fields to objects ------------------------------------------------------------------------


def as_json(fields, record, reading):
    """``{name: value}`` of a record; in one language, ``languages`` says which each text is in."""
    found, languages = {}, {}
    for field in fields:
        if isinstance(field, Text):
            found[field.name], language = field.texts(record, reading)
            if language:
                languages[field.name] = language
        else:
            found[field.name] = field.value(record, reading)
    if reading.language and has_texts(fields):
        found["languages"] = languages
    return found


def has_texts(fields):
    return any(isinstance(field, Text) for field in fields)


SCHEMAS = {}


def schema_of(name, about, fields, **more):
    """The pydantic model of an object with ``fields``; the same for the same name."""
    if name not in SCHEMAS:
        typed = {field.name: field.schema() for field in fields}
        if has_texts(fields):
            typed["languages"] = (
                dict[str, Literal[tuple(LANGUAGES)]],
                pydantic.Field(
                    default=None,
                    description="Only with `lang`: the language each text of this object is in.",
                    examples=[{"title": "de", "summary": "en"}],
                ),
            )
        SCHEMAS[name] = pydantic.create_model(name, __doc__=about, **typed, **more)
    return SCHEMAS[name]


def reference_schema(model):
    name = f"{model.__name__}Reference"
    fields = [
        Field("slug", "The key of the record.", always=True).bind(model),
        Public(model.naming_field, "What it is called.").bind(model),
        Link("api_url", "Where the API tells more of it.", always=True).bind(model),
    ]
    with override("en"):
        what = str(model._meta.verbose_name)
    return schema_of(name, f"Names a record: {what}.", fields)


#: The first that fits.
KINDS = (
    (models.ManyToManyField, SeveralRelated),
    (models.ForeignKey, Related),
    (CountryField, Country),
    (models.BooleanField, YesNo),
    (models.DateTimeField, Moment),
    (models.DateField, Day),
    (models.DecimalField, Amount),
    (models.IntegerField, Whole),
    (models.URLField, Link),
    (models.FileField, FileLink),
)


class Public(Field):
    """A field whose kind follows from the model's."""

    def __init__(self, name, about, **options):
        super().__init__(name, about, source=options.get("source", ""))
        self.options = options

    def bind(self, model):
        kind = kind_of_field(model._meta.get_field(self.source))
        return kind(self.name, self.about, **self.options).bind(model)


def kind_of_field(field):
    if is_translated(field):
        if isinstance(field, RichTextField):
            return FormattedText
        return LongText if isinstance(field, models.TextField) else Text
    found = next((kind for of, kind in KINDS if isinstance(field, of)), None)
    return found or (Code if field.choices else Field)


def is_translated(field):
    try:
        return field.name in translator.get_options_for_model(field.model).fields
    except NotRegistered:
        return False


def moment_of(value):
    """The later of several points in time, some of which may be None."""
    return max((one for one in value if isinstance(one, datetime)), default=None)
