from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "guizhou_portal.pages"
    verbose_name = _("Site")

    def ready(self):
        from . import checks  # noqa: F401  (registers itself)
