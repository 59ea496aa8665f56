"""What a record of the content files may say: its fields, parts and values, checked one by one."""

from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from guizhou_portal.translated import translated_fields

from .source import Mapping, SourceRecord

LANGUAGES = ("de", "en", "zh-hans")


def parts_of(model):
    """``{name: relation}`` of the lists of parts that ``model`` owns, such as programme items."""
    return {
        relation.get_accessor_name(): relation
        for relation in model._meta.related_objects
        if relation.one_to_many and relation.on_delete is models.CASCADE
    }


def as_written(record, model):
    """The fields of ``record`` as JSON can keep them, to see whether the file has changed.

    Raises :class:`~.source.ContentError`, with the line, for anything ``model`` cannot hold.
    """
    parts = parts_of(model)
    return {
        name: _parts(record, name, value, parts[name].related_model)
        if name in parts
        else _value(record, field_of(record, model, name), value, name in translated_fields(model))
        for name, value in record.fields.items()
    }


def field_of(record, model, name):
    """The editable field of that name; a :class:`~.source.ContentError` if there is none."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or field.auto_created or not field.editable or field.primary_key:
        raise record.error(f"“{name}” is not a field of {model._meta.model_name}")
    if isinstance(field, models.FileField):
        raise record.error(f"“{name}” is a file, which is uploaded in the admin")
    return field


def part(record, fields):
    """A part of ``record`` as a record of its own, with its own line."""
    return SourceRecord(record.file, record.model, fields)


def exact(value):
    """A number as it is written in the file: a float would bring digits nobody wrote."""
    return str(value) if isinstance(value, float) else value


def plain(value):
    """A field's value as JSON keeps it; 26.8 and 26.80000 are the same."""
    if isinstance(value, (bool, int, type(None))):
        return value
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def words(error):
    """A validation error on one line: ``field: what is wrong; …``."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return "; ".join(
        " ".join(messages) if field == "__all__" else f"{field}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )


def _parts(record, name, rows, model):
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise record.error(f"“{name}” must be a list of mappings")
    return [as_written(part(record, row), model) for row in rows]


def _value(record, field, value, is_translated):
    if is_translated:
        return _texts(record, field.name, value)
    if isinstance(field, models.ManyToManyField):
        if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
            raise record.error(f"“{field.name}” must be a list of addresses of records")
        return sorted(value)
    if isinstance(field, models.ForeignKey):
        if not isinstance(value, (str, type(None))):
            raise record.error(f"“{field.name}” must be the address of a record")
        return value
    if isinstance(value, (list, dict)):
        raise record.error(f"“{field.name}” must be a single value")
    try:
        return plain(field.to_python(exact(value)))
    except ValidationError as error:
        raise record.error(f"{field.name}: {words(error)}") from error


def _texts(record, name, value):
    if not isinstance(value, Mapping) or set(value) != set(LANGUAGES):
        raise record.error(f"“{name}” needs exactly the languages {', '.join(LANGUAGES)}")
    for language in LANGUAGES:
        if not isinstance(value[language], str):
            raise record.error(f"“{name}” in {language} must be a text", value.line)
    return {language: value[language].strip() for language in LANGUAGES}
