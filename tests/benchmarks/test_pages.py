"""How much slower a page gets as it shows more: ratios measured in one run, never asserted."""

import statistics
import time

import pytest

from events.models import Event
from tests.factories import full_event

PAGES = [
    "/de/",
    "/de/events/",
    "/de/officials/",
    "/de/contracts/",
    "/de/projects/",
    "/de/location/",
]
ROUNDS = 15


def seconds(client, path):
    """The median time of one request to ``path``."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(path).status_code == 200
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@pytest.mark.django_db
def test_pages_at_thirty_records_against_one(client, capsys):
    event = full_event(1)
    paths = [*PAGES, event.get_absolute_url()]
    plain = seconds(client, "/healthz")
    one = {path: seconds(client, path) for path in paths}
    Event.objects.update(publication="draft")
    many = {**dict.fromkeys(PAGES), full_event(30).get_absolute_url(): None}
    thirty = [seconds(client, path) for path in many]
    with capsys.disabled():
        print("\npage, times an empty answer at 1 record, times itself at 30 records")
        for (path, first), later in zip(one.items(), thirty, strict=True):
            print(f"{path:40} {first / plain:6.1f} {later / first:6.1f}")
