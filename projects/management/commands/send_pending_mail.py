from guizhou_portal.operations.command import PortalCommand
from projects.enquiries.delivery import send_pending


class Command(PortalCommand):
    help = "Sends the mails about enquiries that are due. For a timer, every few minutes."
    is_about_persons = True
    when_interrupted = "The mails wait for the next run."

    def handle(self, **options):
        report = send_pending()
        self.stdout.write(
            f"sent: {report.sent}, to be tried again: {report.waiting}, "
            f"refused: {report.refused}, perhaps sent: {report.uncertain}"
        )
