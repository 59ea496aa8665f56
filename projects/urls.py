from django.urls import path

from guizhou_portal.exchange.feeds import FeedView

from . import feeds, views

app_name = "projects"

urlpatterns = [
    path("projects/", views.ProjectList.as_view(), name="project_list"),
    path("projects/feed/", FeedView.as_view(feed=feeds.PROJECTS), name="project_feed"),
    path("projects/<slug:slug>/", views.ProjectPage.as_view(), name="project"),
    path("projects/<slug:slug>.pdf", views.ProjectFactSheet.as_view(), name="project_fact_sheet"),
    path("location/", views.Location.as_view(), name="location"),
]
