"""Conferences, with their pictures and papers."""

import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.constraints import LatestFirstIndex, not_before
from guizhou_portal.documents import DocumentFile
from guizhou_portal.licences import licence_field
from guizhou_portal.pictures.fields import PictureField, require_alt
from guizhou_portal.pictures.focus import Crop, focal_point, focal_point_within
from guizhou_portal.publishing.models import (
    PublicRecord,
    PublicRecordQuerySet,
    changed_last_index,
)
from guizhou_portal.richtext import RichTextField
from guizhou_portal.translated import in_each_language, linking, undescribed, untranslated_indexes
from projects.models import Organisation


def validate_time_zone(name):
    # Region and city, or UTC: names such as "localtime" mean another zone on another machine.
    if name not in zoneinfo.available_timezones() or not ("/" in name or name == "UTC"):
        raise ValidationError(
            _("“%(name)s” is not a time zone. Use a name such as Europe/Berlin."),
            params={"name": name},
        )


class EventQuerySet(PublicRecordQuerySet):
    def latest_first(self):
        """Newest first; events whose date is not published come last, in the order entered."""
        return self.order_by(F("starts_at").desc(nulls_last=True), "pk")

    def for_cards(self):
        return self.all()  # a card shows the event's own fields

    def dated(self):
        """Those a calendar can show: it is known when they start."""
        return self.filter(starts_at__isnull=False)

    def undated(self):
        return self.filter(starts_at__isnull=True)

    def with_programme(self):
        from .programme import ProgrammeItem

        return self.prefetch_related(
            Prefetch("programme", ProgrammeItem.objects.with_public_appearances())
        )

    def for_page(self):
        """Everything the event's own page shows."""
        from .contract import Contract

        return self.with_programme().prefetch_related(
            "organisers",
            "photos",
            "documents",
            Prefetch("contracts", Contract.objects.published().for_cards()),
        )


class Event(PublicRecord):
    card_kind = "event"

    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=250, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown on cards.")
    )
    report = RichTextField(_("report"), blank=True)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = CountryField(_("country"), blank=True)
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    ends_at = models.DateTimeField(
        _("ends at"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/Berlin",
        validators=[validate_time_zone],
        help_text=_("Times are shown in this zone, for example Europe/Berlin or Asia/Shanghai."),
    )
    date_note = models.CharField(
        _("note on the date"),
        max_length=200,
        blank=True,
        help_text=_("What is known of the date, if the date itself is not."),
    )
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    organisers = models.ManyToManyField(
        Organisation, blank=True, related_name="events", verbose_name=_("organisers")
    )
    registration_link = models.URLField(_("registration link"), blank=True)
    hero_image = PictureField(
        _("image"),
        upload_to="events/",
        blank=True,
        width_field="hero_image_width",
        height_field="hero_image_height",
        crops=[Crop.PAGE, Crop.EVENT],
    )
    hero_image_width = models.PositiveIntegerField(null=True, editable=False)
    hero_image_height = models.PositiveIntegerField(null=True, editable=False)
    hero_image_focus_x, hero_image_focus_y = focal_point()
    hero_image_alt = models.CharField(_("alternative text"), max_length=250, blank=True)
    hero_image_credit = models.CharField(_("credit"), max_length=200, blank=True)
    hero_image_licence = licence_field()
    calendar_revision = models.PositiveIntegerField(
        _("revision of the calendar entry"), default=0, editable=False
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = [F("starts_at").desc(nulls_last=True), "pk"]
        constraints = [
            *PublicRecord.Meta.constraints,
            not_before("ends_at", "starts_at", _("The event ends before it starts.")),
            focal_point_within("hero_image"),
        ]
        indexes = [
            LatestFirstIndex.by("starts_at", "event_latest_first"),
            # How many are public, and what changed last, from the index alone.
            models.Index(fields=["publication", "publish_at", "updated"], name="event_publication"),
            # The orders of the list, and what it is narrowed by, in its usual order.
            LatestFirstIndex.by("starts_at", "event_newest", ["publication"]),
            models.Index(fields=["publication", "starts_at", "id"], name="event_oldest"),
            LatestFirstIndex.by("starts_at", "event_by_country", ["country", "publication"]),
            # The order of the feed, and what changed last of all.
            changed_last_index("event_news"),
            models.Index(fields=["updated"], name="event_updated"),
            # Where the back office looks for broken links, and what it says is missing.
            LatestFirstIndex.by(
                "starts_at",
                "event_linking",
                condition=linking(in_each_language("report"), ["registration_link"]),
            ),
            LatestFirstIndex.by("starts_at", "event_silent", condition=undescribed("hero_image")),
            *untranslated_indexes(
                "event",
                [
                    *("audience", "city", "date_note", "hero_image_alt", "report"),
                    *("subtitle", "summary", "title", "venue"),
                ],
                latest="starts_at",
            ),
        ]

    def get_absolute_url(self):
        return reverse("events:event", args=[self.slug])

    def card_line(self):
        return gettext("Investment conference")

    def get_embed_url(self):
        return reverse("events:event_embed", args=[self.slug])

    def get_calendar_url(self):
        return reverse("events:event_calendar", args=[self.slug])

    def get_fact_sheet_url(self):
        return reverse("events:event_fact_sheet", args=[self.slug])

    def clean(self):
        super().clean()
        require_alt(self, "hero_image")

    def save(self, *args, **kwargs):
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "calendar_revision"}
        super().save(*args, **kwargs)

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def local_start(self):
        return self.starts_at and timezone.localtime(self.starts_at, self.zone)

    @property
    def local_end(self):
        return self.ends_at and timezone.localtime(self.ends_at, self.zone)

    @property
    def utc_offset(self):
        """How its clock differs from UTC when it starts, such as "UTC+1"; needs a start."""
        minutes = self.local_start.utcoffset() // timedelta(minutes=1)
        hours, rest = divmod(abs(minutes), 60)
        sign = "−" if minutes < 0 else "+"
        return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"

    @property
    def ends_on_another_day(self):
        return bool(
            self.starts_at and self.ends_at and self.local_start.date() != self.local_end.date()
        )

    @cached_property
    def programme_has_times(self):
        """Whether any programme item has a time; the page says so once if none has."""
        return any(item.starts_at for item in self.programme.all())

    @cached_property
    def programme_has_languages(self):
        """Whether the language of any programme item is known."""
        return any(item.language_spoken for item in self.programme.all())

    @property
    def is_upcoming(self):
        """True or False, or None where the date is not known."""
        last = self.ends_at or self.starts_at
        return last and last >= timezone.now()


#: What an event is called, and where and when it takes place: columns, in each language.
CALENDAR_FIELDS = (
    *("starts_at", "ends_at", "time_zone", "address", "country"),
    *(
        build_localized_fieldname(name, language)
        for name in ("title", "venue", "city")
        for language, _name in settings.LANGUAGES
    ),
)


@receiver(pre_save, sender=Event, dispatch_uid="event-calendar-revision")
def count_calendar_revision(sender, instance, using, **kwargs):
    """Count one more revision where the title, the place or the time of an event changes.

    It never falls: neither when an older version is restored, which brings its old number along,
    nor when a form was opened before somebody else saved.
    """
    stored = (
        sender._base_manager.using(using)
        .filter(pk=instance.pk)
        .values("calendar_revision", *CALENDAR_FIELDS)
        .first()
    )
    if stored is None:
        return
    is_another = any(
        _as_stored(name, getattr(instance, name)) != _as_stored(name, stored[name])
        for name in CALENDAR_FIELDS
    )
    latest = max(stored["calendar_revision"], instance.calendar_revision)
    instance.calendar_revision = latest + is_another


def _as_stored(name, value):
    """The value of a column, whatever it was given as; nothing at all is one value."""
    return Event._meta.get_field(name).get_prep_value(value) or None


class Photo(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="photos")
    image = PictureField(
        _("image"),
        upload_to="photos/",
        width_field="image_width",
        height_field="image_height",
        crops=[Crop.PHOTO],
    )
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    image_focus_x, image_focus_y = focal_point()
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    image_alt = models.CharField(
        _("alternative text"),
        max_length=250,
        help_text=_("What the picture shows, for people who cannot see it."),
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    licence = licence_field()
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["order", "pk"]
        indexes = [
            models.Index(fields=["event"], name="photo_silent", condition=undescribed("image"))
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(image=""),
                name="photo_has_image",
                violation_error_message=_("A photo needs an image file."),
            ),
            focal_point_within("image"),
        ]

    def __str__(self):
        return str(self.caption or self.image_alt)


class Document(DocumentFile):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="documents")

    class Meta(DocumentFile.Meta):
        abstract = False
