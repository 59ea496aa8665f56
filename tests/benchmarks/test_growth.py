"""Pages with a hundred, ten thousand and a hundred thousand records of each kind: printed, never
asserted. On PostgreSQL with ``DATABASE_URL`` and ``ARGS=--migrations``.
"""

import os
import time
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from events.models import Event
from projects.models import Sector

from . import growing

SIZES = (100, 10_000, 100_000)
ROUNDS = 4
PUBLIC = {
    "home": "",
    "data": "data/",
    "reference of the API": "data/api/",
    "events": "events/",
    "events, page 3": "events/?page=3",
    "an event": "events/event-4/",
    "officials": "officials/",
    "officials, an organisation's": "officials/?organisation=organisation-7",
    "an official": "officials/official-7/",
    "contracts": "contracts/",
    "contracts, page 3": "contracts/?page=3",
    "contracts, oldest first": "contracts/?sort=oldest",
    "contracts, highest value first": "contracts/?sort=value",
    "contracts, of an event": "contracts/?event=event-4",
    "a contract": "contracts/contract-7/",
    "projects": "projects/",
    "projects, open": "projects/?open=yes",
    "projects, of a place": "projects/?place=place-7",
    "a project": "projects/project-8/",
    "location": "location/",
    "location, one kind": "location/data_centre/",
    "feed of contracts": "contracts/feed/",
    "feed of events": "events/feed/",
    "calendar of all events": "events.ics",
    "API, contracts": "/api/v1/contracts/",
    "API, projects": "/api/v1/projects/",
    "API, an organisation": "/api/v1/organisations/organisation-7/",
    "sitemap": "/sitemap.xml",
    "sitemap, a part": "/sitemap-contracts.xml?p=1",
}
ADMIN = {
    f"back office, {name}": f"/admin/{path}"
    for name, path in {
        "overview": "",
        "events": "events/event/",
        "form of an event": "events/event/{event}/change/",
        "officials": "events/official/",
        "contracts": "events/contract/",
        "contracts by title": "events/contract/?o=1",
        "contracts, middle": "events/contract/?p={middle}",
        "contracts, last": "events/contract/?p={last}",
        "projects": "projects/project/",
        "location": "projects/locationfactor/",
        "enquiries": "projects/enquiry/",
        "enquiries, middle": "projects/enquiry/?p={middle}",
    }.items()
}
#: Of a hundred records, what is narrowed shows a few: it is another page than the full one it
#: becomes. It is compared with all of the hundred.
NARROWED = {
    "events": {
        "events, one country": "events/?country=CN",
        "events, one year": "events/?year=2015",
        "events, past": "events/?time=past",
        "events, past, one country": "events/?time=past&country=CN",
    },
    "contracts": {
        "contracts, one kind": "contracts/?kind=framework",
        "contracts, one status": "contracts/?status=in_force",
        "contracts, one year": "contracts/?year=2015",
        "contracts, one sector": "contracts/?sector={sector}",
        "contracts, one country": "contracts/?country=CH",
        "contracts, kind and status": "contracts/?kind=framework&status=in_force",
        "contracts, a kind in a year": "contracts/?kind=framework&year=2013",
        "contracts, a country in a year": "contracts/?country=CH&year=2013",
        "contracts, sector and country": "contracts/?sector={sector}&country=CH",
        "contracts, by a word of all": "contracts/?q=contract",
        "contracts, the same, one kind": "contracts/?q=contract&kind=framework",
        "contracts, by a number": "contracts/?q=77",
    },
    "projects": {
        "projects, one kind": "projects/?kind=ppp",
        "projects, one sector": "projects/?sector={sector}",
        "projects, one kind, open": "projects/?kind=ppp&open=yes",
    },
    "feed of contracts": {
        "feed of contracts, one kind": "contracts/feed/?kind=framework",
        "feed of contracts, one sector": "contracts/feed/?sector={sector}",
    },
    "back office, contracts": {
        "back office, contracts, searched": "/admin/events/contract/?q=contract+77",
    },
    "back office, enquiries": {
        "back office, enquiries, new": "/admin/projects/enquiry/?state=new",
    },
}
#: The first page after those with numbers.
AFTER = "contracts, after page 50"
#: ``{name: name of what it is compared with}``.
BASE = {AFTER: "contracts"} | {name: base for base, some in NARROWED.items() for name in some}


def processor_seconds():
    """What this process and the database's have worked, however busy the machine is."""
    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        worked = Path(f"/proc/{pid}/schedstat")
        if worked.exists():  # the server is on this machine
            seconds += int(worked.read_text().split()[0]) / 1e9
    return seconds


def milliseconds(client, path):
    times = []
    for _ in range(ROUNDS):
        cache.clear()
        start = processor_seconds()
        assert client.get(path).status_code == 200, path
        times.append(1000 * (processor_seconds() - start))
    return min(times)


def measured(client, size):
    pages = PUBLIC | ADMIN
    for narrowed in NARROWED.values():
        pages |= narrowed
    values = {
        "sector": Sector.objects.order_by("pk").first().slug,
        "event": Event.objects.get(slug="event-4").pk,
        "middle": max(size // 100, 1),
        "last": max(size // 50 * 3 // 4, 1),  # a quarter of all enquiries is spam
    }
    found = {
        name: milliseconds(client, (path if path[:1] == "/" else f"/de/{path}").format(**values))
        for name, path in pages.items()
    }
    if size > SIZES[0]:
        page = client.get("/de/contracts/?page=50").content.decode()
        cursor = page.split("?cursor=")[1].split('"')[0]
        found[AFTER] = milliseconds(client, f"/de/contracts/?cursor={cursor}")
    return found


# PostgreSQL looks up in indexes alone only what was committed and cleaned up after.
@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_pages_from_a_hundred_to_a_hundred_thousand_records(client, capsys, settings):
    sizes = SIZES[: int(os.environ.get("GROWTH_STEPS", len(SIZES)))]
    settings.REQUIRE_2FA = False
    client.force_login(get_user_model().objects.create_superuser("bench", "", "x"))
    growing.begin()
    found, first = {}, 1
    for size in sizes:
        if size > first * growing.FEW:
            growing.grow(first, size // growing.FEW)
            first = size // growing.FEW
        growing.settle()
        client.get("/de/")
        found[size] = measured(client, size)
    with capsys.disabled():
        print(
            f"\n{connection.vendor}; milliseconds of processor time; times the smallest;"
            " what is narrowed: times all of a hundred"
        )
        print(f"{'page':32}", *(f"{size:>9,}" for size in sizes))
        for name in found[sizes[-1]]:
            row = [found[size].get(name) for size in sizes]
            base = found[sizes[0]][BASE.get(name, name)]
            cells = [f"{one:9.1f}" if one else f"{'–':>9}" for one in row]
            print(f"{name:32}", *cells, *(f"{one / base:6.2f}" for one in row[1:] if one))
