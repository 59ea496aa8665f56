"""Forms of the admin whose times are those of the event's own place."""

import zoneinfo

from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.forged import is_key
from guizhou_portal.backoffice.forms import PlausibleDateTimeField, RecordForm, explain

from .models import Event

TIMES = ("starts_at", "ends_at")


class LocalTimeField(PlausibleDateTimeField):
    """A point in time that is entered and shown in ``zone``, as the public page shows it."""

    zone = None

    def compress(self, data_list):
        with timezone.override(self.zone):
            return super().compress(data_list)


class LocalTimesForm(RecordForm):
    """Reads and shows the record's times in the event's zone instead of the server's."""

    class Meta:
        field_classes = dict.fromkeys(TIMES, LocalTimeField)

    def __init__(self, *args, zone, **kwargs):
        super().__init__(*args, **kwargs)
        for name in TIMES:
            if name not in self.fields:  # shown, not entered
                continue
            self.fields[name].zone = zone
            explain(self.fields[name], _("Time at the place of the event."))
            if self.initial.get(name):
                self.initial[name] = timezone.make_naive(self.initial[name], zone)


class EventForm(LocalTimesForm):
    """The zone is the one chosen in the same form; a wrong one is refused by its own field."""

    def __init__(self, data=None, *args, instance=None, prefix=None, **kwargs):
        name = (data or {}).get(f"{prefix}-time_zone" if prefix else "time_zone")
        zone = _zone(name or (instance or Event()).time_zone)
        super().__init__(data, *args, instance=instance, prefix=prefix, zone=zone, **kwargs)


class ProgrammeItemForm(LocalTimesForm):
    """The zone is the event's: the one chosen, else the one the item already belongs to."""

    def __init__(self, data=None, *args, instance=None, zone=None, **kwargs):
        if zone is None:
            chosen = str((data or kwargs.get("initial") or {}).get("event") or "")
            event = Event.objects.filter(pk=chosen).first() if is_key(chosen) else None
            if event is None and instance is not None and instance.event_id:
                event = instance.event
            zone = (event or Event()).zone
        super().__init__(data, *args, instance=instance, zone=zone, **kwargs)


class ProgrammeFormSet(BaseInlineFormSet):
    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "zone": _zone(self.instance.time_zone)}


def _zone(name):
    """The zone of that name; for one that is wrong, and about to be refused, the usual one."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return Event().zone
