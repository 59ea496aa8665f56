from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from guizhou_portal.context import with_query
from guizhou_portal.exchange.answers import conditional, latest_change
from guizhou_portal.exchange.fact_sheets.views import FactSheet
from guizhou_portal.exchange.words import title_of_list
from guizhou_portal.filters.views import FilteredListMixin
from guizhou_portal.pages.models import Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import PublishedDetailView, ReadOnlyMixin
from guizhou_portal.sharing.embeds import EmbeddedCard

from .calendar import CONTENT_TYPE, calendar_of, calendar_of_all, words_for_left_out
from .calendar_services import calendar_links
from .fact_sheets import contract_sheet, event_sheet
from .filters import ContractFilters, EventFilters, OfficialFilters
from .models import Contract, Event, Official

#: So many events are in the calendar of all, the latest: programs ask for the whole of it.
IN_CALENDAR = 500


class EventList(FilteredListMixin, PageTextMixin, ListView):
    filters_class = EventFilters
    page_key = Page.Key.EVENTS
    paginate_by = 24

    def get_context_data(self, **kwargs):
        left_out = self.filters.narrowed(self.records).undated().count()
        return super().get_context_data(left_out=words_for_left_out(left_out), **kwargs)


class EventPage(PublishedDetailView):
    model = Event

    def get_queryset(self):
        return super().get_queryset().for_page()

    def get_context_data(self, **kwargs):
        page = self.request.build_absolute_uri(self.object.get_absolute_url())
        return super().get_context_data(calendar_links=calendar_links(self.object, page), **kwargs)


class EventEmbed(EmbeddedCard):
    """The programme."""

    model = Event

    def get_queryset(self):
        return super().get_queryset().with_programme()


class EventCalendar(PublishedDetailView):
    """The event as an iCalendar file; there is none while its date is not published."""

    model = Event
    address = "get_calendar_url"

    @property
    def with_programme(self):
        return self.request.GET.get("programme") == "1"

    def asked(self):
        return (self.with_programme,)

    def get_queryset(self):
        events = super().get_queryset()
        return events.prefetch_related("programme") if self.with_programme else events

    def render_to_response(self, context):
        event, absolute = self.object, self.request.build_absolute_uri
        if event.starts_at is None:
            raise Http404(
                _("The date of this event is not published, so it has no calendar entry.")
            )
        self.request.kept_query = "programme=1" if self.with_programme else ""
        content = calendar_of(
            event,
            absolute(event.get_absolute_url()),
            source=absolute(with_query(event.get_calendar_url(), self.request.kept_query)),
            with_programme=self.with_programme,
        )
        # The event does not know when an item of its programme was changed.
        changed = None if self.with_programme else event.updated
        response = conditional(self.request, content, CONTENT_TYPE, changed)
        response["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
        return response


class EventsCalendar(ReadOnlyMixin, View):
    """All events whose date is published, to subscribe to; narrowed like their list."""

    def get(self, request):
        # Asked first: what changes while the events are read must not count as sent.
        changed = latest_change(Event)
        filters = EventFilters(request.GET)
        query = request.kept_query = filters.query_of_records
        events = filters.narrowed(Event.objects.published())
        dated = events.dated().order_by("-starts_at", "-pk")[:IN_CALENDAR]
        undated = events.undated().count()
        request.finds_nothing = not dated and not undated
        absolute = request.build_absolute_uri
        content = calendar_of_all(
            [(event, absolute(event.get_absolute_url())) for event in reversed(dated)],
            name=title_of_list(Page.texts(Page.Key.EVENTS)[Page.Key.EVENTS].title, filters),
            page=absolute(with_query(reverse("events:event_list"), query)),
            source=absolute(with_query(request.path, query)),
            left_out=undated,
        )
        response = conditional(request, content, CONTENT_TYPE, changed)
        response["Content-Disposition"] = 'attachment; filename="guizhou-portal.ics"'
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
