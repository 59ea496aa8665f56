import json

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import validate_email

from guizhou_portal.operations.command import PortalCommand
from projects.enquiries.privacy import report, stored_about


def address_given(text):
    """``text`` if it is an e-mail address; otherwise the command ends."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise CommandError(f"“{address}” is not an e-mail address.") from error
    return address


def mentioned_in(enquiry):
    return f"The address also stands in a text of {enquiry.reference}; look there."


class Command(PortalCommand):
    help = "Prints, as JSON, what enquiries hold about the person with an e-mail address."
    is_about_persons = True

    def add_arguments(self, parser):
        parser.add_argument("address")

    def handle(self, *args, address, **options):
        found = stored_about(address_given(address))
        for one in found.mentions:  # for whoever runs it, not for the person
            self.stderr.write(mentioned_in(one))
        told = report(found)
        self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
