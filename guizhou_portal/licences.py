"""Under which terms pictures and documents may be used by others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

COMMONS = "https://creativecommons.org"


class Licence(models.TextChoices):
    """SPDX licence identifiers, and what is agreed otherwise."""

    CC0 = "CC0-1.0", "CC0 1.0"
    CC_BY = "CC-BY-4.0", "CC BY 4.0"
    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC_BY_ND = "CC-BY-ND-4.0", "CC BY-ND 4.0"
    CC_BY_SA_3 = "CC-BY-SA-3.0", "CC BY-SA 3.0"
    PUBLIC_DOMAIN = "public-domain", _("public domain")
    PERMISSION = "permission", _("used with permission")
    RIGHTS_RESERVED = "rights-reserved", _("all rights reserved")

    @property
    def url(self):
        """Where the licence can be read; nothing for what is not a public licence."""
        if self is Licence.CC0:
            return f"{COMMONS}/publicdomain/zero/1.0/"
        if not self.value.startswith("CC-"):
            return ""
        terms, version = self.value.removeprefix("CC-").lower().rsplit("-", 1)
        return f"{COMMONS}/licenses/{terms}/{version}/"


def licence_field():
    """The column that stands beside each credit."""
    return models.CharField(_("licence"), max_length=20, choices=Licence.choices, blank=True)
