"""All addresses of the portal. The language is the first part of each public one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from events.models import Contract, Event, Official
from projects.models import Project

from . import views
from .pages.models import Page
from .pages.views import LegalPage
from .pictures.views import social_card
from .publishing.preview import shared_preview
from .publishing.views import read_only
from .search.views import Search, Suggestions
from .sitemaps import FixedPages, Published

SITEMAPS = {
    "pages": FixedPages,
    "events": Published(Event),
    "officials": Published(Official),
    "contracts": Published(Contract),
    "projects": Published(Project),
}

urlpatterns = [
    path("", views.root, name="root"),
    path("admin/", admin.site.urls),
    path("admin-language/", include("django.conf.urls.i18n")),
    path("preview/<str:token>/<str:language>/", shared_preview, name="preview"),
    path("sitemap.xml", read_only(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("media/<path:path>", views.media, name="media"),
    *i18n_patterns(
        path("", views.Home.as_view(), name="home"),
        path("search/", Search.as_view(), name="search"),
        path("search/suggestions/", Suggestions.as_view(), name="search_suggestions"),
        path("card/<slug:kind>/<slug:slug>.png", social_card, name="social_card"),
        path("", include("events.urls")),
        path("", include("projects.urls")),
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
