"""Django's ``migrate``, for a database that goes on being used: see docs/updates.md."""

import time
from contextlib import suppress

from django.core.management.commands import migrate
from django.db import DatabaseError, OperationalError, connections

from guizhou_portal.operations.preparing import alone

#: Seconds a migration waits for a table that is in use. Every other query waits behind it.
PATIENCE = 2
#: Seconds to let the others through before it asks again, and how often it does.
PAUSE, ATTEMPTS = 3, 40
#: PostgreSQL's words for "somebody else has it" and for two that wait for each other.
BUSY = ("55P03", "40P01")


class Command(migrate.Command):
    """One at a time on all machines; a table that is in use is asked for again, not waited for."""

    def handle(self, *args, **options):
        self.connection = connections[options["database"]]
        with alone(self.connection):
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return super().handle(*args, **options)
                except OperationalError as error:
                    state = getattr(error.__cause__, "sqlstate", None)
                    if state not in BUSY or attempt == ATTEMPTS:
                        raise
                    self.stderr.write("A table is in use; the migration is tried again.")
                    time.sleep(PAUSE)
                finally:
                    with suppress(DatabaseError):  # the server is gone: that is being said already
                        self.wait_for_tables(None)
        return None

    def migration_progress_callback(self, action, migration=None, fake=False):
        if action in ("apply_start", "unapply_start"):
            # Outside of a transaction it builds indexes beside the writers, and may take its time.
            self.wait_for_tables(PATIENCE if migration.atomic else None)
        super().migration_progress_callback(action, migration, fake)

    def wait_for_tables(self, seconds):
        """Seconds for which a statement may wait for a lock; None: as the server is set."""
        if self.connection.vendor == "postgresql" and self.connection.connection is not None:
            with self.connection.cursor() as cursor:
                value = f"'{seconds}s'" if seconds else "DEFAULT"
                cursor.execute(f"SET lock_timeout = {value}")
