from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models import IntegerField
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class SearchConfig(AppConfig):
    name = "guizhou_portal.search"

    def ready(self):
        autodiscover_modules("search")
        from . import changes, engines
        from .among import Among

        IntegerField.register_lookup(Among)
        connection_created.connect(engines.for_short_questions)
        post_migrate.connect(engines.prepare, sender=self)
        changes.follow()
