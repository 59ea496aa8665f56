"""Two editors at one record: the second to save is told, and sees both versions."""

from dataclasses import dataclass

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Max, Q
from reversion.models import Version
from reversion.revisions import _get_options, is_registered

from .history import AS_FOUND, Change, compared, shown_value, versions_of


def state_of(record):
    """A token that changes whenever the record or one of its parts is saved in the admin."""
    stored = _versions_of_kind(type(record), [record.pk])
    for name in _get_options(type(record)).follow if is_registered(type(record)) else ():
        part = record._meta.get_field(name).related_model
        stored |= _versions_of_kind(part, getattr(record, name).values_list("pk", flat=True))
    changed = Version.objects.filter(stored).exclude(revision__comment=AS_FOUND)
    latest = changed.aggregate(latest=Max("pk"))["latest"]
    updated = getattr(record, "updated", None)
    return f"{updated.isoformat() if updated else ''}/{latest or ''}"


def _versions_of_kind(model, keys):
    kind = ContentType.objects.get_for_model(model)
    return Q(content_type=kind, object_id__in=[str(key) for key in keys])


@dataclass(frozen=True)
class Conflict:
    """Somebody else was faster: who, when, and where what is stored now differs from the form."""

    who: str
    when: object
    changes: list


def conflict_of(form):
    """The :class:`Conflict` of a record's form that is based on an older state; else None."""
    seen, record = form.data.get("seen"), form.instance
    if not seen or not record.pk or form.prefix or seen == state_of(record):
        return None
    latest = versions_of(record).first()
    user = latest and latest.revision.user
    return Conflict(
        (user.get_full_name() or user.get_username()) if user else "",
        latest.revision.date_created if latest else getattr(record, "updated", None),
        list(_differing(form)),
    )


def _differing(form):
    """The fields in which the form differs from what is stored now."""
    for name in form.changed_data:
        value = form.cleaned_data.get(name)
        field = form._meta.model._meta.get_field(name)
        if isinstance(field, models.FileField) or isinstance(form.fields[name], forms.FileField):
            continue
        stored = form.initial.get(name)
        before, after = (shown_value(field, _key(one)) for one in (stored, value))
        if before != after:
            yield Change(form.fields[name].label, *compared(before, after))


def _key(value):
    """What a version would store: keys instead of records."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (list, tuple, models.QuerySet)):
        return [_key(one) for one in value]
    return value
