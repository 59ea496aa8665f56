"""What ``make run`` starts: everything a newcomer's machine needs, then the production server."""

import errno
import fcntl
import os
import secrets
import socket
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.checks import Tags, run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import override

from guizhou_portal.environment import read
from guizhou_portal.operations import static_files
from guizhou_portal.operations.command import fault_of
from guizhou_portal.operations.preparing import alone, own_session


class Command(BaseCommand):
    help = "Prepares the database, content, static files and first account, then serves the portal."
    requires_system_checks = [Tags.security]

    def add_arguments(self, parser):
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--prepare-only", action="store_true", help="do not start the server")
        only.add_argument(
            "--no-prepare",
            action="store_true",
            help="only start the server: something else ran --prepare-only",
        )

        only.add_argument(
            "--collect-only",
            action="store_true",
            help="only collect the static files, as for an image",
        )

    def handle(self, *args, prepare_only, no_prepare, collect_only, **options):
        if collect_only:
            self.collect_static()
            return
        if not prepare_only:
            self.check_port()
        if not no_prepare:
            self.prepare()
        if not prepare_only:
            self.serve()

    def prepare(self):
        # In a container they were collected when it was built, and cannot be written.
        collected = static_files.are_current()
        static = [] if collected else [settings.STATIC_ROOT]
        for folder in (*static, *self.media_folder(), *self.database_folder()):
            self.check_folder(Path(folder))
        self.check_database()
        with self.alone():
            self.migrate()
            call_command(
                "load_source_content",
                verbosity=1 if self.is_first_start() else 0,
                stdout=self.stdout,
            )
            if not collected:
                self.collect_static()
            self.create_first_account()
        with override("en"):  # the command line's language
            warnings = run_checks(tags=[Tags.database], databases=["default"])
        for warning in warnings:
            self.stdout.write(f"Note: {warning.msg} {warning.hint or ''}".strip())

    # --- before anything is written ------------------------------------------------------------

    def check_port(self):
        family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.BIND, settings.PORT))
            except OSError as error:
                if error.errno != errno.EADDRINUSE and settings.BIND != "127.0.0.1":
                    raise CommandError(
                        f"The address {settings.BIND} in BIND cannot be used ({error.strerror})."
                    ) from error
                raise CommandError(
                    f"Port {settings.PORT} cannot be used ({error.strerror}). "
                    "Stop the other program or choose another port: "
                    f"make run PORT={settings.PORT + 1}"
                ) from error

    def check_folder(self, folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CommandError(
                f"The folder {folder} cannot be written to ({error.strerror})."
            ) from error

    def database_folder(self):
        name = settings.DATABASES["default"]["NAME"]
        return [name.parent] if isinstance(name, Path) else []

    def media_folder(self):
        """Uploads may be on an object store instead."""
        storage = settings.STORAGES["default"]["BACKEND"]
        return [settings.MEDIA_ROOT] if storage.endswith("FileSystemStorage") else []

    @contextmanager
    def alone(self):
        """Two starts at the same moment prepare one after the other.

        In one folder because of the static files, with one database because of all the rest.
        """
        with ExitStack() as held:
            with suppress(OSError):  # a folder that is read only has everything already
                lock = held.enter_context(self.lock_file().open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            held.enter_context(alone(connection))
            yield

    @staticmethod
    def lock_file():
        return Path(settings.STATIC_ROOT).parent / ".preparing"

    # --- the steps, each doing nothing when there is nothing to do -------------------------------

    def check_database(self):
        """PostgreSQL's own words, at once, instead of the pool's time-out."""
        if connection.vendor != "postgresql":
            return
        import psycopg

        try:
            own_session(connection).close()
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database in DATABASE_URL cannot be used: {reason}") from error

    def migrate(self):
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                self.stdout.write("Preparing the database …")
                call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {str(error).strip()}") from error

    def is_first_start(self):
        return not get_user_model().objects.exists()

    def collect_static(self):
        """Only what changed since the last start: hashing everything takes seconds."""
        try:
            if static_files.are_current():  # by another start, while this one waited
                return
            self.stdout.write("Collecting static files …")
            static_files.collect()
        except OSError as error:
            raise CommandError(
                f"The static files could not be collected ({fault_of(error)}). "
                "The next start does it anew."
            ) from error

    def create_first_account(self):
        if not self.is_first_start():
            return
        name = os.environ.get("ADMIN_USERNAME") or "admin"
        if len(name) > 150:
            raise CommandError("ADMIN_USERNAME may have 150 characters at most.")
        given = read("str", "ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(12)
        weakness = self.weakness_of(password)
        if weakness and settings.HTTPS:  # on one's own machine it is only said
            raise CommandError(f"ADMIN_PASSWORD is too weak for a public server. {weakness}")
        get_user_model().objects.create_superuser(name, "", password)
        shown = (
            "the password in ADMIN_PASSWORD" if given else f"password {password} (shown only now)"
        )
        self.stdout.write(f"First account for /admin/: {name}, {shown}")
        if weakness:
            self.stdout.write(f"Note: ADMIN_PASSWORD is weak. {weakness}")

    @staticmethod
    def weakness_of(password):
        with override("en"):
            try:
                validate_password(password)
            except ValidationError as error:
                return " ".join(error.messages)
        return ""

    def serve(self):
        connection.close()
        host = f"[{settings.BIND}]" if ":" in settings.BIND else settings.BIND
        self.stdout.write(f"Serving http://{host}:{settings.PORT}/  (Ctrl-C stops)")
        self.stdout.flush()
        python = self.python()
        os.execv(  # noqa: S606  (our own interpreter, no shell)
            python,
            [
                python,
                "-m",
                "gunicorn",
                "guizhou_portal.wsgi:application",
                f"--bind={host}:{settings.PORT}",
                f"--workers={settings.WEB_CONCURRENCY}",
                "--threads=4",
                "--preload",
                "--log-level=warning",
                "--config=python:guizhou_portal.operations.server",
                "--no-control-socket",
            ],
        )

    @staticmethod
    def python():
        """The interpreter at its own place, not by a link to the release of the day.

        What is imported only when it is needed would come from the next release otherwise, for as
        long as the link leads there already and this process still runs.
        """
        program = Path(sys.executable)
        return str(program.parent.resolve() / program.name)
