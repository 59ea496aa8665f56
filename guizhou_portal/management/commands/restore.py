from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from guizhou_portal.operations.backup import ending, restoring
from guizhou_portal.operations.backup.faults import BackupError
from guizhou_portal.operations.command import fault_of


class Command(BaseCommand):
    help = (
        "Makes the portal what it was when a backup was written, or changes nothing: the file is "
        "read and checked to its end first. On SQLite and PostgreSQL, whichever the backup is of."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument(
            "--identity-file", metavar="FILE", help="the secret key of an encrypted backup"
        )
        parser.add_argument("--yes", action="store_true", help="replace what is there")
        parser.add_argument(
            "--check", action="store_true", help="only read and check the file, change nothing"
        )

    def handle(self, *args, file, identity_file, yes, check, verbosity, **options):
        tell = self.stdout.write if verbosity else lambda line: None
        try:
            if check:
                restoring.check(file, identity_file, tell)
            else:
                with ending.in_order():
                    restoring.restore(file, identity_file, yes, tell)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database cannot be used: {reason}") from error
        except OSError as error:
            outcome = f"{file} could not be checked" if check else "Nothing was restored"
            raise CommandError(f"{outcome} ({fault_of(error)}).") from error
        tell(
            "This release can restore it."
            if check
            else "Restored. Restart the servers, so that none keeps pages of before. Everybody has "
            "to sign in anew."
        )
