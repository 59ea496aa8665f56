from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import ListView

from guizhou_portal.exchange.fact_sheets.views import FactSheet
from guizhou_portal.filters.views import FilteredListMixin
from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView

from .calendar import calendar_of
from .fact_sheets import contract_sheet, event_sheet
from .filters import ContractFilters, EventFilters, OfficialFilters
from .models import Contract, Event, Official


class EventList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = EventFilters
    page_key = Page.Key.EVENTS
    paginate_by = 24


class EventPage(PublishedDetailView):
    model = Event

    def get_queryset(self):
        return super().get_queryset().for_page()


class EventCalendar(PublishedDetailView):
    """The event as an iCalendar file; there is none while its date is not published."""

    model = Event
    address = "get_calendar_url"

    def render_to_response(self, context):
        if self.object.starts_at is None:
            raise Http404(
                _("The date of this event is not published, so it has no calendar entry.")
            )
        response = HttpResponse(
            calendar_of(
                self.object, self.request.build_absolute_uri(self.object.get_absolute_url())
            ),
            content_type="text/calendar; charset=utf-8",
        )
        response["Content-Disposition"] = f'attachment; filename="{self.object.slug}.ics"'
        return response


class EventFactSheet(FactSheet):
    model = Event
    sheet_of = staticmethod(event_sheet)


class OfficialList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = OfficialFilters
    page_key = Page.Key.OFFICIALS
    paginate_by = 24


class OfficialPage(PublishedDetailView):
    model = Official

    def get_queryset(self):
        return super().get_queryset().for_page()


class ContractList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = ContractFilters
    page_key = Page.Key.CONTRACTS
    paginate_by = 24


class ContractPage(PublishedDetailView):
    model = Contract

    def get_queryset(self):
        return super().get_queryset().for_page()


class ContractFactSheet(FactSheet):
    model = Contract
    sheet_of = staticmethod(contract_sheet)
