"""Reports files nobody needs any more, and cleans them away if asked to."""

import sys
import time

from django.core.files.storage import default_storage
from django.core.management.base import CommandError

from guizhou_portal.operations.backup import turns
from guizhou_portal.operations.command import PortalCommand
from guizhou_portal.pictures import stored_files
from guizhou_portal.pictures.renditions import drawn, store

HOUR = 3600  # seconds


class Command(PortalCommand):
    help = (
        "Lists uploaded files that no record, no stored version of a record and no text refers to, "
        "social cards of titles that are no longer, and files that are missing. "
        "Exit status: 0 if all is in order (now), 1 if something is left to do."
    )

    def add_arguments(self, parser):
        parser.add_argument("--delete", action="store_true", help="delete the files listed")
        parser.add_argument(
            "--older-than",
            type=float,
            default=stored_files.YOUNG / HOUR,
            metavar="HOURS",
            help="leave younger files alone: a form may be about to use them (default: 24)",
        )
        parser.add_argument(
            "--repair", action="store_true", help="draw missing sizes of pictures anew"
        )

    def handle(self, *args, delete, older_than, repair, **options):
        if older_than < 0:
            raise CommandError("--older-than takes a number of hours from 0 on.")
        with turns.together() as may_delete:
            if delete and not may_delete:
                self.stdout.write("A restore is under way: no file is deleted this time.")
            left = self.look(delete and may_delete, older_than, repair)
        if left:
            sys.exit(1)

    def look(self, delete, older_than, repair):
        """Do all of it; return whether anything is left to do."""
        # The disk first: what is uploaded while we look is younger than what we found.
        files = list(stored_files.files_on_disk())
        limit = time.time() - older_than * HOUR
        orphans = stored_files.orphans(files, stored_files.needed_names())
        orphans += stored_files.stale_cards(files)
        old = [file for file in orphans if file.changed <= limit]
        left = self.clean(old, delete)
        if young := len(orphans) - len(old):
            self.stdout.write(f"{young} younger than {older_than:g} hours, left alone.")
        return left | self.tell_missing({file.name for file in files}, repair)

    def clean(self, files, delete):
        """Tell of ``files`` and delete them if asked; return whether any is left."""
        deleted = []
        for file in files:
            done = delete and stored_files.delete(file)
            deleted += [file] if done else []
            word = "deleted" if done else "NOT deleted" if delete else "orphaned"
            self.stdout.write(f"{word}: {file.name} ({self.size([file])})")
        if delete:
            self.stdout.write(f"{len(deleted)} deleted, {self.size(deleted)}.")
            return len(deleted) < len(files)
        self.stdout.write(f"{len(files)} orphaned, {self.size(files)}.")
        return bool(files)

    def tell_missing(self, on_disk, repair):
        """Tell which files records lack, drawing what can be drawn; return whether any is left."""
        gone = stored_files.missing_originals(stored_files.uses_of_files(), on_disk)
        for name in gone:
            self.stdout.write(f"missing: {name}")
        incomplete = stored_files.missing_renditions(on_disk)
        left = bool(gone)
        for name, renditions in incomplete.items():
            done = repair and self.draw(name)
            left |= not done
            word = "drawn anew" if done else "missing sizes"
            self.stdout.write(f"{word}: {name} ({len(renditions)})")
        self.stdout.write(f"{len(gone)} missing, {len(incomplete)} with missing sizes.")
        return left

    def draw(self, name):
        try:
            with default_storage.open(name) as file:
                store(default_storage, name, drawn(file.read()))
        except (OSError, ValueError) as error:
            self.stderr.write(f"{name}: {error}")
            return False
        return True

    @staticmethod
    def size(files):
        return f"{sum(file.size for file in files) / 2**20:,.1f} MB"
