"""What the portal's own commands have in common: faults are told in a sentence."""

import os

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError


class PortalCommand(BaseCommand):
    """Ends with one sentence and exit status 1 where the database cannot be used.

    ``is_about_persons``: the database's own words are left out, which may hold an address.
    ``when_interrupted``: a sentence on what becomes of what was left undone.
    """

    is_about_persons = False
    when_interrupted = ""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except (DatabaseError, InterfaceError) as error:
            sentence = f"The database cannot be used{self.reason(error)}"
            raise CommandError(f"{sentence} {self.when_interrupted}".rstrip()) from error

    def reason(self, error):
        """The first line of ``error``: those after it may quote the record itself."""
        first = str(error).strip().partition("\n")[0].strip()
        if self.is_about_persons or not first:
            return f" ({type(error).__name__})."
        return f": {first.rstrip('.')}."


def fault_of(error):
    """An ``OSError`` in words: what is wrong, and with which file."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"{reason} {error.filename}" if error.filename else reason
