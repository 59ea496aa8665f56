from django.http import Http404
from django.views.generic import ListView, TemplateView

from guizhou_portal.exchange.fact_sheets.views import FactSheet
from guizhou_portal.filters.views import FilteredListMixin
from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView, ReadOnlyMixin, RememberedListMixin
from guizhou_portal.sharing.embeds import EmbeddedCard

from .comparison import Comparison
from .fact_sheets import project_sheet
from .facts import BRIEF
from .filters import LocationFilters, ProjectFilters
from .models import LocationFactor, Project
from .models.location import by_place
from .shortlist import Shortlist

#: So many location factors of a kind stand on one page.
MOST_OF_A_KIND = 18


class ProjectList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = ProjectFilters
    page_key = Page.Key.PROJECTS
    paginate_by = 24


class ProjectPage(PublishedDetailView):
    model = Project

    def get_queryset(self):
        return super().get_queryset().for_page()


class ProjectEmbed(EmbeddedCard):
    model = Project

    def get_queryset(self):
        return super().get_queryset().for_cards()


class ComparisonPage(ReadOnlyMixin, TemplateView):
    template_name = "projects/comparison.html"

    def get_context_data(self, **kwargs):
        comparison = Comparison(self.request.GET)
        self.request.kept_query = comparison.query
        return super().get_context_data(comparison=comparison, noindex=True, **kwargs)


class ShortlistPage(ReadOnlyMixin, TemplateView):
    template_name = "projects/shortlist.html"

    def get_context_data(self, **kwargs):
        shortlist = Shortlist(self.request.GET)
        self.request.kept_query = shortlist.query
        return super().get_context_data(
            shortlist=shortlist,
            facts=BRIEF,
            noindex=True,
            **kwargs,
        )


class ProjectFactSheet(FactSheet):
    model = Project
    sheet_of = staticmethod(project_sheet)


class Location(RememberedListMixin, PageTextMixin, ListView):
    """What the province offers: of each kind the first entries, with the way to the others."""

    page_key = Page.Key.LOCATION
    template_name = "projects/location.html"

    def get_queryset(self):
        return LocationFactor.objects.published().for_page().first_of_each_kind(MOST_OF_A_KIND + 1)

    def get_context_data(self, **kwargs):
        groups = self.object_list.by_kind()
        shown = [(kind, factors[:MOST_OF_A_KIND]) for kind, factors in groups]
        places = by_place(factor for _kind, factors in shown for factor in factors)
        return super().get_context_data(
            groups=shown,
            more=[kind for kind, factors in groups if len(factors) > MOST_OF_A_KIND],
            places=places,
            about=places,
            **kwargs,
        )


class LocationKind(FilteredListMixin, PageTextMixin, ListView):
    """All entries of a kind, page by page."""

    filters_class = LocationFilters
    page_key = Page.Key.LOCATION
    template_name = "projects/location_kind.html"
    paginate_by = MOST_OF_A_KIND

    def get_records(self):
        if self.kwargs["kind"] not in LocationFactor.Kind.values:
            raise Http404
        return super().get_records().filter(kind=self.kwargs["kind"])

    def get_context_data(self, **kwargs):
        kind = LocationFactor.Kind(self.kwargs["kind"])
        return super().get_context_data(kind=kind, **kwargs)
