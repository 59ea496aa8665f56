from django.apps import AppConfig
from django.db.backends.signals import connection_created


class FiltersConfig(AppConfig):
    name = "guizhou_portal.filters"

    def ready(self):
        from .sorts import teach

        connection_created.connect(teach, dispatch_uid="filters-collations")
