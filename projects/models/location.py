"""What speaks for Guizhou as a location."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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

from .organisation import Organisation, Place


class LocationFactorQuerySet(PublicRecordQuerySet):
    def for_page(self):
        return self.select_related("organisation", "place")

    def for_cards(self):
        return self.for_page()

    def first_of_each_kind(self, number):
        """At most ``number`` of each kind, to be put in order by :meth:`by_kind`."""
        first, *others = (
            self.filter(pk__in=self.filter(kind=kind).order_by("order", "pk")[:number].values("pk"))
            for kind in self.model.Kind.values
        )
        return first.order_by().union(*(one.order_by() for one in others), all=True)

    def by_kind(self):
        """``[(Kind, [factors]), …]`` for the kinds there are, in the order of :class:`Kind`."""
        factors = sorted(self, key=lambda one: (one.order, one.pk))
        groups = ((kind, [f for f in factors if f.kind == kind]) for kind in LocationFactor.Kind)
        return [(kind, group) for kind, group in groups if group]


def by_place(factors):
    """The places of these factors, each with its factors as ``entries``; provinces last."""
    places = {}
    for factor in factors:
        if factor.place:
            place = places.setdefault(factor.place_id, factor.place)
            place.entries = [*getattr(place, "entries", []), factor]
    return sorted(places.values(), key=lambda one: (one.kind == Place.Kind.PROVINCE, one.slug))


class LocationFactor(PublicRecord):
    class Kind(models.TextChoices):
        """In the order the location page shows them."""

        POLICY = "policy", _("policy")
        DATA_CENTRE = "data_centre", _("data centre")
        CLOUD_PLATFORM = "cloud_platform", _("cloud platform")
        IT_CENTRE = "it_centre", _("IT centres and branches")
        STATE_IT_CENTRE = "state_it_centre", _("state IT centre")
        FINANCE = "finance", _("finance")
        NATURE_AND_CULTURE = "nature_and_culture", _("nature and culture")

        @property
        def heading(self):
            """What several entries of this kind are called."""
            return HEADINGS[self]

    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), blank=True)
    description = RichTextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="location_factors",
        verbose_name=_("organisation"),
    )
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="location_factors",
        verbose_name=_("place"),
    )
    image = PictureField(
        _("image"),
        upload_to="location/",
        blank=True,
        width_field="image_width",
        height_field="image_height",
        crops=[Crop.FACTOR],
    )
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    image_focus_x, image_focus_y = focal_point()
    image_alt = models.CharField(_("alternative text"), max_length=250, blank=True)
    image_credit = models.CharField(_("credit"), max_length=200, blank=True)
    image_licence = licence_field()
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = LocationFactorQuerySet.as_manager()

    class Meta:
        verbose_name = _("location factor")
        verbose_name_plural = _("location factors")
        ordering = ["order", "pk"]
        constraints = [*PublicRecord.Meta.constraints, focal_point_within("image")]
        indexes = [
            models.Index(fields=["order", "id"], name="location_in_order"),
            models.Index(fields=["kind", "publication", "order", "id"], name="location_by_kind"),
            # How many are public, and what changed last, from the index alone.
            models.Index(
                fields=["publication", "publish_at", "updated"], name="location_publication"
            ),
            # What the public got to see last, and what changed last of all.
            changed_last_index("location_news"),
            models.Index(fields=["updated"], name="location_updated"),
            # Where the back office looks for broken links, and what it says is missing.
            models.Index(
                fields=["order", "id"],
                name="location_linking",
                condition=linking(in_each_language("description")),
            ),
            models.Index(
                fields=["order", "id"], name="location_silent", condition=undescribed("image")
            ),
            *untranslated_indexes(
                "location",
                ["description", "image_alt", "summary", "title"],
                fields=["order", "id"],
            ),
        ]

    def get_absolute_url(self):
        return f"{reverse('projects:location')}#entry-{self.slug}"

    def clean(self):
        super().clean()
        require_alt(self, "image")


HEADINGS = {
    LocationFactor.Kind.POLICY: _("Policy"),
    LocationFactor.Kind.DATA_CENTRE: _("Data centres"),
    LocationFactor.Kind.CLOUD_PLATFORM: _("Cloud platforms"),
    LocationFactor.Kind.IT_CENTRE: _("IT centres and branches"),
    LocationFactor.Kind.STATE_IT_CENTRE: _("State IT centres"),
    LocationFactor.Kind.FINANCE: _("Finance"),
    LocationFactor.Kind.NATURE_AND_CULTURE: _("Nature and culture"),
}
