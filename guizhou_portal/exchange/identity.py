"""Names of records that stay the same wherever and however often a record is read.

Neither depends on an address: a record keeps them when its slug, its language or the site's scheme
changes, and when an older version is restored. A key alone is not enough, since another portal
counts from 1 as well: the second in which the record was made tells them apart. (Not the fraction
of a second, which a stored version leaves out.)
"""

import uuid
from datetime import UTC

from django.conf import settings

#: Of the identifiers below: any fixed one would do.
NAMESPACE = uuid.UUID("6f1f5bd5-5c0e-4a39-8b8c-1c8e7a4b7f52")


def uid_of(record, part=""):
    """A globally unique identifier, as RFC 7986 (section 5.3) asks of calendars.

    ``part`` names something in the record that is identified by itself.
    """
    kind = record._meta.model_name
    made = int(record.created.timestamp())
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{record.pk}/{made}/{part}"))


def tag_of(request, specific, on="2026"):
    """The tag URI (RFC 4151) ``tag:<authority>,<date>:<specific>``."""
    return f"tag:{authority(request)},{on}:{specific}"


def tag_of_record(request, record, language):
    """The tag URI of a record's text in one language, dated when the record was made.

    Each language has its own: who reads the feeds of two languages is to get both texts.
    """
    kind = record._meta.model_name
    made = record.created.astimezone(UTC).date()
    return tag_of(request, f"{kind}/{record.pk}/{language}", made.isoformat())


def authority(request):
    """The site's first name, by whichever of its names it was asked; else the one asked for."""
    for host in settings.ALLOWED_HOSTS:
        name = host.strip(".").lower()
        if name.replace("-", "").replace(".", "").isalnum():
            return name
    return request.get_host().partition(":")[0].lower()
