import sys

from guizhou_portal.operations.command import PortalCommand
from projects.enquiries.privacy import anonymise_old


class Command(PortalCommand):
    help = (
        "Removes everything personal from enquiries about which nothing has happened for "
        "ENQUIRY_RETENTION_DAYS, and files of forms that were never sent. Once a day. "
        "Exit status: 1 if a file could not be removed, or the database not be used."
    )
    is_about_persons = True
    when_interrupted = "What is left waits for the next run."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args, dry_run, **options):
        outcome = anonymise_old(dry_run)
        words = "to be made anonymous" if dry_run else "made anonymous"
        gone = "to be removed" if dry_run else "removed"
        self.stdout.write(
            f"enquiries {words}: {outcome.enquiries}, mails {gone}: {outcome.mails}, "
            f"files {gone}: {outcome.files}"
        )
        if outcome.spares_files:
            self.stderr.write("A restore is under way: files are left alone this time.")
        for name in outcome.left:
            self.stderr.write(f"This file could not be removed: {name}")
        if outcome.left:
            sys.exit(1)
