"""Writes the content files to the database, and leaves alone what an editor has changed.

A record counts as edited when what stands in the database differs from what was last loaded
(:class:`LoadedRecord`). Parts such as programme items belong to their record: they are written
and compared with it. Everything happens in one transaction.
"""

from collections import Counter
from decimal import Decimal

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import override
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

from . import source
from .models import LoadedRecord
from .source import Mapping, SourceRecord

LANGUAGES = ("de", "en", "zh-hans")
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
    records = list(source.read(folder))
    # The messages are for the command line, which speaks English.
    with override("en"), transaction.atomic():
        return _Run(records).run()


class _Run:
    def __init__(self, records):
        self.records = records
        self.known = {(seen.model, seen.key): seen for seen in LoadedRecord.objects.all()}
        self.keys = {(seen.model, seen.object_id): seen.key for seen in self.known.values()}
        self.counts = {}
        self.later = []  # many-to-many values, set when all records exist

    def run(self):
        done = [(record, *self.write(record)) for record in self.records]
        for instance, field, keys, record in self.later:
            getattr(instance, field.name).set(self.targets(field, keys, record))
        for record, instance, outcome in done:
            self.counts.setdefault(record.model, Counter())[outcome] += 1
            if outcome in (CREATED, UPDATED):
                seen = self.known[record.model, self.key_of(record)]
                fresh = type(instance)._base_manager.get(pk=instance.pk)
                seen.content = self.snapshot(fresh, record.fields)
                seen.save()
        return self.counts

    # --- one record ----------------------------------------------------------------------------

    def write(self, record):
        model, identifier = self.model_of(record)
        key = self.key_of(record)
        seen = self.known.get((record.model, key))
        if seen is None:
            instance = model._base_manager.filter(**{identifier: key}).first()
            if instance is not None:  # an editor made one of the same name
                return instance, KEPT
            instance = self.fill(model(), record)
            self.remember(record, key, instance)
            return instance, CREATED
        instance = model._base_manager.filter(pk=seen.object_id).first()
        if instance is None or self.snapshot(instance, seen.content) != seen.content:
            return instance, KEPT
        if self.snapshot_of_source(record, model) == seen.content:
            return instance, SKIPPED
        return self.fill(instance, record), UPDATED

    def remember(self, record, key, instance):
        seen = LoadedRecord(model=record.model, key=key, object_id=instance.pk, content={})
        self.known[record.model, key] = seen
        self.keys[record.model, instance.pk] = key

    def fill(self, instance, record, owner=None):
        """Set the fields of ``record`` on ``instance``, validate and save it, renew its parts."""
        model, parts = type(instance), {}
        for name, value in record.fields.items():
            if relation := self.part_of(model, name):
                parts[relation] = value
            else:
                self.assign(instance, name, value, record)
        if owner:
            setattr(instance, *owner)
        try:
            instance.full_clean()
            instance.save()
        except (ValidationError, IntegrityError) as error:
            raise record.error(_words(error)) from error
        for relation, rows in parts.items():
            self.fill_parts(instance, relation, rows, record)
        return instance

    def fill_parts(self, instance, relation, rows, record):
        getattr(instance, relation.get_accessor_name()).all().delete()
        for order, fields in enumerate(rows or [], start=1):
            if not isinstance(fields, Mapping):
                raise record.error(f"“{relation.get_accessor_name()}” must be a list of mappings")
            part = relation.related_model()
            if hasattr(part, "order") and "order" not in fields:
                part.order = order
            self.fill(
                part,
                SourceRecord(record.file, record.model, fields),
                owner=(relation.field.name, instance),
            )

    def assign(self, instance, name, value, record):
        field = self.field_of(type(instance), name, record)
        if name in _translated(type(instance)):
            if not isinstance(value, Mapping) or set(value) != set(LANGUAGES):
                raise record.error(f"“{name}” needs exactly the languages {', '.join(LANGUAGES)}")
            for language in LANGUAGES:
                text = value[language]
                if not isinstance(text, str):
                    raise record.error(f"“{name}” in {language} must be a text", value.line)
                setattr(instance, build_localized_fieldname(name, language), text.strip())
        elif isinstance(field, models.ManyToManyField):
            if not isinstance(value, list):
                raise record.error(f"“{name}” must be a list")
            self.later.append((instance, field, value, record))
        elif isinstance(field, models.ForeignKey):
            found = self.targets(field, [value], record)
            setattr(instance, name, found[0] if found else None)
        else:
            setattr(instance, name, _exact(value))

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

    def field_of(self, model, name, record):
        try:
            return model._meta.get_field(name)
        except FieldDoesNotExist:
            raise record.error(f"“{name}” is not a field of {model._meta.model_name}") from None

    def part_of(self, model, name):
        """The relation through which ``model`` owns a list of parts, or None."""
        for relation in model._meta.related_objects:
            owned = relation.one_to_many and relation.on_delete is models.CASCADE
            if owned and relation.get_accessor_name() == name:
                return relation
        return None

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

    # --- comparing -----------------------------------------------------------------------------

    def snapshot(self, instance, fields):
        """What the database holds for the names in ``fields``, as JSON can keep it."""
        model, result = type(instance), {}
        for name, value in fields.items():
            if relation := self.part_of(model, name):
                parts = getattr(instance, relation.get_accessor_name()).all()
                rows = list(parts)
                shapes = value if len(value) == len(rows) else [{}] * len(rows)
                result[name] = [
                    self.snapshot(row, shape) for row, shape in zip(rows, shapes, strict=True)
                ]
            elif name in _translated(model):
                result[name] = {
                    language: getattr(instance, build_localized_fieldname(name, language)) or ""
                    for language in LANGUAGES
                }
            else:
                result[name] = self.plain(instance, model._meta.get_field(name))
        return result

    def plain(self, instance, field):
        name = _name_of(field.related_model) if field.is_relation else None
        if isinstance(field, models.ManyToManyField):
            return sorted(
                self.keys.get((name, pk), str(pk))
                for pk in getattr(instance, field.name).values_list("pk", flat=True)
            )
        if isinstance(field, models.ForeignKey):
            pk = getattr(instance, field.attname)
            return None if pk is None else self.keys.get((name, pk), str(pk))
        return _plain(field.to_python(getattr(instance, field.attname)))

    def snapshot_of_source(self, record, model):
        """What :meth:`snapshot` would give, had ``record`` just been loaded."""
        result = {}
        for name, value in record.fields.items():
            relation = self.part_of(model, name)
            field = None if relation else self.field_of(model, name, record)
            if relation:
                result[name] = [
                    self.snapshot_of_source(
                        SourceRecord(record.file, record.model, part), relation.related_model
                    )
                    for part in value or []
                ]
            elif name in _translated(model):
                result[name] = self.translated_source(field, value, record)
            elif isinstance(field, models.ManyToManyField):
                result[name] = sorted(value)
            elif isinstance(field, models.ForeignKey):
                result[name] = value
            else:
                result[name] = _plain(field.to_python(_exact(value)))
        return result

    def translated_source(self, field, value, record):
        from guizhou_portal.richtext import RichTextField, sanitise

        if not isinstance(value, Mapping) or set(value) != set(LANGUAGES):
            raise record.error(f"“{field.name}” needs exactly the languages {', '.join(LANGUAGES)}")
        clean = sanitise if isinstance(field, RichTextField) else str
        return {language: clean(str(value[language]).strip()) for language in LANGUAGES}


def _exact(value):
    """A number as it is written in the file: a float would bring digits nobody wrote."""
    return str(value) if isinstance(value, float) else value


def _plain(value):
    """A field's value as JSON keeps it; 26.8 and 26.80000 are the same."""
    if isinstance(value, (bool, int, type(None))):
        return value
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _translated(model):
    try:
        return translator.get_options_for_model(model).fields
    except NotRegistered:
        return {}


def _name_of(model):
    return next((name for name, (label, _) in MODELS.items() if label == model._meta.label), None)


def _words(error):
    """A validation error on one line: ``field: what is wrong; …``."""
    if not hasattr(error, "message_dict"):
        return str(error)
    return "; ".join(
        " ".join(messages) if field == "__all__" else f"{field}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
