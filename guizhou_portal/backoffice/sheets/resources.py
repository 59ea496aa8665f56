"""What a sheet of records is, and what an import does with each of its rows.

Built on django-import-export: it runs the rows in one transaction and keeps their results. Its
parts that are not enough for the portal are replaced here: only cells that differ are touched,
translated texts and parts of a record are known, and each row asks what its editor may do.
"""

from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource

from guizhou_portal.backoffice.attention import shortcomings
from guizhou_portal.backoffice.forms import FORMER
from guizhou_portal.backoffice.history import keep_as_found
from guizhou_portal.publishing.models import FormerSlug, Publication

from .cells import FALSE, BooleanCell
from .columns import Column, Parts, joined, problems_of
from .refusals import refusals

PUBLICATION = ("publication", "publish_at")
#: Records one import may add or change: it keeps a version of each, while others wait to save.
MAX_CHANGES = 1000


@dataclass(frozen=True)
class CellChange:
    """One cell that says something else than the record; ``value`` is what the field will hold."""

    column: Column
    before: str
    after: str
    value: object


@dataclass(frozen=True)
class PartStep:
    """What happens to one part of a record. ``action``: add, change or delete."""

    action: str
    part: models.Model
    parts: Parts
    number: int
    changes: list

    @property
    def name(self):
        return f"{self.parts.prefix}_{self.number}"


class RecordSheet(ModelResource):
    """The sheet of one kind of record. A subclass names the model and its ``fields``, in order.

    For an export, ``numbers`` says ``{prefix: how many}`` parts have columns; an import takes
    them from its ``table`` (see ``reading``) and asks ``model_admin`` what the editor of
    ``request`` may do.
    """

    parts = ()

    class Meta:
        import_id_fields = ["slug"]
        instance_loader_class = CachedInstanceLoader
        skip_diff = True
        store_instance = True
        report_skipped = False

    def __init__(self, *, numbers=None, table=None, model_admin=None, request=None):
        super().__init__()
        self.table, self.model_admin, self.request = table, model_admin, request
        self.is_for_good = False
        self.seen, self.changes, self.steps = {}, [], []
        self.touched = 0
        for parts in self.parts:
            if table:
                wanted = parts.numbers_in(table.headers)
            else:
                wanted = range(1, max(parts.least, (numbers or {}).get(parts.prefix, 0)) + 1)
            for number in wanted:
                for column in parts.columns(number):
                    self.fields[column.column_name] = column

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        return Column(django_field)

    @classmethod
    def knows(cls, header):
        """Whether the sheet can have a column of that name."""
        return header in cls.fields or any(
            header in {column.column_name for column in parts.columns(number)}
            for parts in cls.parts
            for number in parts.numbers_in([header])
        )

    @cached_property
    def columns(self):
        return [self.fields[name] for name in self.get_export_order()]

    # --- export --------------------------------------------------------------------------------

    @classmethod
    def of(cls, records):
        """The sheet with columns for all the parts of ``records``."""
        return cls(numbers={parts.prefix: parts.most_of(records) for parts in cls.parts})

    def rows(self, records):
        """The cells of each record, a few queries for a thousand of them."""
        columns = self.columns
        for record in self.with_relations(records).iterator(chunk_size=1000):
            yield [column.text(record) for column in columns]

    def with_relations(self, records):
        """``records`` with all that the columns look at."""
        fields = [column.field for column in self.columns if not column.parts]
        one = [field.name for field in fields if isinstance(field, models.ForeignKey)]
        several = [field.name for field in fields if field.many_to_many]
        records = joined(records, one)
        return records.prefetch_related(*several, *(parts.prefetch() for parts in self.parts))

    # --- import --------------------------------------------------------------------------------

    def get_queryset(self):
        records = self.with_relations(self._meta.model._default_manager.all())
        return records.select_for_update(of=("self",)) if self.is_for_good else records

    @property
    def is_too_much(self):
        return self.touched > MAX_CHANGES

    def before_import_row(self, row, row_number=None, **kwargs):
        self.changes, self.steps = [], []
        if self.is_too_much:
            raise ValidationError({})
        if problems := self.table.problems.get(row_number):
            raise ValidationError(problems)
        line = self.table.lines[row_number - 1]
        if (slug := row["slug"]) and self.seen.setdefault(slug, line) != line:
            raise ValidationError(
                {"slug": _("Row %(n)d has this address already.") % {"n": self.seen[slug]}}
            )

    def import_instance(self, instance, row, **kwargs):
        """Note which cells differ from what is stored; nothing is set before it is allowed."""
        problems = {}
        for column in self.columns:
            if column.readonly or column.column_name not in row:
                continue
            try:
                self.compare(column, instance, row)
            except ValueError as error:
                problems[column.column_name] = [str(error)]
        self.find_steps(instance, row)
        if problems:
            raise ValidationError(problems)

    def compare(self, column, instance, row):
        before = "" if instance._state.adding else column.text(instance)
        if self.table.says_the_same(row[column.column_name], before):
            return
        value = column.clean(row)
        after = column.widget.render(value)
        if after != before:
            self.changes.append(CellChange(column, before, after, value))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        is_touched = instance._state.adding or self.changes or import_validation_errors
        self.touched += bool(is_touched)
        return not is_touched

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        problems = {}
        if import_validation_errors:
            problems = ValidationError(import_validation_errors).message_dict
        refused = refusals(self, instance) or self.moved(instance)
        if refused:
            raise ValidationError({**problems, **refused})
        if self.is_for_good and not instance._state.adding:
            keep_as_found([instance])
        self.set_values(instance)
        problems = {**problems_of(instance, problems), **problems}
        for step in self.steps:
            if step.action != "delete" and not any(one.startswith(step.name) for one in problems):
                problems.update(self.problems_of_part(step))
        if problems:
            raise ValidationError(problems)

    def moved(self, instance):
        """A new record must not take the address that leads to another one."""
        slug = next((one.after for one in self.changes if one.column.is_slug), "")
        moved = slug and FormerSlug.objects.record_for(self._meta.model, slug)
        if not moved:
            return {}
        return {"slug": [FORMER % {"name": moved, "slug": moved.slug}]}

    def find_steps(self, instance, row):
        """What the changed cells mean for the parts of the record."""
        found = {}
        for change in self.changes:
            if change.column.parts:
                found.setdefault((change.column.parts, change.column.number), []).append(change)
        for (parts, number), changes in found.items():
            part = parts.of(instance).get(number)
            says = any(self.says(c, part, row) for c in self.columns_of(parts, number))
            if part is None and not says:
                self.changes = [one for one in self.changes if one not in changes]
                continue
            action = ("add" if part is None else "change") if says else "delete"
            part = part or self.new_part(parts, instance)
            self.steps.append(PartStep(action, part, parts, number, changes))

    def columns_of(self, parts, number):
        return [one for one in self.columns if one.parts is parts and one.number == number]

    def says(self, column, part, row):
        """Whether a part is still there: some cell says more than "false"."""
        if column.column_name in row:
            text = row[column.column_name].casefold()
            return bool(text) and not (isinstance(column.widget, BooleanCell) and text in FALSE)
        return part is not None and column.widget.is_text and bool(column.text_of(part))

    def new_part(self, parts, instance):
        part = parts.model()
        if hasattr(part, "order"):
            others = [*parts.of(instance).values()]
            others += [one.part for one in self.steps if one.parts is parts]
            part.order = max((one.order for one in others), default=-1) + 1
        return part

    def set_values(self, instance):
        owners = [(instance, [one for one in self.changes if not one.column.parts])]
        owners += [(one.part, one.changes) for one in self.steps if one.action != "delete"]
        for owner, changes in owners:
            for change in changes:
                if not change.column.field.many_to_many:
                    setattr(owner, change.column.attribute, change.value)

    def problems_of_part(self, step):
        return {
            step.name if name == NON_FIELD_ERRORS else f"{step.name}_{name}": sentences
            for name, sentences in problems_of(step.part, {step.parts.key}).items()
        }

    def save_m2m(self, instance, row, **kwargs):
        for change in self.changes:
            if change.column.field.many_to_many:
                getattr(instance, change.column.attribute).set(change.value)
        for step in self.steps:
            if step.action == "delete":
                step.part.delete()
            else:
                setattr(step.part, step.parts.key, instance)
                step.part.save()

    def after_import_row(self, row, row_result, row_number=None, **kwargs):
        row_result.number, row_result.line = row_number, self.table.lines[row_number - 1]
        row_result.changes, row_result.missing = self.changes, []

    def after_import(self, dataset, result, **kwargs):
        """What stops a record's publication stops the import; what only lacks is told."""
        super().after_import(dataset, result, **kwargs)
        published = {
            row.instance: row
            for row in result.valid_rows()
            if any(one.value == Publication.PUBLISHED for one in row.changes)
        }
        records = self._meta.model._default_manager.filter(pk__in=[one.pk for one in published])
        for record, checks in (
            shortcomings(self.model_admin, records) if published else {}
        ).items():
            row = published[record]
            row.missing = [str(check.words) for check in checks]
            if any(check.stops for check in checks):
                problem = ValidationError({"publication": ", ".join(row.missing)})
                result.append_invalid_row(row.number, {}, problem)
