"""What ``make run`` starts: everything a newcomer's machine needs, then the production server."""

import fcntl
import hashlib
import os
import secrets
import socket
import sys
from contextlib import contextmanager
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


class Command(BaseCommand):
    help = "Prepares the database, content, static files and first account, then serves the portal."
    requires_system_checks = [Tags.security]

    def add_arguments(self, parser):
        parser.add_argument("--prepare-only", action="store_true", help="do not start the server")

    def handle(self, *args, prepare_only, **options):
        if not prepare_only:
            self.check_port()
        for folder in (settings.STATIC_ROOT, settings.MEDIA_ROOT, *self.database_folder()):
            self.check_folder(Path(folder))
        with self.alone():
            self.migrate()
            call_command(
                "load_source_content",
                verbosity=1 if self.is_first_start() else 0,
                stdout=self.stdout,
            )
            self.collect_static()
            self.create_first_account()
        with override("en"):  # the command line's language
            warnings = run_checks(tags=[Tags.database], databases=["default"])
        for warning in warnings:
            self.stdout.write(f"Note: {warning.msg} {warning.hint or ''}".strip())
        if not prepare_only:
            self.serve()

    # --- before anything is written ------------------------------------------------------------

    def check_port(self):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.PORT))
            except OSError as error:
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

    @contextmanager
    def alone(self):
        """Two starts at the same moment prepare one after the other."""
        with (Path(settings.STATIC_ROOT).parent / ".preparing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- the steps, each doing nothing when there is nothing to do -------------------------------

    def check_database(self):
        """PostgreSQL's own words, at once, instead of the pool's time-out."""
        if connection.vendor != "postgresql":
            return
        import psycopg

        parameters = connection.get_connection_params()
        parameters.pop("pool", None)
        parameters.setdefault("connect_timeout", 5)  # seconds
        try:
            psycopg.connect(**parameters).close()
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database in DATABASE_URL cannot be used: {reason}") from error

    def migrate(self):
        self.check_database()
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
        """Collect only what changed since the last start: hashing everything takes seconds."""
        stamp = Path(settings.STATIC_ROOT) / ".sources"
        now = self.fingerprint_of_static_files()
        if stamp.exists() and stamp.read_text() == now:
            return
        self.stdout.write("Collecting static files …")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)

    def fingerprint_of_static_files(self):
        from django.contrib.staticfiles.finders import get_finders

        lines = [settings.STORAGES["staticfiles"]["BACKEND"]]
        for finder in get_finders():
            for path, storage in finder.list([]):
                status = os.stat(storage.path(path))
                lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

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
        self.stdout.write(f"Serving http://127.0.0.1:{settings.PORT}/  (Ctrl-C stops)")
        self.stdout.flush()
        os.execv(  # noqa: S606  (our own interpreter, no shell)
            sys.executable,
            [
                sys.executable,
                "-m",
                "gunicorn",
                "guizhou_portal.wsgi:application",
                f"--bind=127.0.0.1:{settings.PORT}",
                f"--workers={settings.WEB_CONCURRENCY}",
                "--threads=4",
                "--preload",
                "--log-level=warning",
                "--config=python:guizhou_portal.operations.server",
                "--no-control-socket",
            ],
        )
