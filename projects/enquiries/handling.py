"""What handlers do with an enquiry: the same from the list, from its page and from its form."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guizhou_portal.backoffice.roles import Role

from . import delivery, letters
from .models import Enquiry, Mail

HANDLERS = (Role.ENQUIRY_HANDLER, Role.ADMINISTRATOR)
#: A mail in one of these states goes out when a person says so. One that is being sent does not.
SENT_ON_REQUEST = (Mail.State.WAITING, Mail.State.UNCERTAIN, Mail.State.REFUSED)


def handlers():
    """The accounts an enquiry can be assigned to."""
    roles = Q(groups__name__in=[role.value for role in HANDLERS])
    people = get_user_model().objects.filter(roles | Q(is_superuser=True), is_active=True)
    return people.distinct().order_by("last_name", "first_name", "username")


def may_take(user):
    return handlers().filter(pk=user.pk).exists()


def settle(enquiry, former, site):
    """Store an enquiry whose state was ``former``, and do what follows from the new one.

    Call it in a transaction. ``site``: the address of the portal, for the mails.
    """
    state = Enquiry.State
    if enquiry.state == state.ANSWERED and enquiry.answered_at is None:
        enquiry.answered_at = timezone.now()
    enquiry.save()
    if former == state.SPAM != enquiry.state:
        tell(enquiry, site)


def tell(enquiry, site):
    """What was taken for spam gets the mails of any other enquiry, once."""
    if not enquiry.mails.exclude(kind=Mail.Kind.ANSWER).exists():
        letters.write(enquiry, site)
        delivery.send_soon(enquiry)


def take(enquiry, user, site):
    if enquiry.assigned_to_id == user.pk:
        return ""
    enquiry.assigned_to = user
    enquiry.save()
    return "Assigned to"


def close(enquiry, user, site):
    """Spam stays spam: closed, it would count as an enquiry."""
    state = Enquiry.State
    return _move(enquiry, state.CLOSED, site) if enquiry.state != state.SPAM else ""


def mark_spam(enquiry, user, site):
    return _move(enquiry, Enquiry.State.SPAM, site)


def clear_of_spam(enquiry, user, site):
    state = Enquiry.State
    return _move(enquiry, state.NEW, site) if enquiry.state == state.SPAM else ""


def _move(enquiry, state, site):
    former, enquiry.state = enquiry.state, state
    if former == state:
        return ""
    settle(enquiry, former, site)
    return "State"


#: Each takes ``(enquiry, user, site)`` and says which field it changed, for the log; "" for none.
STEPS = {"take": take, "close": close, "mark_spam": mark_spam, "clear_of_spam": clear_of_spam}


@transaction.atomic
def carry_out(step, keys, user, site):
    """``[(enquiry, field), …]`` of what a step of ``STEPS`` changed."""
    # What is anonymous stays as it was counted.
    locked = Enquiry.objects.select_for_update().filter(pk__in=keys, anonymised_at=None)
    changed = [(one, STEPS[step](one, user, site)) for one in locked]
    return [(one, field) for one, field in changed if field]


def may_be_answered(enquiry):
    """Not while it counts as spam, nor once nobody is left to be told."""
    return enquiry.state != Enquiry.State.SPAM and enquiry.anonymised_at is None


def answered_alike(enquiry, subject, body):
    """Whether just this answer was stored before: a button that was pressed twice."""
    answers = enquiry.mails.filter(kind=Mail.Kind.ANSWER)
    return answers.filter(subject=subject, body=body).exists()


def answer(enquiry, user, subject, body, site):
    """Store the answer and send it. Call it in a transaction that has locked the enquiry.

    Whoever answers what was nobody's looks after it from then on.
    """
    enquiry.mails.create(
        kind=Mail.Kind.ANSWER,
        recipient=enquiry.email,
        reply_to=letters.mailbox_for(enquiry),
        subject=subject,
        body=body,
        author=user,
    )
    if enquiry.assigned_to_id is None and may_take(user):
        enquiry.assigned_to = user
    former, enquiry.state = enquiry.state, Enquiry.State.ANSWERED
    settle(enquiry, former, site)
    delivery.send_soon(enquiry)


def may_be_sent(mail):
    """Whether a person may ask for it to be sent; what is taken for spam is told nobody."""
    is_told = mail.kind == Mail.Kind.ANSWER or mail.enquiry.state != Enquiry.State.SPAM
    return is_told and mail.state in SENT_ON_REQUEST


@transaction.atomic
def send_again(mail):
    """Whether the mail goes out now; one that was sent meanwhile, or is being sent, does not."""
    if not may_be_sent(mail):
        return False
    asked = Mail.objects.filter(pk=mail.pk, state__in=SENT_ON_REQUEST)
    claimed = asked.update(state=Mail.State.WAITING, due=timezone.now(), attempts=0, error="")
    if claimed:
        delivery.send_soon(mail.enquiry)
    return bool(claimed)
