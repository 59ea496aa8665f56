from django.urls import path

from guizhou_portal.exchange.feeds import FeedView

from . import feeds, views
from .enquiries import views as enquiry_pages

app_name = "projects"

urlpatterns = [
    path("projects/", views.ProjectList.as_view(), name="project_list"),
    path("projects/feed/", FeedView.as_view(feed=feeds.PROJECTS), name="project_feed"),
    path("projects/<slug:slug>/", views.ProjectPage.as_view(), name="project"),
    path("projects/<slug:slug>/embed/", views.ProjectEmbed.as_view(), name="project_embed"),
    path("compare/", views.ComparisonPage.as_view(), name="comparison"),
    path("shortlist/", views.ShortlistPage.as_view(), name="shortlist"),
    path("projects/<slug:slug>.pdf", views.ProjectFactSheet.as_view(), name="project_fact_sheet"),
    path("enquiry/", enquiry_pages.EnquiryPage.as_view(), name="enquiry"),
    path("enquiry/thanks/", enquiry_pages.Thanks.as_view(), name="enquiry_thanks"),
    path(
        "projects/<slug:slug>/enquiry/",
        enquiry_pages.ProjectEnquiryPage.as_view(),
        name="project_enquiry",
    ),
    path("location/<str:kind>/", views.LocationKind.as_view(), name="location_kind"),
    path("location/", views.Location.as_view(), name="location"),
]
