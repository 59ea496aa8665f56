"""Contracts signed at conferences, and what became of them."""

from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from guizhou_portal.constraints import (
    Currency,
    LatestFirstIndex,
    amount_field,
    amount_with_currency,
)
from guizhou_portal.publishing.models import (
    PublicRecord,
    PublicRecordQuerySet,
    changed_last_index,
    if_published,
    published,
)
from guizhou_portal.translated import untranslated_indexes
from projects.models import Organisation, Project, Sector

from .event import Event
from .programme import Official


class ContractQuerySet(PublicRecordQuerySet):
    def latest_first(self):
        return self.order_by(F("signed_on").desc(nulls_last=True), "pk")

    def for_cards(self):
        return self.prefetch_related(
            Prefetch("parties", ContractParty.objects.select_related("organisation", "signatory"))
        )

    def for_page(self):
        """Everything the contract's own page shows."""
        cards = self.for_cards().select_related("event", "project")
        return cards.prefetch_related("sectors", "milestones")


class Contract(PublicRecord):
    card_kind = "contract"

    class Kind(models.TextChoices):
        MEMORANDUM = "memorandum", _("memorandum of understanding")
        FRAMEWORK = "framework", _("framework agreement")
        INVESTMENT = "investment", _("investment agreement")
        PURCHASE = "purchase", _("purchase contract")
        JOINT_VENTURE = "joint_venture", _("joint venture")
        NOT_PUBLISHED = "not_published", _("not published")

    class Status(models.TextChoices):
        SIGNED = "signed", _("signed")
        IN_FORCE = "in_force", _("in force")
        BEING_IMPLEMENTED = "being_implemented", _("being implemented")
        COMPLETED = "completed", _("completed")
        ENDED = "ended", _("ended")

    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    kind = models.CharField(
        _("kind"), max_length=16, choices=Kind.choices, default=Kind.NOT_PUBLISHED
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("signed at event"),
    )
    signed_on = models.DateField(
        _("signed on"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.SIGNED
    )
    value = amount_field(_("contract value"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("project"),
    )
    sectors = models.ManyToManyField(
        Sector, blank=True, related_name="contracts", verbose_name=_("sectors")
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = [F("signed_on").desc(nulls_last=True), "pk"]
        constraints = [*PublicRecord.Meta.constraints, amount_with_currency("value")]
        indexes = [
            LatestFirstIndex.by("signed_on", "contract_latest_first"),
            # How many are public, and what changed last, from the index alone.
            models.Index(
                fields=["publication", "publish_at", "updated"], name="contract_publication"
            ),
            # The orders of the list, and what it is narrowed by, in its usual order.
            LatestFirstIndex.by("signed_on", "contract_newest", ["publication"]),
            models.Index(fields=["publication", "signed_on", "id"], name="contract_oldest"),
            LatestFirstIndex.by("value", "contract_by_value", ["publication"]),
            LatestFirstIndex.by("signed_on", "contract_by_kind", ["kind", "publication"]),
            LatestFirstIndex.by("signed_on", "contract_by_status", ["status", "publication"]),
            # The order of the feed, and what changed last of all.
            changed_last_index("contract_news"),
            models.Index(fields=["updated"], name="contract_updated"),
            # An order of the back office's list, in each of its languages.
            models.Index(fields=["title_de"], name="contract_by_title_de"),
            models.Index(fields=["title_en"], name="contract_by_title_en"),
            models.Index(fields=["title_zh_hans"], name="contract_by_title_zh"),
            # What the back office says is missing.
            *untranslated_indexes("contract", ["summary", "title"], latest="signed_on"),
        ]

    def get_absolute_url(self):
        return reverse("events:contract", args=[self.slug])

    def get_fact_sheet_url(self):
        return reverse("events:contract_fact_sheet", args=[self.slug])

    def card_line(self):
        return gettext("Signed contracts")

    @property
    def public_event(self):
        return if_published(self.event)

    @property
    def public_project(self):
        return if_published(self.project)

    @property
    def sides(self):
        """Both sides facing each other: ``[(Side, [parties]), …]``, Guizhou's first."""
        parties = list(self.parties.all())
        return [(side, [p for p in parties if p.side == side]) for side in ContractParty.Side]


class ContractPartyQuerySet(models.QuerySet):
    def of_published_contracts(self):
        return (
            self.filter(published("contract__"))
            .select_related("contract", "organisation")
            .order_by(F("contract__signed_on").desc(nulls_last=True), "contract_id", "order", "pk")
        )


class ContractParty(models.Model):
    class Side(models.TextChoices):
        GUIZHOU = "guizhou", _("Guizhou side")
        PARTNER = "partner", _("partner side")

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="parties")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contract_parties",
        verbose_name=_("organisation"),
    )
    name_not_published = models.BooleanField(
        _("name not published"),
        default=False,
        help_text=_("Tick this instead of choosing an organisation, and choose the country."),
    )
    country = CountryField(_("country"), blank=True)
    described_as = models.CharField(
        _("described as"),
        max_length=200,
        blank=True,
        help_text=_("What is known of a party whose name is not published."),
    )
    signatory = models.ForeignKey(
        Official,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
        verbose_name=_("signatory"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ContractPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("contracting party")
        verbose_name_plural = _("contracting parties")
        ordering = ["order", "pk"]
        indexes = [
            # Few say it themselves: most parties are where their organisation is.
            models.Index(
                fields=["country"], name="contract_party_by_country", condition=Q(country__gt="")
            ),
            # Which sides a contract has parties on, from the index alone.
            models.Index(fields=["contract", "side"], name="contract_party_sides"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, name_not_published=False)
                | (Q(organisation__isnull=True, name_not_published=True) & ~Q(country="")),
                name="contract_party_named_or_country",
                violation_error_message=_(
                    "A contracting party is either an organisation, or “name not published” with "
                    "its country."
                ),
            )
        ]

    def __str__(self):
        return str(self.organisation or self.described_as or self.country.name)

    @property
    def home_country(self):
        return self.country or (self.organisation and self.organisation.country)

    @property
    def public_signatory(self):
        return if_published(self.signatory)


class Milestone(models.Model):
    class State(models.TextChoices):
        """Open Contracting Data Standard (OCDS), code list milestoneStatus."""

        SCHEDULED = "scheduled", _("scheduled")
        MET = "met", _("reached")
        NOT_MET = "notMet", _("not reached")
        PARTIALLY_MET = "partiallyMet", _("partly reached")

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="milestones")
    date = models.DateField(
        _("date"), null=True, blank=True, help_text=_("Leave empty if unknown.")
    )
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.SCHEDULED
    )
    note = models.CharField(_("note"), max_length=300)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = [F("date").asc(nulls_last=True), "pk"]

    def __str__(self):
        return str(self.note)
