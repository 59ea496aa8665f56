"""Figures for Prometheus at ``/metrics``, for whoever knows the token; see docs/observability.md.

Nothing of it costs anything while ``METRICS_TOKEN`` is not set: the library is not even loaded.
"""

import hmac
import os
import shutil
import tempfile
import time
from functools import cache
from resource import getpagesize
from types import SimpleNamespace

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error as AnyError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils.module_loading import autodiscover_modules

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
MEASURED_EVERY = 10  # seconds, the memory of a process
KEPT = "kept"  # the route of a page that no view was asked for
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own variable
#: ``{name: (what it is, function)}`` of numbers that are counted when somebody asks.
_counted_on_demand = {}
_measured = 0.0  # when this process last was


def counted_on_demand(name, what):
    """Declare the gauge ``name``: the function returns a number, or None if there is none.

    Such functions stand in the module ``metrics`` of an app, which is loaded when first needed.
    """

    def declare(function):
        _counted_on_demand[name] = (what, function)
        return function

    return declare


@cache
def figures():
    """What is counted as it happens, by all processes together."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()
    return SimpleNamespace(
        registry=registry,
        requests=Histogram(
            "portal_request_seconds",
            "Time to answer, by method, route and class of status",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        ),
        pages=Counter(
            "portal_pages",
            "Answers with the page cache: hit, renewing, old, stored, miss",
            ["outcome"],
            registry=registry,
        ),
        statements=Counter(
            "portal_database_statements", "Statements sent to the database", registry=registry
        ),
        database=Counter(
            "portal_database_seconds", "Time the database took for them", registry=registry
        ),
        memory=Gauge(
            "portal_process_resident_bytes",
            "Resident memory of each server process",
            multiprocess_mode="liveall",
            registry=registry,
        ),
    )


def middleware(get_response):
    """Counts each request and answers ``/metrics``. Not there without ``METRICS_TOKEN``."""
    if not settings.METRICS_TOKEN:
        raise MiddlewareNotUsed
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    counted = figures()

    def respond(request):
        if request.path_info == "/metrics":
            given = request.META.get("HTTP_AUTHORIZATION", "").encode(errors="replace")
            if hmac.compare_digest(given, wanted):
                return page(request)
        begun = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - begun
        count(request.method, route(request, response), response.status_code, seconds)
        if outcome := response.headers.get("Cache-Status", "").removeprefix("portal; "):
            counted.pages.labels(outcome.rpartition("=")[2].rpartition("; ")[2]).inc()
        if (watch := getattr(request, "queries", None)) and watch.number:
            counted.statements.inc(watch.number)
            counted.database.inc(watch.seconds)
        return response

    return respond


def count(method, route, status, seconds):
    """Count an answer; now and then, measure the process."""
    global _measured
    counted = figures()
    method = method if method in METHODS else "other"
    counted.requests.labels(method, route, f"{status // 100}xx").observe(seconds)
    if (now := time.monotonic()) - _measured > MEASURED_EVERY:
        _measured = now
        counted.memory.set(resident_bytes())


def count_hit(method, status, seconds):
    """Count a kept page that went out before Django saw the request."""
    count(method, KEPT, status, seconds)
    figures().pages.labels("hit").inc()


def route(request, response):
    """The name of the page's address, never the address itself: there are only so many names."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    if response.has_header("Cache-Status"):
        return KEPT
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "other"


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * getpagesize()


def page(request):
    """All figures in Prometheus' text form."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    registry = figures().registry
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry := CollectorRegistry())
    content = generate_latest(registry) + generate_latest(on_demand())
    return HttpResponse(
        content, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def on_demand():
    """The numbers that are counted now. Without the database, that it is gone."""
    from prometheus_client.core import GaugeMetricFamily

    autodiscover_modules("metrics")
    found, is_up = [], 1
    for name, (what, function) in _counted_on_demand.items():
        try:
            number = function()
        except AnyError:
            is_up = 0
            continue
        if number is not None:
            found.append(GaugeMetricFamily(name, what, value=number))
    found.append(GaugeMetricFamily("portal_database_up", "Whether it answers", value=is_up))
    return SimpleNamespace(collect=lambda: found)  # all that is asked of a registry


def prepare_folder(folder):
    """Before the library is loaded: where all processes of a server write their figures."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # such as in a container that is read only
        folder = tempfile.mkdtemp(prefix="portal-metrics-")
    os.environ[FOLDER] = str(folder)


def forget_process(number):
    """A process that ended has no memory any more; what it counted still counts."""
    if os.environ.get(FOLDER):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(number)
