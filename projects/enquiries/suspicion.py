"""What makes an enquiry look like spam. It is kept all the same: a person decides.

Nothing of this stores an address of the internet: they are counted under a keyed digest, and
forgotten after an hour.
"""

import hashlib
import hmac
import logging
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

logger = logging.getLogger(__name__)

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
MOST_FILES = 10  # of a connection in an hour, sent or only kept: they fill the disk
LINK = re.compile(r"https?://(?:www\.)?|www\.|\[url|<a\s", re.IGNORECASE)
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
    if 0 <= opened.seconds < QUICKEST:  # below: the clock was set back since
        found.append("quick")
    if len(LINK.findall(message)) > MOST_LINKS:
        found.append("links")
    if _counted_of_connection("address", request) > MOST_OF_ADDRESS:
        found.append("address")
    lately = Enquiry.objects.filter(created__gt=timezone.now() - HOUR)
    if lately.filter(same_mailbox("email", email)).count() >= MOST_OF_SENDER:
        found.append("sender")
    return found


def too_many_files(request):
    """Whether a connection has stored its share of files for now; counts this one."""
    return _counted_of_connection("files", request) > MOST_FILES


def _counted_of_connection(kind, request):
    address = counted_address(request)
    return 1 if is_shared(address) else _counted(kind, address)


def _counted(kind, value):
    """How often this happened within the hour, this time included."""
    key = f"enquiry-{kind}-{digest(kind, value)}"
    try:
        cache.add(key, 0, HOUR.total_seconds())
        return cache.incr(key)
    except ValueError:  # a cache that keeps nothing, or forgot it just now
        return 1
    except Exception as error:  # a server of its own that is down is no reason to lose an enquiry
        logger.warning("Enquiries are not counted: the cache fails (%s).", type(error).__name__)
        return 1
