"""How static files are stored for production: hashed, compressed, the style sheets as one."""

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: What every page needs, in the order of the cascade layers; linked one by one in development.
#: What only some pages need (filters, search, …) they ask for themselves, in their block "assets".
SHEETS = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/pictures.css",
    "css/forms.css",
    "css/actions.css",
)
PRINT_SHEET = "css/print.css"
JOINED = "css/portal.css"


class PortalStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Joins the public style sheets when they are collected: one request instead of eight.

    Modules import each other by the names their content gives them, so that a new version of one
    is never mixed with an old one of another.
    """

    support_js_module_import_aggregation = True

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run and all(name in paths for name in (*SHEETS, PRINT_SHEET)):
            if self.exists(JOINED):
                self.delete(JOINED)
            self.save(JOINED, ContentFile(self._joined(paths)))
            paths[JOINED] = (self, JOINED)
        yield from super().post_process(paths, dry_run, **options)

    @staticmethod
    def _joined(paths):
        def read(name):
            storage, path = paths[name]
            with storage.open(path) as file:
                return file.read()

        return b"\n".join([*map(read, SHEETS), b"@media print {", read(PRINT_SHEET), b"}"])
