"""By what events, officials and contracts are filtered and sorted."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guizhou_portal.filters.bound import Filters
from guizhou_portal.filters.facets import (
    UNKNOWN,
    CodeFacet,
    CountryFacet,
    RelatedFacet,
    YearFacet,
)
from guizhou_portal.filters.sorts import Sort, by_name, highest_first, lowest_first
from projects.models import Organisation, Sector

from .models import Contract, ContractParty, Event, Official


class Time(models.TextChoices):
    UPCOMING = "upcoming", _("upcoming")
    PAST = "past", _("past")
    UNKNOWN = UNKNOWN, _("date not published")


def times():
    """The same rule as :attr:`Event.is_upcoming`, as conditions."""
    now = timezone.now()
    return {
        Time.UPCOMING: Q(ends_at__gte=now) | Q(ends_at__isnull=True, starts_at__gte=now),
        Time.PAST: Q(ends_at__lt=now) | Q(ends_at__isnull=True, starts_at__lt=now),
        Time.UNKNOWN: Q(ends_at__isnull=True, starts_at__isnull=True),
    }


def time_of_event():
    return Case(*(When(condition, then=Value(time)) for time, condition in times().items()))


def country_of_partner():
    """The same rule as :attr:`ContractParty.home_country`."""
    return Coalesce(NullIf("parties__country", Value("")), "parties__organisation__country")


OF_PARTNER = Q(parties__side=ContractParty.Side.PARTNER)


class EventFilters(Filters):
    model = Event
    facets = (
        CodeFacet("time", _("When"), Time, time_of_event, times),
        YearFacet("year", _("Year"), "starts_at"),
        CountryFacet("country", _("Country"), "country"),
    )
    sorts = (
        Sort("newest", _("Newest first"), highest_first("starts_at")),
        Sort("oldest", _("Oldest first"), lowest_first("starts_at")),
        Sort("title", _("By title"), by_name("title"), is_indexed=False),
    )


class OfficialFilters(Filters):
    model = Official
    facets = (
        RelatedFacet("organisation", _("Organisation"), Organisation),
        RelatedFacet(
            "event", _("Event"), Event, "appearances__programme_item__event", several=True
        ),
    )
    sorts = (
        Sort("name", _("By family name"), lambda: ["family_name", "name"]),
        Sort("updated", _("Changed last first"), highest_first("updated")),
    )


class ContractFilters(Filters):
    model = Contract
    facets = (
        CountryFacet(
            "country",
            _("Country of the partner"),
            country_of_partner,
            OF_PARTNER,
            several=True,
            paths={
                "parties__country": OF_PARTNER & Q(parties__country__gt=""),
                "parties__organisation__country": OF_PARTNER & Q(parties__country=""),
            },
        ),
        RelatedFacet("sector", _("Sector"), Sector, "sectors", several=True),
        CodeFacet("kind", _("Kind of contract"), Contract.Kind),
        CodeFacet("status", _("Status"), Contract.Status),
        RelatedFacet("event", _("Signed at"), Event),
        YearFacet("year", _("Year of signing"), "signed_on"),
    )
    sorts = (
        Sort("newest", _("Newest first"), highest_first("signed_on")),
        Sort("oldest", _("Oldest first"), lowest_first("signed_on")),
        Sort("value", _("Highest contract value first"), highest_first("value")),
        Sort("title", _("By title"), by_name("title"), is_indexed=False),
    )
