"""When the public next gets to see something that was entered long before."""

from django.apps import apps
from django.db.models import Min
from django.utils import timezone

from guizhou_portal.publishing.models import PublicRecord, scheduled

GOOD_FOR = 300  # seconds: longest life of what was made, for what changes by the clock alone

_known = (None, None)  # (version of the content, the moment read for it)


def is_good(kept, version, now):
    """Whether what was made under ``kept.version`` may be used without a look at the database.

    ``kept.made`` and ``kept.until`` are seconds since 1970. A clock set back is not trusted.
    """
    return kept.version == version and kept.made <= now + 5 and now < kept.until


def good_until(version, now):
    """``(moment, announced)``: how long what is made now is good, in seconds since 1970.

    ``announced`` tells whether it is a moment the content itself names.
    """
    then, longest = next_publication(version), now + GOOD_FOR
    announced = then is not None and then <= longest
    return (then if announced else longest), announced


def next_publication(version):
    """The next moment a scheduled record comes to light, in seconds since 1970, or None.

    Read from the database once for each ``version`` of the content.
    """
    global _known
    known, moment = _known
    if version != known or _is_past(moment):
        moment = _read()
        _known = version, moment
    return moment


def _is_past(moment):
    return moment is not None and moment <= timezone.now().timestamp()


def _read():
    moments = [
        model._base_manager.filter(scheduled()).aggregate(next=Min("publish_at"))["next"]
        for model in apps.get_models()
        if issubclass(model, PublicRecord)
    ]
    return min((one.timestamp() for one in moments if one), default=None)
