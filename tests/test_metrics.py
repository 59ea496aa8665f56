"""What operators see: figures for Prometheus, by whoever has the token alone."""

import os
import secrets
import subprocess
import sys

import pytest
from django.test import Client

from guizhou_portal.operations import metrics
from projects.metrics import stuck

from .enquiries import enquiry
from .factories import ProjectFactory
from .gone import without_database
from .servers import ROOT

TOKEN = "a-token-of-a-monitor"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def monitored(settings, monkeypatch):
    settings.METRICS_TOKEN = TOKEN
    metrics.figures.cache_clear()
    monkeypatch.setattr(metrics, "_measured", -metrics.MEASURED_EVERY)  # not yet
    yield Client()
    metrics.figures.cache_clear()


def figures(client):
    """``{name with labels: number}`` as Prometheus gets them."""
    response = client.get("/metrics", headers={**BEARER, "host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    lines = response.content.decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(number) for name, _, number in pairs}


def test_requests_are_counted_by_route_and_the_database_with_them(db, monitored):
    project = ProjectFactory()
    monitored.get(project.get_absolute_url())
    monitored.get("/en/nothing/")
    monitored.post("/robots.txt")
    found = figures(monitored)
    labels = 'method="GET",route="projects:project",status="2xx"'
    assert found[f"portal_request_seconds_count{{{labels}}}"] == 1
    assert found[f'portal_request_seconds_bucket{{le="10.0",{labels}}}'] == 1
    assert found['portal_request_seconds_count{method="GET",route="other",status="4xx"}'] == 1
    assert found['portal_request_seconds_count{method="POST",route="robots",status="4xx"}'] == 1
    assert found["portal_database_statements_total"] >= 1
    assert found["portal_database_seconds_total"] > 0
    assert found["portal_process_resident_bytes"] > 20e6
    assert found["portal_database_up"] == 1
    assert project.slug not in "".join(found)


def test_pages_from_the_cache_are_counted_as_such(db, settings):
    settings.METRICS_TOKEN, settings.PAGE_CACHE = TOKEN, True
    metrics.figures.cache_clear()
    visitor = Client()
    for _ in range(3):
        visitor.get("/en/privacy/")
    found = figures(visitor)
    metrics.figures.cache_clear()
    assert found['portal_pages_total{outcome="stored"}'] == 1
    assert found['portal_pages_total{outcome="hit"}'] == 2
    assert found['portal_request_seconds_count{method="GET",route="kept",status="2xx"}'] == 2
    assert found['portal_request_seconds_count{method="GET",route="privacy",status="2xx"}'] == 1


def test_enquiries_and_mails_are_numbers_only(db, monitored):
    enquiry(mails=["waiting", "refused"])
    enquiry(state="closed")
    found = figures(monitored)
    assert found["portal_enquiries_new"] == 1
    assert found["portal_mails_pending"] == 1
    assert found["portal_mails_stuck"] == stuck() == 1
    assert "@" not in "".join(found)


def test_figures_are_there_while_the_database_is_gone(db, monitored, monkeypatch):
    with without_database(monkeypatch):
        monitored.get("/en/projects/")
        found = figures(monitored)
    assert found["portal_database_up"] == 0
    assert "portal_enquiries_new" not in found
    labels = 'method="GET",route="projects:project_list",status="5xx"'
    assert found[f"portal_request_seconds_count{{{labels}}}"] == 1


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ü"]
)
def test_without_the_token_there_is_no_such_page(db, monitored, given):
    headers = {} if given is None else {"authorization": given}
    assert monitored.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_in_the_settings_nobody_sees_figures(db, client):
    for given in ("Bearer ", "Bearer", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"authorization": given}).status_code == 404


def test_what_nobody_asked_for_is_not_even_loaded():
    libraries = {"sentry_sdk", "prometheus_client", "redis"}
    code = f"import guizhou_portal.wsgi, sys; print({libraries} & {{*sys.modules}})"
    result = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": secrets.token_urlsafe(60)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "set()"
