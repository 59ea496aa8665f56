"""Mails about enquiries: stored with the enquiry, sent after it, each once.

A mail is claimed by one process before it is sent. What fails before the mail server had the whole
text is tried again, later each time. Where the connection broke so late that the mail may have
arrived, or the process ended in between, nobody sends it again by himself: it is "perhaps sent",
which the overview of the admin shows, and a person decides.
"""

import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr

from django.conf import settings
from django.core import mail as django_mail
from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone

from guizhou_portal.pages.models import Operator

from .faults import told
from .models import Enquiry, Mail

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=6)
#: About four days.
MOST_ATTEMPTS = 24
#: Longer than any mail server is waited for; whoever claimed a mail before is gone.
GONE_AFTER = timedelta(minutes=15)

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="enquiry-mail")


@dataclass
class Report:
    """How many mails became what."""

    sent: int = 0
    waiting: int = 0
    refused: int = 0
    uncertain: int = 0

    def add(self, state):
        name = state.value
        setattr(self, name, getattr(self, name) + 1)


def send_soon(enquiry):
    """Send the mails of an enquiry once it is stored for good, while its sender reads on."""
    transaction.on_commit(lambda: _worker.submit(_send_in_thread, enquiry.pk))


def _send_in_thread(pk):
    try:
        send_pending(Mail.objects.filter(enquiry=pk))
    except Exception as error:  # the timer tries again: nothing is lost
        logger.error("Mails of an enquiry not sent: %s", told(error))
    finally:
        connections.close_all()


def send_pending(mails=None):
    """Send the mails that are due; a :class:`Report`."""
    report, now = Report(), timezone.now()
    mails = Mail.objects.all() if mails is None else mails
    # Whoever was sending them is gone: they may have arrived or not.
    gone = mails.filter(state=Mail.State.SENDING, due__lt=now - GONE_AFTER)
    report.uncertain += gone.update(state=Mail.State.UNCERTAIN)
    for one in _due(mails, now).order_by("due", "pk"):
        if _claimed(one):
            report.add(_send(one))
    return report


def _due(mails, now):
    due = mails.filter(state=Mail.State.WAITING, due__lte=now)
    # What turned out to be spam meanwhile is told to nobody; cleared of it, they go out.
    return due.exclude(~Q(kind=Mail.Kind.ANSWER), enquiry__state=Enquiry.State.SPAM)


def doubt_waiting(tell):
    """A backup was restored: what waited when it was made may have been sent since.

    As after a crash a person decides. What is not due even now was sent by nobody.
    """
    count = _due(Mail.objects.all(), timezone.now()).update(state=Mail.State.UNCERTAIN)
    if count:
        tell(f"Mails that waited, perhaps sent since the backup: {count:,}. Look at them.")


def _claimed(one):
    """Whether this process may send the mail: of several that try at once, one may.

    Nor if somebody else has tried since it was read: then it is due later.
    """
    due, one.due, one.attempts = one.due, timezone.now(), one.attempts + 1
    waiting = Mail.objects.filter(pk=one.pk, state=Mail.State.WAITING, due=due)
    return bool(waiting.update(state=Mail.State.SENDING, due=one.due, attempts=one.attempts))


def _send(one):
    message = django_mail.EmailMessage(
        one.subject,
        one.body,
        _sender(),
        [one.recipient],
        reply_to=[one.reply_to] if one.reply_to else None,
        headers={"Auto-Submitted": "auto-generated" if one.kind != "answer" else "no"},
    )
    connection = _connection()
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:
        outcome = _after(error, one, getattr(connection, "handed_over", False))
        _note(one, outcome, error)
    else:
        outcome = Mail.State.SENT
        _note(one, outcome)
    finally:
        # What goes wrong while saying goodbye does not take the mail back.
        with suppress(Exception):
            connection.close()
    return outcome


def _sender():
    """The operator, whose address the imprint names: no mail server takes mail from nowhere."""
    operator = Operator.current()
    if not operator.email:
        return settings.DEFAULT_FROM_EMAIL
    return formataddr((" ".join(operator.name.split()), operator.email))


def _connection():
    mailers = getattr(django_mail, "mailers", None)
    return mailers.default if mailers else django_mail.get_connection()


def _after(error, one, handed_over):
    """What becomes of a mail that was not sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for_good = all(code >= 500 for code, _text in error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 400:
        for_good = error.smtp_code >= 500
    elif handed_over:  # no answer, or one that may mean anything
        return Mail.State.UNCERTAIN
    else:
        # Nobody there, a wrong password, a sender it does not know: mended by whoever runs it.
        for_good = False
    if for_good or one.attempts >= MOST_ATTEMPTS:
        return Mail.State.REFUSED
    return Mail.State.WAITING


def _words(error):
    """What the mail server said, as it said it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return str(error or "")
    return "; ".join(f"{code} {_text(words)}" for code, words in answers)


def _text(words):
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


def _note(one, state, error=None):
    pause = min(FIRST_PAUSE * 2 ** (one.attempts - 1), LONGEST_PAUSE)
    changes = {"state": state, "error": _words(error)[:300]}
    if state == Mail.State.SENT:
        changes["sent_at"] = timezone.now()
    elif state == Mail.State.WAITING:
        changes["due"] = timezone.now() + pause
    # Unless a person has had it sent again meanwhile: a server may keep one waiting for hours.
    Mail.objects.filter(pk=one.pk, due=one.due).update(**changes)
    if error:
        logger.warning("Mail %s (%s): %s; now %s", one.pk, one.kind, type(error).__name__, state)
