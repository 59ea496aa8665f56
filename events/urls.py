from django.urls import path

from guizhou_portal.exchange.feeds import FeedView

from . import feeds, views

app_name = "events"

urlpatterns = [
    path("events/", views.EventList.as_view(), name="event_list"),
    path("events.ics", views.EventsCalendar.as_view(), name="calendar"),
    path("events/feed/", FeedView.as_view(feed=feeds.EVENTS), name="event_feed"),
    path("events/<slug:slug>/", views.EventPage.as_view(), name="event"),
    path("events/<slug:slug>.ics", views.EventCalendar.as_view(), name="event_calendar"),
    path("events/<slug:slug>.pdf", views.EventFactSheet.as_view(), name="event_fact_sheet"),
    path("officials/", views.OfficialList.as_view(), name="official_list"),
    path("officials/<slug:slug>/", views.OfficialPage.as_view(), name="official"),
    path("contracts/", views.ContractList.as_view(), name="contract_list"),
    path("contracts/feed/", FeedView.as_view(feed=feeds.CONTRACTS), name="contract_feed"),
    path("contracts/<slug:slug>/", views.ContractPage.as_view(), name="contract"),
    path(
        "contracts/<slug:slug>.pdf", views.ContractFactSheet.as_view(), name="contract_fact_sheet"
    ),
]
