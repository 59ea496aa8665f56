"""Public fields made of others: objects, lists of parts, references to other records.

:class:`Public` is the usual way to declare a field: its kind follows from the model's.
"""

from typing import Literal

import pydantic
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_countries.fields import CountryField

from guizhou_portal.richtext import RichTextField
from guizhou_portal.translated import LANGUAGES, translated_fields

from .fields import (
    Amount,
    Code,
    Column,
    Country,
    Day,
    Field,
    FileLink,
    FormattedText,
    Link,
    LongText,
    Moment,
    Text,
    Whole,
    YesNo,
)

#: Of the numbered columns of one kind of part; more parts stand in the JSON alone.
MOST_NUMBERED = 30


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
    if field.name in translated_fields(field.model):
        if isinstance(field, RichTextField):
            return FormattedText
        return LongText if isinstance(field, models.TextField) else Text
    found = next((kind for of, kind in KINDS if isinstance(field, of)), None)
    return found or (Code if field.choices else Field)
