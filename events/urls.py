from django.urls import path

from . import views

app_name = "events"

urlpatterns = [
    path("events/", views.EventList.as_view(), name="event_list"),
    path("events.ics", views.EventsCalendar.as_view(), name="calendar"),
    path("events/<slug:slug>/", views.EventPage.as_view(), name="event"),
    path("events/<slug:slug>.ics", views.EventCalendar.as_view(), name="event_calendar"),
    path("officials/", views.OfficialList.as_view(), name="official_list"),
    path("officials/<slug:slug>/", views.OfficialPage.as_view(), name="official"),
    path("contracts/", views.ContractList.as_view(), name="contract_list"),
    path("contracts/<slug:slug>/", views.ContractPage.as_view(), name="contract"),
]
