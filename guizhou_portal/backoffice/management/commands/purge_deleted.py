"""Forgets records that were deleted long ago: until then they can be brought back."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from guizhou_portal.backoffice.history import KEPT_AFTER_DELETION, forget_deleted


class Command(BaseCommand):
    help = (
        "Forgets the stored versions of records deleted more than "
        f"{KEPT_AFTER_DELETION.days} days ago. To be run once a day."
    )

    def handle(self, **options):
        names = forget_deleted(timezone.now() - KEPT_AFTER_DELETION)
        for name in names:
            self.stdout.write(f"Forgotten: {name}")
        self.stdout.write(f"{len(names)} deleted records forgotten.")
