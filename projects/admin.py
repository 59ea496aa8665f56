from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import (
    PUBLICATION,
    ChoicesInUseFilter,
    PartInline,
    PublicRecordAdmin,
    RecordAdmin,
)
from guizhou_portal.backoffice.forged import SoundMixin
from guizhou_portal.backoffice.lists import ListMixin
from guizhou_portal.backoffice.parallel import ParallelForm, ParallelMixin
from guizhou_portal.backoffice.pictures import picture_fields
from guizhou_portal.publishing.models import published

from .enquiries import privacy_admin  # noqa: F401  (registers its own)
from .enquiries.figures import FiguresMixin
from .models import (
    Enquiry,
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


@admin.register(Enquiry)
class EnquiryAdmin(FiguresMixin, ListMixin, ParallelMixin, SoundMixin, admin.ModelAdmin):
    form = ParallelForm
    section = "enquiries"
    list_display = ["name", "organisation", "country", "project", "state", "created"]
    list_filter = ["state", "language", ("country", ChoicesInUseFilter)]
    list_select_related = ["project"]
    search_fields = ["name", "organisation", "email", "message"]
    autocomplete_fields = ["project"]
    date_hierarchy = "created"
    readonly_fields = ["created", "updated"]

    def sees_projects(self, request):
        return self.admin_site.get_model_admin(Project).has_view_permission(request)

    def get_autocomplete_fields(self, request):
        return super().get_autocomplete_fields(request) if self.sees_projects(request) else ()

    def get_form(self, request, obj=None, **kwargs):
        """Whoever sees no drafts chooses among what the public sees, and what is chosen already."""
        form = super().get_form(request, obj, **kwargs)
        field = form.base_fields.get("project")
        if field and not self.sees_projects(request):
            chosen = obj.project_id if obj else None
            field.queryset = Project.objects.filter(published() | Q(pk=chosen))
        return form
