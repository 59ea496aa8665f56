"""When the public next gets to see something that was entered long before."""

from django.apps import apps
from django.db.models import Min
from django.utils import timezone

from guizhou_portal.publishing.models import PublicRecord, scheduled

from . import content_version


class _Known:
    """What was read last: ``moment`` (seconds, or None) holds while ``version`` is the current."""

    version = moment = None


def next_publication():
    """The next moment a scheduled record comes to light, in seconds since 1970, or None.

    Read from the database once for each version of the content.
    """
    version = content_version.current()
    if version is None or version != _Known.version or _is_past(_Known.moment):
        _Known.moment = _read()
        _Known.version = version
    return _Known.moment


def _is_past(moment):
    return moment is not None and moment <= timezone.now().timestamp()


def _read():
    moments = [
        model._base_manager.filter(scheduled()).aggregate(next=Min("publish_at"))["next"]
        for model in apps.get_models()
        if issubclass(model, PublicRecord)
    ]
    return min((one.timestamp() for one in moments if one), default=None)
