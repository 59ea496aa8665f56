from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "guizhou_portal.content"
    verbose_name = "Source content"
