from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from projects.enquiries.delivery import send_pending


class Command(BaseCommand):
    help = "Sends the mails about enquiries that are due. For a timer, every few minutes."

    def handle(self, **options):
        try:
            report = send_pending()
        except DatabaseError as error:
            # Its words may hold an address; nothing is lost, the next run goes on.
            kind = type(error).__name__
            raise CommandError(
                f"The database cannot be used ({kind}). The mails wait for the next run."
            ) from error
        self.stdout.write(
            f"sent: {report.sent}, to be tried again: {report.waiting}, "
            f"refused: {report.refused}, perhaps sent: {report.uncertain}"
        )
