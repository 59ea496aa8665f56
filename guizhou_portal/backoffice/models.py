"""What the back office knows besides the records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sheets.models import KeptSheet

__all__ = ["Duty", "KeptSheet"]


class Duty(models.Model):
    """No table: the home of permissions that belong to all records, not to one kind."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("publish", _("Can publish and withdraw records")),
            ("translate", _("Can fill in translated texts")),
        ]

    def __str__(self):
        return "duty"
