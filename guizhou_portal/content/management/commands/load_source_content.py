from django.core.management.base import CommandError

from guizhou_portal.content.loader import CREATED, KEPT, SKIPPED, UPDATED, load
from guizhou_portal.content.source import FOLDER, ContentError
from guizhou_portal.operations.command import PortalCommand


class Command(PortalCommand):
    help = (
        "Loads the portal's own content in three languages. Can be run again at any time: what an "
        "editor has changed or deleted stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("--folder", default=FOLDER, help="another folder of content files")

    def handle(self, *args, folder, verbosity, **options):
        try:
            counts = load(folder)
        except ContentError as error:
            raise CommandError(f"{error}. Nothing was loaded.") from error
        if verbosity:
            for model, outcome in counts.items():
                words = ", ".join(
                    f"{outcome[word]} {word}"
                    for word in (CREATED, UPDATED, SKIPPED, KEPT)
                    if outcome[word]
                )
                self.stdout.write(f"{model}: {words}")
