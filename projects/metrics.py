"""Numbers of enquiries and mails that a monitor may ask for; nothing of what they say."""

from guizhou_portal.operations.metrics import counted_on_demand

from .models import Enquiry, Mail


@counted_on_demand("portal_enquiries_new", "Enquiries that nobody has answered or closed yet")
def enquiries():
    return Enquiry.objects.filter(state=Enquiry.State.NEW).count()


@counted_on_demand("portal_mails_pending", "Mails that are still to be sent")
def pending():
    return Mail.objects.filter(state__in=(Mail.State.WAITING, Mail.State.SENDING)).count()


@counted_on_demand("portal_mails_stuck", "Mails that were refused, or perhaps not sent")
def stuck():
    return Mail.objects.filter(state__in=(Mail.State.REFUSED, Mail.State.UNCERTAIN)).count()
