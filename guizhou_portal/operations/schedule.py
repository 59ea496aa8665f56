"""When the public next gets to see something that was entered long before."""

from datetime import UTC, datetime

from django.apps import apps
from django.db.models import Min

from guizhou_portal.publishing.models import PublicRecord, scheduled

GOOD_FOR = 300  # seconds: longest life of what was made, for what changes by the clock alone

_known = (None, None, 0.0)  # (version of the content, the moment read for it, after which time)


def is_good(kept, version, now):
    """Whether what was made under ``kept.version`` may be used without a look at the database.

    ``kept.made`` and ``kept.until`` are seconds since 1970. A clock set back is not trusted.
    """
    return kept.version == version and kept.made <= now + 5 and now < kept.until


def good_until(version, begun):
    """``(moment, announced)``: how long what was begun at ``begun`` is good, in seconds since 1970.

    ``announced`` tells whether it is a moment the content itself names. A moment that passed while
    it was made is behind us then: such a thing is good for nobody else.
    """
    then, longest = next_publication(version, begun), begun + GOOD_FOR
    announced = then is not None and then <= longest
    return (then if announced else longest), announced


def next_publication(version, since):
    """The first moment after ``since`` a scheduled record comes to light, or None.

    Both in seconds since 1970. Read from the database once for each ``version`` of the content.
    """
    global _known
    known, moment, read_for = _known
    if version != known or since < read_for or (moment is not None and moment <= since):
        moment = _read(since)
        _known = version, moment, since
    return moment


def _read(since):
    then = datetime.fromtimestamp(since, UTC)
    moments = [
        model._base_manager.filter(scheduled(then)).aggregate(next=Min("publish_at"))["next"]
        for model in apps.get_models()
        if issubclass(model, PublicRecord)
    ]
    return min((one.timestamp() for one in moments if one), default=None)
