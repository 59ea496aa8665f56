"""No page asks the database more because it shows more.

None asks more than nine times, and a list twice for each thing it can be narrowed by besides.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.filters import ContractFilters, EventFilters, OfficialFilters
from events.models import Contract, Official
from projects.filters import ProjectFilters
from projects.models import Project

from .factories import PhotoFactory, full_event

MOST = 9
FACETS = {
    "events": EventFilters.facets,
    "officials": OfficialFilters.facets,
    "contracts": ContractFilters.facets,
    "projects": ProjectFilters.facets,
}


def queries(client, path):
    client.get(path)  # content types and the like are remembered after the first time
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200
    return len(captured)


def pages(event):
    return {
        "home": "/en/",
        "events": "/en/events/",
        "event": f"/en/events/{event.slug}/",
        "officials": "/en/officials/",
        "official": f"/en/officials/{Official.objects.order_by('pk').first().slug}/",
        "contracts": "/en/contracts/",
        "contract": f"/en/contracts/{Contract.objects.order_by('pk').first().slug}/",
        "projects": "/en/projects/",
        "project": f"/en/projects/{Project.objects.order_by('pk').first().slug}/",
        "location": "/en/location/",
        "imprint": "/en/imprint/",
    }


def counts(client, event):
    return {name: queries(client, path) for name, path in pages(event).items()}


def test_queries_are_the_same_at_one_three_and_thirty_records(db, client):
    from events.models import Event

    one = full_event(1)
    PhotoFactory(event=one)
    at_one = counts(client, one)
    for name, number in at_one.items():
        assert number <= MOST + 2 * len(FACETS.get(name, ())), (name, number)
    Event.objects.all().update(publication="draft")
    three = full_event(3)
    PhotoFactory(event=three)
    at_three = counts(client, three)
    Event.objects.all().update(publication="draft")
    thirty = full_event(30)
    for _ in range(3):
        PhotoFactory(event=thirty)
    assert counts(client, thirty) == at_three == at_one


@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/en/nothing/"])
def test_pages_about_no_record_need_no_database(client, path):
    assert client.get(path).status_code in (200, 404)  # no database fixture: a query would fail
