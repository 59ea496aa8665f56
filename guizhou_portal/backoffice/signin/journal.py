"""Who signed in, tried to, or changed how: a line in the server's log, a row in the database.

The rows are kept by axes (``AccessLog``, ``AccessFailureLog``) and end after :data:`KEPT_FOR`.
"""

import logging
import time
from datetime import timedelta

from axes.models import AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from guizhou_portal.backoffice.audit import log as audit
from guizhou_portal.backoffice.audit.acting import acting

from .addresses import client_address
from .middleware import SIGNED_IN

logger = logging.getLogger("guizhou_portal.signin")

#: What is in the audit log as well.
AUDITED = {
    "signed in": audit.Kind.SIGNED_IN,
    "two steps set up": audit.Kind.TWO_STEPS_ON,
    "two steps turned off": audit.Kind.TWO_STEPS_OFF,
    "two steps turned off by administrator": audit.Kind.TWO_STEPS_RESET,
    "new recovery codes": audit.Kind.RECOVERY_CODES,
}

KEPT_FOR = timedelta(days=90)
LONGEST_NAME = 150
#: The sender of ``user_login_failed`` after a wrong code; Django's own stands for the password.
SECOND_STEP = "second step"


def note(event, request, name, level=logging.INFO):
    """One line: what happened, the user name as it was given, the address it came from.

    ``%r`` writes line breaks and other control characters as escapes: a name cannot forge a line.
    """
    address = client_address(request) if request else ""
    if event in AUDITED:
        audit.note(name if event == "signed in" else acting(), AUDITED[event], name)
    logger.log(level, "%s: user=%r address=%s", event, str(name)[:LONGEST_NAME], address or "-")


def tell(request, event, action, account=None):
    """A change of the second factor, in both logs. ``action``: Django's "added" or "deleted"."""
    account = account or request.user
    note(event, request, account.get_username())
    LogEntry.objects.log_actions(
        request.user.pk,
        [account],
        CHANGE,
        [{action: {"name": "two-step sign-in", "object": str(account)}}],
    )


def signed_in(sender, request, user, **kwargs):
    note("signed in", request, user.get_username())
    request.session[SIGNED_IN] = time.time()
    for kind in (AccessLog, AccessFailureLog):
        kind.objects.filter(attempt_time__lt=timezone.now() - KEPT_FOR).delete()


def signed_out(sender, request, user, **kwargs):
    if user:
        note("signed out", request, user.get_username())


def failed(sender, credentials, request=None, **kwargs):
    event = "wrong code" if sender == SECOND_STEP else "wrong password"
    if getattr(request, "axes_locked_out", False):
        event = "refused"
    note(event, request, credentials.get("username") or "", logging.WARNING)


def connect():
    """After axes, which says whether an attempt was refused."""
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(failed)
