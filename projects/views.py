from django.views.generic import ListView

from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView

from .models import LocationFactor, Project


class ProjectList(PageTextMixin, ListView):
    page_key = Page.Key.PROJECTS
    paginate_by = 24

    def get_queryset(self):
        return Project.objects.published().for_cards()


class ProjectPage(PublishedDetailView):
    model = Project

    def get_queryset(self):
        return super().get_queryset().for_page()


class Location(PageTextMixin, ListView):
    page_key = Page.Key.LOCATION
    template_name = "projects/location.html"

    def get_queryset(self):
        return LocationFactor.objects.published().for_page()

    def get_context_data(self, **kwargs):
        factors = self.object_list
        return super().get_context_data(
            groups=factors.by_kind(), places=factors.by_place(), **kwargs
        )
