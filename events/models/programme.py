"""Who did what at a conference."""

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guizhou_portal.constraints import LatestFirstIndex, not_before
from guizhou_portal.licences import licence_field
from guizhou_portal.pictures.fields import PictureField
from guizhou_portal.pictures.focus import Crop, focal_point, focal_point_within
from guizhou_portal.publishing.models import (
    PublicRecord,
    PublicRecordQuerySet,
    changed_last_index,
    published,
)
from guizhou_portal.richtext import RichTextField
from guizhou_portal.translated import in_each_language, linking, untranslated_indexes
from projects.models import Organisation

from .event import Event


class OfficialQuerySet(PublicRecordQuerySet):
    def for_cards(self):
        """With appearances at published events, newest event first."""
        return self.select_related("organisation").prefetch_related(
            Prefetch("appearances", Appearance.objects.at_published_events())
        )

    def for_page(self):
        """With the published contracts the person signed as well."""
        from .contract import ContractParty

        return self.for_cards().prefetch_related(
            Prefetch("signatures", ContractParty.objects.of_published_contracts())
        )


class Official(PublicRecord):
    card_kind = "official"
    naming_field = "name"

    name = models.CharField(
        _("name as printed"),
        max_length=120,
        help_text=_("Family name in capitals, for example QIN Rupei."),
    )
    family_name = models.CharField(_("family name"), max_length=60, blank=True)
    native_name = models.CharField(
        _("name in native script"),
        max_length=60,
        blank=True,
        help_text=_("For example 秦如培. Leave empty if the characters are not known for certain."),
    )
    position = models.CharField(
        _("position"), max_length=200, blank=True, help_text=_("The office known last.")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="officials",
        verbose_name=_("organisation"),
    )
    biography = RichTextField(_("biography"), blank=True)
    portrait = PictureField(
        _("portrait"),
        upload_to="officials/",
        blank=True,
        width_field="portrait_width",
        height_field="portrait_height",
        crops=[Crop.PORTRAIT],
    )
    portrait_width = models.PositiveIntegerField(null=True, editable=False)
    portrait_height = models.PositiveIntegerField(null=True, editable=False)
    portrait_focus_x, portrait_focus_y = focal_point()
    portrait_credit = models.CharField(_("credit"), max_length=200, blank=True)
    portrait_licence = licence_field()

    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["family_name", "name"]
        constraints = [*PublicRecord.Meta.constraints, focal_point_within("portrait")]
        indexes = [
            models.Index(fields=["family_name", "name"], name="official_by_name"),
            # How many are public, and what changed last, from the index alone.
            models.Index(
                fields=["publication", "publish_at", "updated"], name="official_publication"
            ),
            # The orders of the list.
            models.Index(
                fields=["publication", "family_name", "name", "id"], name="official_listed"
            ),
            LatestFirstIndex.by("updated", "official_changed_last", ["publication"]),
            # What the public got to see last, and what changed last of all.
            changed_last_index("official_news"),
            models.Index(fields=["updated"], name="official_updated"),
            # Where the back office looks for broken links, and what it says is missing.
            models.Index(
                fields=["family_name", "name"],
                name="official_linking",
                condition=linking(in_each_language("biography")),
            ),
            *untranslated_indexes(
                "official", ["biography", "position"], fields=["family_name", "name"]
            ),
        ]

    def get_absolute_url(self):
        return reverse("events:official", args=[self.slug])

    def card_line(self):
        return self.position or ""

    def names_for_slug(self):
        return [self.name]

    @property
    def monogram(self):
        """The initial that stands in for a missing portrait."""
        return (self.family_name or self.name)[:1].upper()


class ProgrammeItemQuerySet(models.QuerySet):
    def with_public_appearances(self):
        return self.prefetch_related(Prefetch("appearances", Appearance.objects.public()))


class ProgrammeItem(models.Model):
    class Kind(models.TextChoices):
        MODERATION = "moderation", _("moderation")
        WORDS_OF_GREETING = "greeting", _("words of greeting")
        PRESENTATION = "presentation", _("presentation")
        PANEL = "panel", _("panel discussion")
        SIGNING_CEREMONY = "signing", _("signing ceremony")
        RECEPTION = "reception", _("reception")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="programme", verbose_name=_("event")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    ends_at = models.DateTimeField(
        _("ends at"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    language_spoken = models.CharField(
        _("language spoken"),
        max_length=60,
        blank=True,
        help_text=_("Leave empty if unknown."),
    )
    languages_interpreted = models.CharField(
        _("languages interpreted"),
        max_length=120,
        blank=True,
        help_text=_("Leave empty if unknown."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ProgrammeItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme item")
        verbose_name_plural = _("programme items")
        ordering = ["order", "pk"]
        indexes = [
            models.Index(fields=["order", "id"], name="programme_item_in_order"),
            *untranslated_indexes(
                "programme_item",
                ["description", "language_spoken", "languages_interpreted", "title"],
                fields=["order", "id"],
            ),
        ]
        constraints = [
            not_before("ends_at", "starts_at", _("The programme item ends before it starts."))
        ]

    def __str__(self):
        return str(self.title)

    @property
    def local_start(self):
        return self.starts_at and timezone.localtime(self.starts_at, self.event.zone)

    @property
    def local_end(self):
        return self.ends_at and timezone.localtime(self.ends_at, self.event.zone)


class AppearanceQuerySet(models.QuerySet):
    def public(self):
        """Appearances whose official, if there is one, may be shown."""
        return self.filter(Q(official__isnull=True) | published("official__")).select_related(
            "official", "organisation", "official__organisation"
        )

    def at_published_events(self):
        return (
            self.filter(published("programme_item__event__"))
            .select_related("programme_item__event", "organisation")
            .order_by(
                models.F("programme_item__event__starts_at").desc(nulls_last=True),
                "programme_item__order",
                "order",
                "pk",
            )
        )


class Appearance(models.Model):
    class Role(models.TextChoices):
        MODERATOR = "moderator", _("moderator")
        SPEAKER = "speaker", _("speaker")
        SIGNATORY = "signatory", _("signatory")
        GUEST_OF_HONOUR = "guest_of_honour", _("guest of honour")

    programme_item = models.ForeignKey(
        ProgrammeItem,
        on_delete=models.CASCADE,
        related_name="appearances",
        verbose_name=_("programme item"),
    )
    official = models.ForeignKey(
        Official,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appearances",
        verbose_name=_("official"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appearances",
        verbose_name=_("organisation"),
        help_text=_("Alone, if the person is not named."),
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    office_held = models.CharField(
        _("office held at the time"),
        max_length=200,
        blank=True,
        help_text=_("Leave empty to show the official's position."),
    )
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(official__isnull=False) | Q(organisation__isnull=False),
                name="appearance_official_or_organisation",
                violation_error_message=_(
                    "An appearance needs an official, an organisation, or both."
                ),
            )
        ]

    def __str__(self):
        return f"{self.official or self.organisation} · {self.get_role_display()}"

    @property
    def office_record(self):
        """Which record and field tell the office: its own, else the official's position."""
        if self.office_held or self.official is None:
            return self, "office_held"
        return self.official, "position"
