"""What the feeds of events and contracts hold."""

from django.utils.text import capfirst

from guizhou_portal.exchange.feeds import Feed, Term
from guizhou_portal.pages.models import Page
from guizhou_portal.templatetags.portal import translation

from .filters import ContractFilters, EventFilters
from .models import Contract


def _terms_of_event(event):
    if not event.country:
        return []
    return [Term("country", event.country.code, str(event.country.name))]


def _links_of_event(event):
    if event.starts_at is None:
        return []
    return [{"rel": "related", "type": "text/calendar", "href": event.get_calendar_url()}]


def _terms_of_contract(contract):
    terms = [
        Term("sector", sector.slug, translation(sector, "name")[0])
        for sector in contract.sectors.all()
    ]
    if contract.kind != Contract.Kind.NOT_PUBLISHED:
        terms.append(Term("kind", contract.kind, capfirst(contract.get_kind_display())))
    return terms


EVENTS = Feed(
    EventFilters,
    Page.Key.EVENTS,
    "events:event_list",
    "feeds/event.html",
    related=lambda events: events.prefetch_related("organisers"),
    terms=_terms_of_event,
    links=_links_of_event,
)

CONTRACTS = Feed(
    ContractFilters,
    Page.Key.CONTRACTS,
    "events:contract_list",
    "feeds/contract.html",
    related=lambda contracts: contracts.for_page(),
    terms=_terms_of_contract,
)
