"""What makes an enquiry look like spam. It is kept all the same: a person decides.

Nothing of this stores an address of the internet: they are counted under a keyed digest, and
forgotten after an hour.
"""

import hashlib
import hmac
import re
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.signin.addresses import counted_address, is_shared

from .addresses import same_mailbox
from .models import Enquiry
from .opened import QUICKEST

#: What a handler reads, by the word that is stored.
REASONS = {
    "trap": _("A field was filled in that people do not see."),
    "quick": _("The form was sent within three seconds."),
    "links": _("The message has more than three links."),
    "address": _("More than five enquiries came from this connection within an hour."),
    "sender": _("More than three enquiries came from this e-mail address within an hour."),
}
HOUR = timedelta(hours=1)
MOST_LINKS = 3
MOST_OF_ADDRESS = 5  # in an hour
MOST_OF_SENDER = 3
LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
#: How long the same words of the same sender are the same enquiry.
SAME = timedelta(days=1)


def digest(*words):
    """A keyed digest of what must not be stored itself."""
    text = "\0".join(words).encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()


def fingerprint(email, message):
    return digest("enquiry", email.casefold(), " ".join(message.split()).casefold())


def suspicions(request, opened, email, message, trap):
    """The words of ``REASONS`` that hold; counts this enquiry."""
    found = []
    if trap:
        found.append("trap")
    if opened.seconds < QUICKEST:
        found.append("quick")
    if len(LINK.findall(message)) > MOST_LINKS:
        found.append("links")
    address = counted_address(request)
    if not is_shared(address) and _counted("address", address) > MOST_OF_ADDRESS:
        found.append("address")
    lately = Enquiry.objects.filter(created__gt=timezone.now() - HOUR)
    if lately.filter(same_mailbox("email", email)).count() >= MOST_OF_SENDER:
        found.append("sender")
    return found


def _counted(kind, value):
    """How often this happened within the hour, this time included."""
    key = f"enquiry-{kind}-{digest(kind, value)}"
    cache.add(key, 0, HOUR.total_seconds())
    try:
        return cache.incr(key)
    except ValueError:  # a cache that keeps nothing, or forgot it just now
        return 1
