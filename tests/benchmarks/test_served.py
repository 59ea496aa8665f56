"""What the server does under load, beside the least Django can do: printed, never asserted.

One gunicorn worker as ``manage.py serve`` starts it. docs/benchmarks.md tells how to read it.
"""

import os
import statistics
import time
from contextlib import ExitStack

import pytest

from .figures import Table, ratios
from .load import load
from .others import OTHERS, NotInstalledError
from .rounds import TURNS, Candidate, Rounds
from .servers import Portal, constant

PAGES = {
    "home": "/en/",
    "event": "/en/events/guizhou-investment-conference-frankfurt/",
    "project": "/en/projects/traffic-cloud/",
    "contract list": "/en/contracts/",
}
#: What a long day brings one worker: the pages in all languages, and searches nobody made before.
EVERYTHING = [
    path.replace("/en/", f"/{language}/", 1)
    for path in PAGES.values()
    for language in ("de", "en", "zh-hans")
]
SEARCHES = [f"/en/search/?q=cloud+{number}" for number in range(200)]
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
STEPS = 5
PATIENCE = 600  # seconds for all those requests; without a page cache they take longer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def table(request):
    table = Table()
    yield table
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(table.printed())


@pytest.fixture(scope="module")
def portal_files(folder):
    return Portal(folder)


@pytest.fixture(scope="module")
def measured(portal_files, folder, request):
    """All candidates measured in the same rounds, and why some could not be."""
    with ExitStack() as running:
        candidates = candidates_of(
            constant=running.enter_context(constant(folder)),
            cached=running.enter_context(portal_files.served(cached=True)),
            uncached=running.enter_context(portal_files.served(cached=False)),
            forgetful=running.enter_context(portal_files.served(cached=False, remembering=False)),
        )
        missing = {}
        for product in OTHERS:
            other = product()
            try:
                server = running.enter_context(other.served())
            except NotInstalledError as error:
                missing[other.name] = str(error)
            else:
                candidates.append(Candidate(other.name, server, other.page))
        rounds = Rounds(candidates).run()
        rounds.missing = missing
        return rounds


def candidates_of(constant, cached, uncached, forgetful):
    candidates = []
    for name, path in PAGES.items():
        page = Candidate(f"cached {name}", cached, path)
        headers, size = page.check()
        candidates += [
            Candidate(f"constant {name}", constant, f"/{size}/"),
            page,
            Candidate(f"uncached {name}", uncached, path),
            Candidate(f"nothing remembered {name}", forgetful, path),
        ]
        if etag := headers.get("ETag"):
            asked = (("If-None-Match", etag),)
            candidates.append(Candidate(f"not modified {name}", cached, path, asked, status=304))
    _, _, content = cached.answer(PAGES["home"], **{"Accept-Encoding": "identity"})
    candidates.append(Candidate("constant, uncompressed", constant, f"/{len(content)}/"))
    return candidates


def compared(table, measured, name, one, other, goal):
    """A line with the ratio of requests per second at each number of connections.

    The lower one is judged. That of the processor's time for a request stands behind it: a
    machine that is busy with other things disturbs it least.
    """
    by_rate, by_cpu = [], []
    for connections in TURNS:
        ones, others = measured.loads[one, connections], measured.loads[other, connections]
        by_rate.append(ratios(ones, others, lambda load: load.rate))
        by_cpu.append(1 / ratios(ones, others, lambda load: load.cpu))
    shown = " ".join(f"{value:8.2f}" for value in (*by_rate, by_cpu[-1]))
    reached = None if goal is None else min(by_rate) >= goal
    table.add(name, shown, "" if goal is None else f"≥ {goal:g}", reached)


REMEMBERING_NOTHING = "nothing remembered"
COLUMNS = "at 1 connection, at 32, by processor time at 32"


def test_served_pages_beside_a_constant_one(measured, table):
    table.heading(f"Times the requests per second of a constant page: {COLUMNS}")
    for kind, goal in (
        ("cached", 0.9),
        ("not modified", 1.0),
        ("uncached", 0.12),
        (REMEMBERING_NOTHING, None),
    ):
        for name in PAGES:
            if (f"{kind} {name}", 1) not in measured.loads:
                table.add(f"{kind} {name}", "the page has no ETag", f"≥ {goal:g}", False)
                continue
            compared(table, measured, f"{kind} {name}", f"{kind} {name}", f"constant {name}", goal)
    plain = "constant, uncompressed"
    compared(table, measured, "constant home, size uncompressed", plain, "constant home", None)

    # A share well under 1 tells that the worker had to wait for a machine busy with other things.
    table.heading(
        "Requests per second at 1 connection and at 32; ms of processor each, share of a processor"
    )
    for one in measured.candidates:
        loads = [measured.loads[one.name, connections] for connections in TURNS]
        rates = [statistics.median(load.rate for load in each) for each in loads]
        cpu = statistics.median(load.cpu for load in loads[-1])
        shown = " ".join(f"{value:8.1f}" for value in rates)
        table.add(one.name, f"{shown} {cpu * 1000:8.2f} {cpu * rates[-1]:6.2f}")


def test_served_slowest_of_a_hundred(measured, table):
    table.heading("99th percentile at 32 connections: ms, times the median")
    for one in measured.candidates:
        loads = measured.loads[one.name, 32]
        times = statistics.median(load.p99 / load.median for load in loads)
        p99 = statistics.median(load.p99 for load in loads) * 1000
        ours = one.name.startswith(("cached", "uncached", "not modified"))
        shown = f"{p99:8.1f} {times:8.2f}"
        table.add(one.name, shown, "< 4" if ours else "", times < 4 if ours else None)


@pytest.mark.parametrize("product", OTHERS, ids=lambda product: product.name)
def test_served_beside(measured, table, product):
    if reason := measured.missing.get(product.name):
        table.heading(reason)
        pytest.skip(reason)
    table.heading(f"Times the requests per second of {product.name}{product.page}: {COLUMNS}")
    for kind, goal in (("uncached", product.uncached), ("cached", product.cached)):
        for name in PAGES:
            compared(table, measured, f"{kind} {name}", f"{kind} {name}", product.name, goal)


def test_served_memory(portal_files, table):
    table.heading("Memory of the worker in MB: RSS, PSS (its part alone of what is shared)")
    begun, requests, sizes = time.perf_counter(), 0, []
    with portal_files.served(cached=True) as server:
        for step in range(1, STEPS + 1):
            while requests < REQUESTS * step / STEPS and time.perf_counter() - begun < PATIENCE:
                # Pages that are made anew each time, beside those that may be kept.
                load(server, SEARCHES, connections=4, seconds=2)
                requests += load(server, EVERYTHING, connections=32, seconds=5).requests
            sizes.append(server.memory())
            name = f"after {requests} requests"
            table.add(name, " ".join(f"{size:8.1f}" for size in sizes[-1]), "< 150", None)
    whole = requests >= REQUESTS
    said = "" if whole else f", of {REQUESTS} wanted"
    largest = max(rss for rss, _ in sizes)
    table.add(f"largest{said}", f"{largest:8.1f}", "< 150", whole and largest < 150)
    grown = sizes[-1][0] / sizes[0][0]
    table.add("last, times first", f"{grown:8.2f}", "≤ 1.05", whole and grown <= 1.05)


def test_served_start(portal_files, table):
    table.heading("Start of a prepared portal until its first page: seconds")
    starts = []
    for _ in range(3):
        with portal_files.served(cached=True) as server:
            starts.append(server.start)
    median = statistics.median(starts)
    shown = " ".join(f"{one:8.2f}" for one in starts)
    table.add("three starts", shown, "< 3", median < 3)
