from django.utils.translation import override

from guizhou_portal.operations.command import PortalCommand
from guizhou_portal.search import index


class Command(PortalCommand):
    help = (
        "Brings the search index up to date with all records: needed only after the database was "
        "changed by other means than the portal."
    )

    def handle(self, *args, **options):
        with override("en"):
            for model, count in index.fill().items():
                self.stdout.write(f"{model._meta.verbose_name_plural}: {count}")
