"""What records are filed under: sectors, organisations, places."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from guizhou_portal.pictures.fields import PictureField
from guizhou_portal.publishing.models import Sluggable
from guizhou_portal.translated import linking, untranslated_indexes


class Sector(Sluggable):
    class Icon(models.TextChoices):
        """Motifs the portal draws."""

        TRAFFIC = "traffic", _("traffic flow")
        INDUSTRY = "industry", _("machines")
        ENVIRONMENT = "environment", _("river and leaf")
        FOOD = "food", _("grain and check mark")
        COMMERCE = "commerce", _("parcel")
        TOURISM = "tourism", _("mountain path")
        CLOUD = "cloud", _("cloud")

    naming_field = "name"

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    icon = models.CharField(_("motif"), max_length=16, choices=Icon.choices, default=Icon.CLOUD)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["order", "pk"]


class Organisation(Sluggable):
    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        GOVERNMENT = "government", _("government")
        MINISTRY = "ministry", _("ministry")
        CITY = "city", _("city administration")
        CONSULATE = "consulate", _("consulate")
        PROMOTION_AGENCY = "promotion_agency", _("promotion agency")
        FUND = "fund", _("fund")
        RESEARCH = "research", _("research")

    naming_field = "name"

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    country = CountryField(_("country"), blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    website = models.URLField(_("website"), blank=True)
    logo = PictureField(
        _("logo"),
        upload_to="logos/",
        blank=True,
        width_field="logo_width",
        height_field="logo_height",
    )
    logo_width = models.PositiveIntegerField(null=True, editable=False)
    logo_height = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["slug"]
        indexes = [
            models.Index(fields=["country"], name="organisation_by_country"),
            models.Index(fields=["updated", "id"], name="organisation_updated"),
            # Where the back office looks for broken links, and what it says is missing.
            models.Index(
                fields=["slug"], name="organisation_linking", condition=linking([], ["website"])
            ),
            *untranslated_indexes("organisation", ["city", "description", "name"], fields=["slug"]),
        ]


class Place(Sluggable):
    class Kind(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        NEW_AREA = "new_area", _("new area")
        CITY = "city", _("city")

    naming_field = "name"

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("Degrees north, from −90 to 90 (WGS 84)."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("Degrees east, from −180 to 180 (WGS 84)."),
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["slug"]
        indexes = [
            models.Index(fields=["updated", "id"], name="place_updated"),
            *untranslated_indexes("place", ["name"], fields=["slug"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="place_coordinates_in_range",
                violation_error_message=_(
                    "Latitude (−90 to 90) and longitude (−180 to 180) come together, or both "
                    "stay empty."
                ),
            )
        ]
