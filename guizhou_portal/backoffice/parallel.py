"""Two editors at one record: the second to save is told, and sees both versions."""

from dataclasses import dataclass

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import Max, Q
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from reversion.models import Version
from reversion.revisions import _get_options, is_registered

from .forged import is_key
from .history import AS_FOUND, Change, compared, shown_value, versions_of
from .labels import PlainForm


def state_of(record):
    """A token that changes whenever the record or one of its parts is saved in the admin."""
    kept = _versions_with_parts(record) if is_registered(type(record)) else _log_of(record)
    latest = kept.aggregate(latest=Max("pk"))["latest"]
    updated = getattr(record, "updated", None)
    return f"{updated.isoformat() if updated else ''}/{latest or ''}"


def _versions_with_parts(record):
    stored = _versions_of_kind(type(record), [record.pk])
    for name in _get_options(type(record)).follow:
        part = record._meta.get_field(name).related_model
        stored |= _versions_of_kind(part, getattr(record, name).values_list("pk", flat=True))
    return Version.objects.filter(stored).exclude(revision__comment=AS_FOUND)


def _log_of(record):
    """What is known of the changes of a record that has no versions: newest first."""
    kind = ContentType.objects.get_for_model(record)
    return LogEntry.objects.filter(content_type=kind, object_id=str(record.pk)).order_by("-pk")


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
    user, when = _last_change(record)
    return Conflict(
        (user.get_full_name() or user.get_username()) if user else "",
        when or getattr(record, "updated", None),
        list(_differing(form)),
    )


def _last_change(record):
    """``(who, when)``, either None if it is not known."""
    if not is_registered(type(record)):
        entry = _log_of(record).select_related("user").first()
        return (entry.user, entry.action_time) if entry else (None, None)
    version = versions_of(record).first()
    return (version.revision.user, version.revision.date_created) if version else (None, None)


def _differing(form):
    """The fields in which the form differs from what is stored now."""
    for name in form.changed_data:
        if isinstance(form.fields[name], forms.FileField):
            continue
        values = form[name].initial, form.cleaned_data.get(name)
        before, after = (_shown(form, name, one) for one in values)
        if before != after:
            yield Change(form.fields[name].label, *compared(before, after))


def _shown(form, name, value):
    try:
        return shown_value(form._meta.model._meta.get_field(name), _key(value))
    except FieldDoesNotExist:  # of the form alone: choices
        words = dict(form.fields[name].choices)
        return ", ".join(strip_tags(str(words[one])) for one in value or ())


def _key(value):
    """What a version would store: keys instead of records."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (list, tuple, models.QuerySet)):
        return [_key(one) for one in value]
    return value


class ParallelForm(PlainForm):
    """A record's form that is not saved over what somebody else saved meanwhile."""

    conflict = None

    def clean(self):
        cleaned = super().clean()
        self.conflict = conflict_of(self)
        if self.conflict:
            self.add_error(
                None,
                _(
                    "Somebody else saved this record while you were editing it. Nothing of yours "
                    "is lost: compare below, then save again."
                ),
            )
        return cleaned


class ParallelMixin:
    """For the admin class of such a form."""

    def get_object(self, request, object_id, from_field=None):
        """The record; while it is being saved, nobody else can save it."""
        if request.method == "POST" and connection.in_atomic_block and is_key(object_id):
            list(self.model._base_manager.select_for_update().filter(pk=object_id).values("pk"))
        return super().get_object(request, object_id, from_field)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["seen"] = state_of(obj) if obj else ""
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
