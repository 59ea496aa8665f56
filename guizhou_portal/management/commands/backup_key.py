import os

from django.core.management.base import BaseCommand, CommandError

from guizhou_portal.operations.backup import encryption


class Command(BaseCommand):
    help = (
        "Makes a pair of keys for encrypted backups (age, X25519). The public key goes to "
        "manage.py backup --recipient; keep the secret one away from the server."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", help="write the secret key here; without it, both are printed"
        )

    def handle(self, *args, file, **options):
        public, text = encryption.new_key()
        if not file:
            self.stdout.write(text, ending="")
            return
        try:
            # Never over another key: backups would be lost with it.
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(text)
        except OSError as error:
            raise CommandError(f"{file} was not written ({error.strerror}).") from error
        self.stdout.write(f"Public key: {public}")
