"""Writes the content files to the database, and leaves alone what an editor has changed.

A record counts as edited when anything of it that an editor can change differs from what was
last loaded (:class:`LoadedRecord`), whether the files name it or not. Parts such as programme
items belong to their record: they are written and compared with it. Everything happens in one
transaction.
"""

from collections import Counter

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.translated import translated_fields

from . import source
from .models import LoadedRecord
from .shape import LANGUAGES, as_written, exact, field_of, part, parts_of, plain, words

#: Model of each list in the files, with the field that identifies its records.
MODELS = {
    "page": ("pages.Page", "key"),
    "sector": ("projects.Sector", "slug"),
    "organisation": ("projects.Organisation", "slug"),
    "place": ("projects.Place", "slug"),
    "project": ("projects.Project", "slug"),
    "location_factor": ("projects.LocationFactor", "slug"),
    "official": ("events.Official", "slug"),
    "event": ("events.Event", "slug"),
    "contract": ("events.Contract", "slug"),
}
CREATED, UPDATED, SKIPPED, KEPT = "created", "updated", "skipped", "kept"


def load(folder=source.FOLDER):
    """Load all content files; return ``{model: Counter(created=…, updated=…, skipped=…, kept=…)}``.

    *skipped* is up to date, *kept* was edited or deleted by an editor and left so. Raises
    :class:`~.source.ContentError`; then nothing is written.
    """
    # The messages are for the command line, which speaks English.
    with override("en"), transaction.atomic():
        return _Run(list(source.read(folder))).run()


class _Run:
    def __init__(self, records):
        self.records = records
        self.known = {(seen.model, seen.key): seen for seen in LoadedRecord.objects.all()}
        self.later = []  # many-to-many values, set when all records exist

    def run(self):
        self.refuse_doubles()
        done = [(record, *self.write(record)) for record in self.records]
        for instance, field, keys, record in self.later:
            getattr(instance, field.name).set(self.targets(field, keys, record))
        counts = {}
        for record, instance, outcome, written in done:
            counts.setdefault(record.model, Counter())[outcome] += 1
            if outcome in (CREATED, UPDATED):
                seen = self.known[record.model, self.key_of(record)]
                fresh = type(instance)._base_manager.get(pk=instance.pk)
                seen.content = {"source": written, "stored": stored(fresh)}
                seen.save()
        return counts

    def refuse_doubles(self):
        found = set()
        for record in self.records:
            _, identifier = self.model_of(record)
            one = (record.model, self.key_of(record))
            if one in found:
                raise record.error(f"“{identifier}: {one[1]}” is written twice")
            found.add(one)

    # --- one record ----------------------------------------------------------------------------

    def write(self, record):
        """``(instance, outcome, the record as written)``."""
        model, identifier = self.model_of(record)
        key = self.key_of(record)
        written = as_written(record, model)
        seen = self.known.get((record.model, key))
        if seen is None:
            instance = model._base_manager.filter(**{identifier: key}).first()
            if instance is not None:  # an editor made one of the same name
                return instance, KEPT, written
            instance = self.fill(model(), record)
            self.known[record.model, key] = LoadedRecord(
                model=record.model, key=key, object_id=instance.pk
            )
            return instance, CREATED, written
        instance = model._base_manager.filter(pk=seen.object_id).first()
        if instance is None or not is_untouched(instance, seen.content.get("stored") or {}):
            return instance, KEPT, written
        if written == seen.content["source"]:
            return instance, SKIPPED, written
        return self.fill(instance, record), UPDATED, written

    def fill(self, instance, record, owner=None):
        """Set the fields of ``record`` on ``instance``, validate and save it, renew its parts."""
        model, parts = type(instance), parts_of(type(instance))
        for name, value in record.fields.items():
            if name not in parts:
                self.assign(instance, field_of(record, model, name), value, record)
        if owner:
            setattr(instance, *owner)
        try:
            instance.full_clean()
            instance.save()
        except (ValidationError, IntegrityError) as error:
            raise record.error(words(error)) from error
        for name in parts.keys() & record.fields.keys():
            self.fill_parts(instance, parts[name], record.fields[name], record)
        return instance

    def fill_parts(self, instance, relation, rows, record):
        getattr(instance, relation.get_accessor_name()).all().delete()
        for order, fields in enumerate(rows, start=1):
            new = relation.related_model()
            if hasattr(new, "order") and "order" not in fields:
                new.order = order
            self.fill(new, part(record, fields), owner=(relation.field.name, instance))

    def assign(self, instance, field, value, record):
        if field.name in translated_fields(type(instance)):
            for language in LANGUAGES:
                text = value[language].strip()
                setattr(instance, build_localized_fieldname(field.name, language), text)
        elif isinstance(field, models.ManyToManyField):
            self.later.append((instance, field, value, record))
        elif isinstance(field, models.ForeignKey):
            keys = [] if value is None else [value]
            setattr(instance, field.name, next(iter(self.targets(field, keys, record)), None))
        else:
            setattr(instance, field.name, exact(value))

    # --- what the files mean -------------------------------------------------------------------

    def model_of(self, record):
        try:
            label, identifier = MODELS[record.model]
        except KeyError:
            raise record.error(f"“{record.model}” is not a kind of record") from None
        return apps.get_model(label), identifier

    def key_of(self, record):
        _, identifier = self.model_of(record)
        key = record.fields.get(identifier)
        if not isinstance(key, str):
            raise record.error(f"the record has no “{identifier}”")
        return key

    def targets(self, field, keys, record):
        """The records that ``keys`` name; one an editor has deleted is left out."""
        name = _name_of(field.related_model)
        found = []
        for key in keys:
            seen = self.known.get((name, key))
            manager = field.related_model._base_manager
            target = manager.filter(pk=seen.object_id) if seen else manager.filter(slug=key)
            if (target := target.first()) is not None:
                found.append(target)
            elif seen is None:
                raise record.error(f"“{field.name}” names {name} “{key}”, which does not exist")
        return found


def stored(instance, owner=None):
    """All that an editor can change of ``instance``, with its parts, as JSON can keep it.

    ``owner`` names the relation to the record a part belongs to, which is left out.
    """
    model = type(instance)
    content = {field.name: _stored_value(instance, field) for field in columns_of(model, owner)}
    for name, relation in parts_of(model).items():
        content[name] = [
            stored(one, owner=relation.field.name) for one in getattr(instance, name).all()
        ]
    return content


def columns_of(model, owner=None):
    """The fields of ``model`` an editor can change, but for ``owner``."""
    # The plain columns of translated fields only mirror one of the languages.
    left_out = {*translated_fields(model), owner}
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return [
        field
        for field in fields
        if field.editable and not field.primary_key and field.name not in left_out
    ]


def is_untouched(instance, then):
    """Whether ``instance`` still is what was stored ``then``."""
    return stored(instance) == _with_later_columns(then, type(instance))


def _with_later_columns(then, model, owner=None):
    """What was stored ``then``, and what the columns that came since hold if nobody fills them."""
    later = {
        field.name: _stored_value(model(), field)
        for field in columns_of(model, owner)
        if field.name not in then and not isinstance(field, models.ManyToManyField)
    }
    parts = {
        name: [
            _with_later_columns(one, relation.related_model, relation.field.name)
            for one in then.get(name, [])
        ]
        for name, relation in parts_of(model).items()
    }
    return {**then, **later, **parts}


def _stored_value(instance, field):
    if isinstance(field, models.ManyToManyField):
        return sorted(getattr(instance, field.name).values_list("pk", flat=True))
    value = getattr(instance, field.attname)
    if isinstance(field, models.FileField):
        return value.name or ""
    # Forms store an untouched empty text as "", the loader leaves out what it does not know.
    value = plain(field.to_python(value))
    return "" if value is None else value


def _name_of(model):
    return next((name for name, (label, _) in MODELS.items() if label == model._meta.label), None)
