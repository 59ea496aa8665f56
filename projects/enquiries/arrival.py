"""An enquiry arrives: it is stored first; everything else follows from what is stored."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from guizhou_portal.context import site_address

from . import delivery, letters
from .models import Attachment, Enquiry
from .suspicion import SAME, fingerprint, suspicions

FIELDS = ("interest", "message", "name", "organisation", "country", "email", "telephone")


def receive(request, form, subject):
    """The stored :class:`.models.Enquiry` of a valid ``form``.

    ``subject``: what it is about, see :mod:`.subject`. The same form sent twice, also at the same
    moment, is one enquiry; so are the same words of the same sender within a day.
    ``ValidationError`` if its file cannot be stored.
    """
    words = {name: form.cleaned_data[name] for name in FIELDS}
    print_of_it = fingerprint(words["email"], words["message"])
    if known := sent_already(print_of_it):
        return known
    kept = form.file_to_keep(request)
    found = suspicions(request, form.opened, words["email"], words["message"], form.trap)
    enquiry = Enquiry(
        **words,
        project=subject.project,
        about=subject.about,
        language=get_language(),
        consented_at=timezone.now(),
        consent_text=form.consent,
        form_key=form.opened.key,
        fingerprint=print_of_it,
        suspicions=found,
        state=Enquiry.State.SPAM if found else Enquiry.State.NEW,
    )
    try:
        return _stored(enquiry, kept, subject, site_address(request))
    except IntegrityError:
        # The form was sent before: the same words at the same moment, or others after going back.
        if known := sent_already(print_of_it):
            return known
        enquiry.form_key = None
        return _stored(enquiry, kept, subject, site_address(request))


def sent_already(print_of_it):
    recent = Enquiry.objects.filter(created__gt=timezone.now() - SAME)
    return recent.filter(fingerprint=print_of_it).order_by("pk").first()


@transaction.atomic
def _stored(enquiry, kept, subject, site):
    enquiry.save(force_insert=True)
    enquiry.shortlist.set(subject.shortlist)
    if kept:
        Attachment.objects.create(
            enquiry=enquiry, file=kept.path, name=kept.name, kind=kept.kind, size=kept.size
        )
    letters.write(enquiry, site)
    delivery.send_soon(enquiry)
    return enquiry
