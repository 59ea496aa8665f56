from django.core.management.base import BaseCommand

from projects.enquiries.delivery import send_pending


class Command(BaseCommand):
    help = "Sends the mails about enquiries that are due. For a timer, every few minutes."

    def handle(self, **options):
        report = send_pending()
        self.stdout.write(
            f"sent: {report.sent}, to be tried again: {report.waiting}, "
            f"refused: {report.refused}, perhaps sent: {report.uncertain}"
        )
