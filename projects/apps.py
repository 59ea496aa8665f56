from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from guizhou_portal.operations.backup.signals import built
from guizhou_portal.tables import has_table


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects and location")

    def ready(self):
        post_migrate.connect(write_consent, sender=self)
        built.connect(doubt_mails)


def write_consent(using, **kwargs):
    """The form asks for consent from its first day; receiver of ``post_migrate``."""
    from .models import ConsentText

    if has_table(ConsentText, using):
        ConsentText.write_first()


def doubt_mails(tell, **kwargs):
    """What a backup has as waiting may have been sent since; receiver of ``built``."""
    from .enquiries import delivery

    delivery.doubt_waiting(tell)
