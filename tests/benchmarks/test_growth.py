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

from projects.models import Sector

from . import growing

SIZES = (100, 10_000, 100_000)
ROUNDS = 4
PUBLIC = {
    "home": "",
    "events": "events/",
    "events, page 3": "events/?page=3",
    "events, one country": "events/?country=CN",
    "an event": "events/event-4/",
    "officials": "officials/",
    "officials, an organisation's": "officials/?organisation=organisation-7",
    "an official": "officials/official-7/",
    "contracts": "contracts/",
    "contracts, page 3": "contracts/?page=3",
    "contracts, oldest first": "contracts/?sort=oldest",
    "contracts, one kind": "contracts/?kind=framework",
    "contracts, one sector": "contracts/?sector={sector}",
    "contracts, one country": "contracts/?country=CH",
    "contracts, one year": "contracts/?year=2015",
    "contracts, kind and status": "contracts/?kind=framework&status=in_force",
    "contracts, a country in a year": "contracts/?country=CH&year=2013",
    "contracts, by a word of all": "contracts/?q=contract",
    "contracts, of an event": "contracts/?event=event-4",
    "a contract": "contracts/contract-7/",
    "projects": "projects/",
    "projects, one kind": "projects/?kind=ppp",
    "projects, open": "projects/?open=yes",
    "a project": "projects/project-8/",
    "location": "location/",
    "data": "data/",
    "feed of contracts": "contracts/feed/",
    "calendar of all events": "events.ics",
    "API, contracts": "/api/v1/contracts/",
    "location, one kind": "location/data_centre/",
    "sitemap": "/sitemap.xml",
    "sitemap, a part": "/sitemap-contracts.xml?p=1",
}
ADMIN = {
    f"back office, {name}": f"/admin/{path}"
    for name, path in {
        "overview": "",
        "events": "events/event/",
        "officials": "events/official/",
        "contracts": "events/contract/",
        "contracts by title": "events/contract/?o=1",
        "contracts, searched": "events/contract/?q=contract+77",
        "contracts, middle": "events/contract/?p={middle}",
        "contracts, last": "events/contract/?p={last}",
        "projects": "projects/project/",
        "location": "projects/locationfactor/",
        "enquiries": "projects/enquiry/",
        "enquiries, middle": "projects/enquiry/?p={middle}",
        "enquiries, new": "projects/enquiry/?state=new",
    }.items()
}
#: The first page after those with numbers.
AFTER = "contracts, after page 50"


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
    pages = {name: path if path[:1] == "/" else f"/de/{path}" for name, path in PUBLIC.items()}
    values = {
        "sector": Sector.objects.order_by("pk").first().slug,
        "middle": max(size // 100, 1),
        "last": max(size // 50 * 3 // 4, 1),  # a quarter of all enquiries is spam
    }
    found = {
        name: milliseconds(client, path.format(**values)) for name, path in (pages | ADMIN).items()
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
        print(f"\n{connection.vendor}; milliseconds of processor time; times the smallest")
        print(f"{'page':32}", *(f"{size:>9,}" for size in sizes))
        for name in found[sizes[-1]]:
            row = [found[size].get(name) for size in sizes]
            base = next(filter(None, row))
            cells = [f"{one:9.1f}" if one else f"{'–':>9}" for one in row]
            print(f"{name:32}", *cells, *(f"{one / base:6.2f}" for one in row[1:] if one))
