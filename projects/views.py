from django.views.generic import ListView

from guizhou_portal.exchange.fact_sheets.views import FactSheet
from guizhou_portal.filters.views import FilteredListMixin
from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView

from .fact_sheets import project_sheet
from .filters import ProjectFilters
from .models import LocationFactor, Project


class ProjectList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = ProjectFilters
    page_key = Page.Key.PROJECTS
    paginate_by = 24


class ProjectPage(PublishedDetailView):
    model = Project

    def get_queryset(self):
        return super().get_queryset().for_page()


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
