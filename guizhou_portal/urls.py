"""All addresses of the portal. The language is the first part of each public one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from events.filters import ContractFilters, EventFilters, OfficialFilters
from events.models import Contract, Event, Official
from projects.filters import ProjectFilters
from projects.models import LocationFactor, Project

from . import views
from .exchange import sitemaps
from .exchange.manifest import manifest
from .exchange.oc4ids import views as oc4ids
from .exchange.well_known import robots, security_txt
from .pages.models import Page
from .pages.views import LegalPage
from .pictures.views import social_card
from .publishing.preview import shared_preview
from .publishing.views import read_only
from .search.views import Search, Suggestions

SITEMAP = {
    "records": {
        "events": Event,
        "officials": Official,
        "contracts": Contract,
        "projects": Project,
    },
    "shown": {
        Page.Key.HOME: (Event, Contract, Project, LocationFactor),
        Page.Key.EVENTS: (Event,),
        Page.Key.OFFICIALS: (Official,),
        Page.Key.CONTRACTS: (Contract,),
        Page.Key.PROJECTS: (Project,),
        Page.Key.LOCATION: (LocationFactor,),
        Page.Key.DATA: (Event, Official, Contract, Project, LocationFactor),
    },
}
FILTERS = (ContractFilters, EventFilters, OfficialFilters, ProjectFilters)

urlpatterns = [
    path("", views.root, name="root"),
    path("admin/language/", include("django.conf.urls.i18n")),  # its cookie is the back office's
    path("admin/", admin.site.urls),
    path("preview/<str:token>/<str:language>/", shared_preview, name="preview"),
    path("sitemap.xml", sitemaps.whole, SITEMAP, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.part, SITEMAP, name="sitemap_part"),
    path("robots.txt", robots, {"filters": FILTERS}, name="robots"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path(
        "security.txt",
        read_only(RedirectView.as_view(pattern_name="security_txt", permanent=True)),
    ),
    path("favicon.ico", views.favicon),
    path("media/<path:path>", views.media, name="media"),
    path("api/v1/oc4ids.json", oc4ids.all_projects, name="oc4ids"),
    path("api/v1/projects/<slug:slug>/oc4ids.json", oc4ids.one_project, name="oc4ids_project"),
    path("api/", include("guizhou_portal.exchange.api.urls")),
    *i18n_patterns(
        path("", views.Home.as_view(), name="home"),
        path("search/", Search.as_view(), name="search"),
        path("search/suggestions/", Suggestions.as_view(), name="search_suggestions"),
        path("manifest.webmanifest", manifest, name="manifest"),
        path("card/<slug:kind>/<slug:slug>.png", social_card, name="social_card"),
        path("", include("events.urls")),
        path("", include("projects.urls")),
        path("", include("guizhou_portal.exchange.data_page.urls")),
        path("imprint/", LegalPage.as_view(page_key=Page.Key.IMPRINT), name="imprint"),
        path("privacy/", LegalPage.as_view(page_key=Page.Key.PRIVACY), name="privacy"),
        path(
            "accessibility/",
            LegalPage.as_view(page_key=Page.Key.ACCESSIBILITY),
            name="accessibility",
        ),
    ),
]

handler403 = "guizhou_portal.views.permission_denied"
handler500 = "guizhou_portal.views.server_error"
