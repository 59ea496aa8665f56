from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "guizhou_portal"
    verbose_name = "Guizhou Portal"

    def ready(self):
        autodiscover_modules("linked_data")
        from .operations import following

        following.follow()
        if settings.SENTRY_DSN:
            from .operations import sentry

            sentry.start(settings.SENTRY_DSN)
