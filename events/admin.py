import reversion
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import (
    PUBLICATION,
    ChoicesInUseFilter,
    PartInline,
    PublicRecordAdmin,
    RecordAdmin,
)
from guizhou_portal.backoffice.attention import Check, without_alternative_text
from guizhou_portal.backoffice.many import AutocompleteFilter
from guizhou_portal.backoffice.pictures import picture_fields
from guizhou_portal.backoffice.together import TogetherMixin
from projects.models import Project

from .forms import EventForm, ProgrammeFormSet, ProgrammeItemForm
from .models import (
    Appearance,
    Contract,
    ContractParty,
    Document,
    Event,
    Milestone,
    Official,
    Photo,
    ProgrammeItem,
)
from .several_photos import SeveralPhotosMixin
from .sheets import ContractSheet, OfficialSheet

#: Of the contracts of an event, its form names as many; the list has them all.
MOST_LINKS = 50

# What a version of a record holds besides the record itself.
for part in (Appearance, ContractParty, Document, Milestone, Photo):
    reversion.register(part)
reversion.register(ProgrammeItem, follow=["appearances"])
reversion.register(Event, follow=["programme", "photos", "documents"])
reversion.register(Contract, follow=["parties", "milestones"])


class ProgrammeItemInline(PartInline):
    model = ProgrammeItem
    form = ProgrammeItemForm
    formset = ProgrammeFormSet
    show_change_link = True  # to its appearances
    fields = [
        ("kind", "order"),
        "title",
        "description",
        ("starts_at", "ends_at"),
        "language_spoken",
        "languages_interpreted",
    ]
    classes = ["collapse"]


class PhotoInline(PartInline):
    model = Photo
    fields = [*picture_fields("image", credit=("credit", "licence")), "caption", "order"]
    classes = ["collapse"]


class DocumentInline(PartInline):
    model = Document
    classes = ["collapse"]


def _with_silent_photos():
    """Events with a photo that no language describes."""
    photos = Photo.objects.filter(without_alternative_text(Photo))
    return Q(pk__in=photos.values("event"))


@admin.register(Event)
class EventAdmin(TogetherMixin, SeveralPhotosMixin, PublicRecordAdmin):
    section = "conferences"
    checks_for_editors = [
        Check("no-date", _("without date"), lambda: Q(starts_at__isnull=True), "calendar-x"),
        Check(
            "no-alt-photos",
            _("photo without alternative text"),
            _with_silent_photos,
            "image-off",
            stops=True,
        ),
        *PublicRecordAdmin.checks_for_editors,
    ]
    form = EventForm
    list_display = ["title", "state", "languages", "city", "starts_at"]
    list_filter = [*PublicRecordAdmin.list_filter, ("country", ChoicesInUseFilter)]
    autocomplete_fields = ["organisers"]
    inlines = [ProgrammeItemInline, PhotoInline, DocumentInline]
    readonly_fields = [*PublicRecordAdmin.readonly_fields, "contracts_signed", "people"]
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "summary", "report"]}),
        (
            _("Facts"),
            {
                "fields": [
                    "venue",
                    "address",
                    "city",
                    "country",
                    ("starts_at", "ends_at", "time_zone"),
                    "date_note",
                    "audience",
                    "organisers",
                    "registration_link",
                ],
                "description": _("Leave empty what is not published: the page says so."),
            },
        ),
        (_("Image"), {"fields": picture_fields("hero_image")}),
        (_("People and contracts"), {"fields": ["people", "contracts_signed"]}),
        PUBLICATION,
    ]

    def published_with(self, event):
        """What a conference brings along: its contracts, who appears or signs, the projects."""
        contracts = Contract.objects.filter(event=event)
        officials = Official.objects.filter(
            Q(appearances__programme_item__event=event) | Q(signatures__contract__in=contracts)
        )
        projects = Project.objects.filter(contracts__in=contracts)
        return [contracts, officials.distinct(), projects.distinct()]

    @admin.display(description=_("contracts signed at this event"))
    def contracts_signed(self, event):
        if not event.pk:
            return translate("Save the event first.")
        contracts = event.contracts.all()[: MOST_LINKS + 1]
        steps = [("add", "event", translate("Add a contract"))]
        if len(contracts) > MOST_LINKS:
            words = translate("All contracts of this event")
            steps.insert(0, ("changelist", "event__id__exact", words))
        return _links("contract", contracts[:MOST_LINKS]) + format_html_join(
            "",
            '<p><a href="{}?{}={}">{}</a></p>',
            (
                (reverse(f"admin:events_contract_{step}"), name, event.pk, words)
                for step, name, words in steps
            ),
        )

    @admin.display(description=_("people"))
    def people(self, event):
        if not event.pk:
            return translate("Save the event first.")
        items = event.programme.prefetch_related(
            "appearances__official", "appearances__organisation"
        )
        return _links("programmeitem", items, _with_people) or translate(
            "Add a programme item below, save, and open it to add people."
        )


def _with_people(item):
    names = [str(one.official or one.organisation) for one in item.appearances.all()]
    return f"{item}: {', '.join(names)}" if names else str(item)


def _links(model, records, words=str):
    """A list of links to the forms of ``records``, each named by ``words(record)``."""
    rows = format_html_join(
        "",
        '<li><a href="{}">{}</a></li>',
        (
            (reverse(f"admin:events_{model}_change", args=[record.pk]), words(record))
            for record in records
        ),
    )
    return format_html('<ul class="record-links">{}</ul>', rows) if rows else rows


class AppearanceInline(PartInline):
    model = Appearance
    autocomplete_fields = ["official", "organisation"]
    fields = [("official", "organisation"), ("role", "order"), "office_held", "topic"]


@admin.register(ProgrammeItem)
class ProgrammeItemAdmin(RecordAdmin):
    section = "conferences"
    position = 1
    form = ProgrammeItemForm
    list_display = ["title", "event", "kind", "languages", "order"]
    list_filter = [*RecordAdmin.list_filter, "kind", ("event", AutocompleteFilter)]
    list_select_related = ["event"]
    autocomplete_fields = ["event"]
    inlines = [AppearanceInline]
    fields = ["event", *ProgrammeItemInline.fields]


@admin.register(Official)
class OfficialAdmin(PublicRecordAdmin):
    section = "people"
    sheet = OfficialSheet
    list_display = ["name", "native_name", "state", "languages", "position"]
    autocomplete_fields = ["organisation"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "family_name", "native_name"),
                    "position",
                    "organisation",
                    "biography",
                ]
            },
        ),
        (_("Portrait"), {"fields": picture_fields("portrait", alt=False)}),
        PUBLICATION,
    ]


class ContractPartyInline(PartInline):
    model = ContractParty
    autocomplete_fields = ["organisation", "signatory"]
    fields = [
        ("side", "order"),
        "organisation",
        ("name_not_published", "country"),
        "described_as",
        "signatory",
    ]


class MilestoneInline(PartInline):
    model = Milestone
    fields = [("date", "state"), "note"]


def _one_sided():
    """Contracts that lack the parties of one side, or of both."""
    parties = ContractParty.objects.filter(contract=OuterRef("pk"))
    both = Q()
    for side in ContractParty.Side.values:
        both &= Q(Exists(parties.filter(side=side)))
    return ~both


@admin.register(Contract)
class ContractAdmin(PublicRecordAdmin):
    section = "contracts"
    sheet = ContractSheet
    checks_for_editors = [
        Check(
            "no-parties", _("without parties on both sides"), _one_sided, "unlink", reads_all=True
        ),
        *PublicRecordAdmin.checks_for_editors,
    ]
    list_display = ["title", "state", "languages", "event", "status", "signed_on"]
    list_filter = [
        *PublicRecordAdmin.list_filter,
        "status",
        "kind",
        ("event", AutocompleteFilter),
        "sectors",
    ]
    list_select_related = ["event"]
    autocomplete_fields = ["event", "project", "sectors"]
    inlines = [ContractPartyInline, MilestoneInline]
    fieldsets = [
        (None, {"fields": ["title", "summary"]}),
        (
            _("Facts"),
            {
                "fields": [
                    ("kind", "status"),
                    ("event", "signed_on"),
                    ("value", "currency"),
                    "project",
                    "sectors",
                ],
                "description": _("Leave empty what is not published: the page says so."),
            },
        ),
        PUBLICATION,
    ]
