"""Investment projects open to partners."""

from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guizhou_portal.constraints import (
    Currency,
    LatestFirstIndex,
    amount_field,
    amount_with_currency,
    not_before,
)
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

from .organisation import Organisation, Place, Sector


class ProjectQuerySet(PublicRecordQuerySet):
    def for_cards(self):
        return self.select_related("sector")

    def for_page(self):
        """Everything the project's own page shows."""
        # Contracts know projects, not the other way round: reached through the relation.
        contracts = self.model._meta.get_field("contracts").related_model.objects
        return self.select_related("sector", "public_authority").prefetch_related(
            "partners",
            "places",
            "key_figures",
            "documents",
            Prefetch("contracts", contracts.published().for_cards()),
            Prefetch("related_projects", Project.objects.published().for_cards()),
        )

    def for_brief(self):
        """What the cards of a shortlist show."""
        return self.select_related("sector", "public_authority").prefetch_related("places")

    def for_comparison(self):
        """Every fact that is compared."""
        contracts = self.model._meta.get_field("contracts").related_model.objects
        return self.for_brief().prefetch_related(
            "partners", "key_figures", Prefetch("contracts", contracts.published())
        )

    def open_to_investors(self):
        return self.filter(open_to_foreign_investors=True)


class Project(PublicRecord):
    card_kind = "project"

    class Kind(models.TextChoices):
        PPP = "ppp", _("public-private partnership (PPP)")
        JOINT_VENTURE = "joint_venture", _("joint venture")
        CONCESSION = "concession", _("concession")
        PRIVATE = "private", _("private investment")
        PUBLIC = "public", _("public project")
        NOT_PUBLISHED = "not_published", _("not published")

    class Stage(models.TextChoices):
        """Open Contracting for Infrastructure Data Standard (OC4IDS), code list projectStatus."""

        IDENTIFICATION = "identification", _("identification")
        PREPARATION = "preparation", _("preparation")
        IMPLEMENTATION = "implementation", _("implementation")
        COMPLETION = "completion", _("completion")
        OPERATION = "operation", _("operation")
        CANCELLED = "cancelled", _("cancelled")
        NOT_PUBLISHED = "not_published", _("not published")

    title = models.CharField(_("title"), max_length=160)
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown on cards.")
    )
    description = RichTextField(_("description"), blank=True)
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="projects", verbose_name=_("sector")
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=Kind.choices, default=Kind.NOT_PUBLISHED
    )
    stage = models.CharField(
        _("project stage"), max_length=20, choices=Stage.choices, default=Stage.NOT_PUBLISHED
    )
    public_authority = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects_in_charge",
        verbose_name=_("public authority"),
    )
    partners = models.ManyToManyField(
        Organisation, blank=True, related_name="projects", verbose_name=_("partners")
    )
    places = models.ManyToManyField(
        Place, blank=True, related_name="projects", verbose_name=_("places")
    )
    open_to_foreign_investors = models.BooleanField(
        _("open to foreign investors"),
        null=True,
        blank=True,
        help_text=_("Unknown is shown as “not published”."),
    )
    investment_volume = amount_field(_("investment volume"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    sought_from_partners = models.TextField(_("sought from partners"), blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    image = PictureField(
        _("image"),
        upload_to="projects/",
        blank=True,
        width_field="image_width",
        height_field="image_height",
        crops=[Crop.PAGE, Crop.CARD],
    )
    image_width = models.PositiveIntegerField(null=True, editable=False)
    image_height = models.PositiveIntegerField(null=True, editable=False)
    image_focus_x, image_focus_y = focal_point()
    image_alt = models.CharField(_("alternative text"), max_length=250, blank=True)
    image_credit = models.CharField(_("credit"), max_length=200, blank=True)
    image_licence = licence_field()
    related_projects = models.ManyToManyField(
        "self", blank=True, verbose_name=_("related projects")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["order", "pk"]
        constraints = [
            *PublicRecord.Meta.constraints,
            amount_with_currency("investment_volume"),
            not_before("ends_on", "starts_on", _("The period ends before it starts.")),
            focal_point_within("image"),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="project_in_order"),
            # How many are public, and what changed last, from the index alone.
            models.Index(
                fields=["publication", "publish_at", "updated"], name="project_publication"
            ),
            # The orders of the list, and what it is narrowed by, in its usual order.
            models.Index(fields=["publication", "order", "id"], name="project_listed"),
            LatestFirstIndex.by("updated", "project_changed_last", ["publication"]),
            LatestFirstIndex.by("investment_volume", "project_by_volume", ["publication"]),
            *(
                models.Index(fields=[field, "publication", "order", "id"], name=name)
                for field, name in (
                    ("kind", "project_by_kind"),
                    ("stage", "project_by_stage"),
                    ("open_to_foreign_investors", "project_by_openness"),
                )
            ),
            # The order of the feed, and what changed last of all.
            changed_last_index("project_news"),
            models.Index(fields=["updated"], name="project_updated"),
            # Where the back office looks for broken links, and what it says is missing.
            models.Index(
                fields=["order", "id"],
                name="project_linking",
                condition=linking(in_each_language("description")),
            ),
            models.Index(
                fields=["order", "id"], name="project_silent", condition=undescribed("image")
            ),
            *untranslated_indexes(
                "project",
                [
                    *("description", "image_alt", "sought_from_partners"),
                    *("summary", "tagline", "title"),
                ],
                fields=["order", "id"],
            ),
        ]

    def get_absolute_url(self):
        return reverse("projects:project", args=[self.slug])

    def get_embed_url(self):
        return reverse("projects:project_embed", args=[self.slug])

    def get_fact_sheet_url(self):
        return reverse("projects:project_fact_sheet", args=[self.slug])

    def card_line(self):
        return self.sector.name

    def clean(self):
        super().clean()
        require_alt(self, "image")


class KeyFigure(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="key_figures")
    label = models.CharField(_("label"), max_length=120)
    value = models.CharField(_("value"), max_length=120)
    source = models.CharField(_("source"), max_length=250)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("key figure")
        verbose_name_plural = _("key figures")
        ordering = ["order", "pk"]

    def __str__(self):
        return str(self.label)


class ProjectDocument(DocumentFile):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents")

    class Meta(DocumentFile.Meta):
        abstract = False
