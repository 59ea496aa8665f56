"""The columns of a record's sheet: its own fields, and those of its numbered parts."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Prefetch
from django.forms import Field as FormField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.fields import Field
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.backoffice.forms import is_visible
from guizhou_portal.translated import translated_fields

from .cells import FileCell, cell_of

REQUIRED = FormField.default_error_messages["required"]


def in_columns(model, *names):
    """``names`` of fields as a sheet has them: a translated text has a column for each language."""
    texts = translated_fields(model)
    return [
        column
        for name in names
        for column in (
            [build_localized_fieldname(name, code) for code, _name in settings.LANGUAGES]
            if name in texts
            else [name]
        )
    ]


class Column(Field):
    """One field of a record, or of its part ``number`` (from 1) among ``parts``."""

    def __init__(self, field, parts=None, number=None):
        name = f"{parts.prefix}_{number}_{field.name}" if parts else field.name
        widget = cell_of(field)
        super().__init__(field.name, name, widget, readonly=isinstance(widget, FileCell))
        self.field, self.parts, self.number = field, parts, number

    def __deepcopy__(self, memo):
        return Column(self.field, self.parts, self.number)

    @property
    def width(self):
        return self.widget.width

    @property
    def is_text(self):
        return self.widget.is_text

    @property
    def is_slug(self):
        return self.column_name == "slug"

    @property
    def label(self):
        name = str(self.field.verbose_name)
        return f"{self.parts.name} {self.number}: {name}" if self.parts else name

    def owner(self, record):
        """The record, or its part; None where it has no such part."""
        return self.parts.of(record).get(self.number) if self.parts else record

    def text(self, record):
        """What the sheet says of ``record`` in this column."""
        owner = self.owner(record)
        return "" if owner is None else self.text_of(owner)

    def text_of(self, owner):
        return self.widget.render(getattr(owner, self.attribute))


@dataclass(frozen=True)
class Parts:
    """Parts of a record as numbered columns, ``<prefix>_1_<field>`` and so on.

    ``relation``: the name that a record of ``whole`` has for them. ``least``: for how many there
    are columns at any rate.
    """

    whole: type
    relation: str
    prefix: str
    names: tuple
    least: int = 2

    @property
    def model(self):
        return self.whole._meta.get_field(self.relation).related_model

    @property
    def key(self):
        """The part's field that leads to the record."""
        return self.whole._meta.get_field(self.relation).field.name

    @property
    def name(self):
        return capfirst(self.model._meta.verbose_name)

    def columns(self, number):
        for name in in_columns(self.model, *self.names):
            yield Column(self.model._meta.get_field(name), self, number)

    def of(self, record):
        """The record's parts by their number, from 1."""
        if record._state.adding:
            return {}
        return dict(enumerate(getattr(record, self.relation).all(), start=1))

    def numbers_in(self, headers):
        """The numbers of the parts that ``headers`` have columns for."""
        pattern = re.compile(rf"{self.prefix}_([1-9][0-9]?)_.+")
        return sorted({int(found[1]) for one in headers if (found := pattern.fullmatch(one))})

    def most_of(self, records):
        """The largest number of parts that one of ``records`` has, in one query."""
        parts = self.model._base_manager.filter(**{f"{self.key}__in": records.order_by()})
        counted = parts.order_by().values(self.key).annotate(number=Count("pk"))
        return counted.aggregate(most=Max("number"))["most"] or 0

    def prefetch(self):
        related = [name for name in self.names if self.model._meta.get_field(name).many_to_one]
        return Prefetch(self.relation, joined(self.model._default_manager.all(), related))


def joined(records, names):
    """``records`` with the related ones of these names; without names, Django would join all."""
    return records.select_related(*names) if names else records


def problems_of(record, exclude=()):
    """``{name of a field: [sentence, …]}`` of what must not be stored; as the forms see it.

    A required text is required in one language. Django itself would ask for the active one, and
    say everything about the others twice.
    """
    texts = translated_fields(type(record))
    exclude = {*exclude, *texts}
    # That the records exist which it names is known: their cells found them.
    named = {
        field.name
        for field in record._meta.fields
        if field.many_to_one and getattr(record, field.attname) is not None
    }
    problems = {}
    steps = [
        (record.clean_fields, {*exclude, *named}),
        (record.validate_unique, exclude),
        (record.validate_constraints, exclude),
    ]
    for check, left_out in steps:
        try:
            check(exclude=left_out)
        except ValidationError as error:
            _add(problems, error)
    try:
        record.clean()
    except ValidationError as error:
        _add(problems, error)
    for name in texts:
        languages = in_columns(type(record), name)
        required = not record._meta.get_field(name).blank
        if required and not any(is_visible(getattr(record, one)) for one in languages):
            problems[languages[0]] = [_("Enter this in at least one language.")]
    return problems


def _add(problems, error):
    for name, errors in error.update_error_dict({}).items():
        told = problems.setdefault(name, [])
        for one in errors:
            # The words of a form: "cannot be null" says nothing to an editor.
            words = REQUIRED if one.code in ("null", "blank") else one.messages[0]
            if words not in told:
                told.append(str(words))
