"""By which of their texts the records of this app are found, and how they look as results."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guizhou_portal.search.declared import declare
from guizhou_portal.search.results import present

from .models import LocationFactor, Organisation, Place, Project, Sector

declare(Sector, ["name"], ["description"])
declare(Place, ["name"])
declare(Organisation, ["name", "short_name"], ["city", "description"])
declare(
    Project,
    ["title"],
    ["tagline", "summary", "description", "sought_from_partners", "documents__title"],
    names=["sector", "public_authority", "partners", "places"],
)
present(
    Project,
    number=1,
    name="project",
    heading=_("Projects"),
    texts=["summary", "description", "tagline", "sought_from_partners"],
    listing="projects:project_list",
    records=lambda: Project.objects.published().select_related("sector"),
    note=lambda project: (project.sector, "name"),
    examples="sector__name",
)
declare(LocationFactor, ["title"], ["summary", "description"], names=["organisation", "place"])
present(
    LocationFactor,
    number=6,
    name="location",
    heading=pgettext_lazy("menu", "Location"),
    texts=["summary", "description"],
    listing="projects:location",
    note=lambda factor: LocationFactor.Kind(factor.kind).heading,
)
