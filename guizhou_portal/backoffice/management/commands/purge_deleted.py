"""Forgets records that were deleted long ago: until then they can be brought back."""

from django.utils import timezone

from guizhou_portal.backoffice.audit.models import KEPT_FOR
from guizhou_portal.backoffice.history import KEPT_AFTER_DELETION, forget_deleted
from guizhou_portal.backoffice.models import AuditEntry
from guizhou_portal.backoffice.sheets.models import KeptSheet
from guizhou_portal.operations.command import PortalCommand


class Command(PortalCommand):
    help = (
        "Forgets the stored versions of records deleted more than "
        f"{KEPT_AFTER_DELETION.days} days ago, files that were never imported, and entries of the "
        f"audit log older than {KEPT_FOR.days} days. Once a day."
    )

    def handle(self, **options):
        KeptSheet.objects.forget_old()
        AuditEntry.objects.forget_old()
        names = forget_deleted(timezone.now() - KEPT_AFTER_DELETION)
        for name in names:
            self.stdout.write(f"Forgotten: {name}")
        self.stdout.write(f"{len(names)} deleted records forgotten.")
