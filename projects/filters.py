"""By what projects are filtered and sorted."""

from django.utils.translation import gettext_lazy as _

from guizhou_portal.filters.bound import Filters
from guizhou_portal.filters.facets import CodeFacet, RelatedFacet, YesNoFacet
from guizhou_portal.filters.sorts import Sort, by_name, highest_first, lowest_first

from .models import LocationFactor, Organisation, Place, Project, Sector


class ProjectFilters(Filters):
    model = Project
    facets = (
        RelatedFacet("sector", _("Sector"), Sector),
        CodeFacet("kind", _("Kind of project"), Project.Kind),
        CodeFacet("stage", _("Project stage"), Project.Stage),
        YesNoFacet("open", _("Open to investors"), "open_to_foreign_investors"),
        RelatedFacet("place", _("Place"), Place, "places", several=True),
        RelatedFacet("authority", _("Public authority"), Organisation, "public_authority"),
    )
    sorts = (
        Sort("listed", _("As arranged by the editors"), lowest_first("order")),
        Sort("title", _("By title"), by_name("title"), is_indexed=False),
        Sort("volume", _("Highest investment volume first"), highest_first("investment_volume")),
        Sort("updated", _("Changed last first"), highest_first("updated")),
    )


class LocationFilters(Filters):
    """The entries of one kind, as the editors arranged them."""

    model = LocationFactor
    sorts = (Sort("listed", _("As arranged by the editors"), lowest_first("order")),)
