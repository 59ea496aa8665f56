import errno

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from guizhou_portal.operations.backup import encryption, ending, making
from guizhou_portal.operations.backup.faults import BackupError
from guizhou_portal.operations.command import fault_of


class Command(BaseCommand):
    help = (
        "Writes the whole portal into one file, while it runs: database, uploads and the files of "
        "enquiries. docs/backup.md tells how to keep it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", help="replaced once the new one is whole")
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="age1…",
            help="encrypt for this public key; may be given several times",
        )
        parser.add_argument(
            "--recipient-file", metavar="FILE", help="encrypt for the public keys in its lines"
        )
        parser.add_argument(
            "--no-media", action="store_true", help="leave out the uploads (not those of enquiries)"
        )

    def handle(self, *args, file, recipient, recipient_file, no_media, verbosity, **options):
        tell = self.stdout.write if verbosity else lambda line: None
        try:
            keys = encryption.recipients(recipient, recipient_file)
            with ending.in_order():
                size = making.back_up(file, keys, not no_media, tell)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database cannot be used: {reason}") from error
        except OSError as error:
            hint = " Nothing was kept of it." if error.errno == errno.ENOSPC else ""
            raise CommandError(f"The backup was not written ({fault_of(error)}).{hint}") from error
        kind = f"encrypted for {len(keys)} key{'s' * (len(keys) > 1)}" if keys else "not encrypted"
        tell(f"Written: {file}, {size / 1e6:,.1f} MB, {kind}.")
