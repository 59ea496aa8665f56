from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import (
    PUBLICATION,
    ChoicesInUseFilter,
    PartInline,
    PublicRecordAdmin,
    RecordAdmin,
)
from guizhou_portal.backoffice.pictures import picture_fields

from .enquiries import admin as enquiries  # noqa: F401  (registers its own)
from .enquiries import privacy_admin  # noqa: F401  (registers its own)
from .models import (
    KeyFigure,
    LocationFactor,
    Organisation,
    Place,
    Project,
    ProjectDocument,
    Sector,
)
from .sheets import LocationFactorSheet, OrganisationSheet, ProjectSheet


@admin.register(Sector)
class SectorAdmin(RecordAdmin):
    section = "projects"
    position = 1
    list_display = ["name", "icon", "order", "languages"]
    list_editable = ["order"]
    fields = ["name", "description", "icon", "order", "slug"]


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    section = "people"
    position = 1
    sheet = OrganisationSheet
    list_display = ["name", "kind", "country", "languages"]
    list_filter = [*RecordAdmin.list_filter, "kind", ("country", ChoicesInUseFilter)]
    fields = [
        "name",
        "short_name",
        "kind",
        "country",
        "city",
        "description",
        "website",
        "logo",
        "slug",
    ]


@admin.register(Place)
class PlaceAdmin(RecordAdmin):
    section = "location"
    position = 1
    list_display = ["name", "kind", "latitude", "longitude", "languages"]
    list_filter = [*RecordAdmin.list_filter, "kind"]
    fields = ["name", "kind", ("latitude", "longitude"), "slug"]


class KeyFigureInline(PartInline):
    model = KeyFigure


class ProjectDocumentInline(PartInline):
    model = ProjectDocument


@admin.register(Project)
class ProjectAdmin(PublicRecordAdmin):
    section = "projects"
    sheet = ProjectSheet
    list_display = ["title", "state", "languages", "sector", "stage", "order"]
    list_editable = ["order"]
    list_filter = [
        *PublicRecordAdmin.list_filter,
        "sector",
        "stage",
        "kind",
        "open_to_foreign_investors",
    ]
    list_select_related = ["sector"]
    autocomplete_fields = ["sector", "public_authority", "partners", "places", "related_projects"]
    inlines = [KeyFigureInline, ProjectDocumentInline]
    fieldsets = [
        (None, {"fields": ["title", "tagline", "summary", "description", "sought_from_partners"]}),
        (
            _("Facts"),
            {
                "fields": [
                    "sector",
                    ("kind", "stage"),
                    "open_to_foreign_investors",
                    "public_authority",
                    "partners",
                    "places",
                    ("investment_volume", "currency"),
                    ("starts_on", "ends_on"),
                    "related_projects",
                    "order",
                ],
                "description": _("Leave empty what is not published: the page says so."),
            },
        ),
        (_("Image"), {"fields": picture_fields("image")}),
        PUBLICATION,
    ]


@admin.register(LocationFactor)
class LocationFactorAdmin(PublicRecordAdmin):
    section = "location"
    sheet = LocationFactorSheet
    list_display = ["title", "state", "languages", "kind", "organisation", "order"]
    list_editable = ["order"]
    list_filter = [*PublicRecordAdmin.list_filter, "kind"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation", "place"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "description"]}),
        (_("Facts"), {"fields": ["kind", "organisation", "place", "order"]}),
        (_("Image"), {"fields": picture_fields("image")}),
        PUBLICATION,
    ]
