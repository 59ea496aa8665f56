from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "guizhou_portal"
    verbose_name = "Guizhou Portal"
