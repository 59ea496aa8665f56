"""The words of the mails about an enquiry, in the language of whoever gets them."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from guizhou_portal.operations.hosts import admin_address
from guizhou_portal.pages.models import Operator

from .addresses import mailbox, same_mailbox
from .models import Mail, Mailbox

#: An address gets no second confirmation within this time, whoever writes it into the form.
BETWEEN_CONFIRMATIONS = timedelta(hours=1)


def write(enquiry, site):
    """Store the mails that follow from a new enquiry; ``site``: its address.

    None for spam, and none where nobody is left to be told.
    """
    if enquiry.state == enquiry.State.SPAM or enquiry.anonymised_at:
        return
    if not _confirmed_lately(enquiry.email):
        _confirmation(enquiry, site)
    if recipient := mailbox_for(enquiry):
        _notification(enquiry, site, recipient)


def mailbox_for(enquiry):
    """Whom a new enquiry is told: the mailbox of its sector, of all others, or the operator."""
    projects = [enquiry.project] if enquiry.project else enquiry.shortlist.all()
    sectors = {project.sector_id for project in projects}
    boxes = {box.sector_id: box.email for box in Mailbox.objects.all()}
    own = boxes.get(sectors.pop()) if len(sectors) == 1 else None
    return own or boxes.get(None) or Operator.current().email


def _confirmed_lately(address):
    _one_at_a_time(address)
    lately = Mail.objects.filter(
        kind=Mail.Kind.CONFIRMATION, created__gt=timezone.now() - BETWEEN_CONFIRMATIONS
    )
    return lately.filter(same_mailbox("recipient", address)).exists()


def _one_at_a_time(address):
    """Of enquiries with one mailbox, the next waits here until the one before is stored.

    SQLite writes one after the other anyway.
    """
    if connection.vendor == "postgresql":
        box = mailbox(address).casefold()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [box])


def _confirmation(enquiry, site):
    # Nothing of it is the sender's own words: the form is no way to send mail to others.
    with override(enquiry.language):
        Mail.objects.create(
            enquiry=enquiry,
            kind=Mail.Kind.CONFIRMATION,
            recipient=enquiry.email,
            subject=_("Your enquiry %(reference)s") % {"reference": enquiry.reference},
            body=_text("confirmation", enquiry, site),
        )


def _notification(enquiry, site, recipient):
    with override(settings.LANGUAGE_CODE):
        Mail.objects.create(
            enquiry=enquiry,
            kind=Mail.Kind.NOTIFICATION,
            recipient=recipient,
            subject=_("New enquiry %(reference)s") % {"reference": enquiry.reference},
            body=_text("notification", enquiry, site),
        )


def _text(name, enquiry, site):
    address = reverse("admin:projects_enquiry_change", args=[enquiry.pk])
    operator = Operator.current()
    context = {
        "enquiry": enquiry,
        "site": site,
        "address": f"{admin_address(site)}{address}",
        "operator": operator,
    }
    return render_to_string(f"enquiries/mail/{name}.txt", context).strip() + "\n"
