import sys

from django.core.management.base import CommandError

from guizhou_portal.operations.command import PortalCommand
from projects.enquiries.privacy import erase, stored_about

from .personal_data import address_given, mentioned_in


class Command(PortalCommand):
    help = (
        "Deletes the enquiries of the person with an e-mail address, with mails, files and what "
        "the log says of them. Exit status: 1 if a file could not be removed."
    )
    is_about_persons = True
    when_interrupted = "What is to be deleted may still be there; run it again."

    def add_arguments(self, parser):
        parser.add_argument("address")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args, address, yes, **options):
        address = address_given(address)
        found = stored_about(address)
        for one in found.mentions:
            self.stdout.write(mentioned_in(one))
        if not found.can_be_erased:
            self.stdout.write("Nothing is stored under this address.")
            return
        if not yes:
            self.ask(found)
        outcome = erase(address)
        self.stdout.write(
            f"deleted: {outcome.enquiries} enquiries, {outcome.mails} mails, {outcome.files} files"
        )
        for name in outcome.left:
            self.stderr.write(f"This file could not be removed, it is tried again: {name}")
        if outcome.left:
            sys.exit(1)

    def ask(self, found):
        references = ", ".join(one.reference for one in found.enquiries)
        question = (
            f"Delete {len(found.enquiries)} enquiries ({references}) and {len(found.mails)} other "
            "mails for good? [y/N] "
        )
        try:
            answer = input(question)
        except EOFError as error:
            raise CommandError("Nothing was deleted: nobody could be asked; add --yes.") from error
        if answer.strip().casefold() not in ("y", "yes"):
            raise CommandError("Nothing was deleted.")
