from django.views.generic import ListView, TemplateView

from guizhou_portal.exchange.fact_sheets.views import FactSheet
from guizhou_portal.filters.views import FilteredListMixin
from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView, ReadOnlyMixin
from guizhou_portal.sharing.embeds import EmbeddedCard

from .comparison import Comparison
from .fact_sheets import project_sheet
from .facts import BRIEF
from .filters import ProjectFilters
from .models import LocationFactor, Project
from .shortlist import Shortlist


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


class Location(PageTextMixin, ListView):
    page_key = Page.Key.LOCATION
    template_name = "projects/location.html"

    def get_queryset(self):
        return LocationFactor.objects.published().for_page()

    def get_context_data(self, **kwargs):
        factors = self.object_list
        places = factors.by_place()
        return super().get_context_data(
            groups=factors.by_kind(), places=places, about=places, **kwargs
        )
