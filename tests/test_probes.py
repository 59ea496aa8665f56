"""A load balancer asks whether a process is alive and whether it can serve pages."""

import pytest
from django.db import connection

from guizhou_portal.operations import probes

from .gone import without_database

ALL_WELL = {
    "ready": True,
    "status": "ok",
    "database": "ok",
    "migrations": "ok",
    "cache": "ok",
}


def test_a_portal_that_serves_pages_is_alive_and_ready(db, client):
    assert client.get("/healthz").content == b"ok\n"
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, ALL_WELL)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_asks_by_ip_address_and_without_https(db, client, settings, path):
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True
    for host in ("10.0.0.7:8000", "[::1", ""):
        assert client.get(path, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_answer_is_never_kept_and_has_no_body_for_head(db, client, path):
    got, head = client.get(path), client.head(path)
    assert got["Cache-Control"] == head["Cache-Control"] == "no-store"
    assert not got.cookies
    assert head.status_code == 200
    assert head.content == b""
    assert head["Content-Length"] == str(len(got.content))
    refused = client.post(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_without_the_database_it_is_alive_but_not_ready_until_the_database_is_back(
    db, client, monkeypatch, caplog
):
    with without_database(monkeypatch):
        assert client.get("/healthz").status_code == 200
        for _ in range(3):
            response = client.get("/readyz")
            assert response.status_code == 503
            assert response.json() == {
                **ALL_WELL,
                "ready": False,
                "status": "unavailable",
                "database": "unavailable",
                "migrations": "unknown",
            }
    assert len(caplog.records) <= 1  # not a line for each question
    assert client.get("/readyz").status_code == 200


def test_a_database_that_waits_for_migrations_is_not_ready_and_then_remembered(
    db, client, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(probes, "_migrated", False)
    plan = [("the newest", False)]
    executor = "guizhou_portal.operations.probes.MigrationExecutor.migration_plan"
    monkeypatch.setattr(executor, lambda self, targets: plan)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"
    assert response.json()["database"] == "ok"
    plan.clear()
    assert client.get("/readyz").json() == ALL_WELL
    if connection.vendor == "sqlite":  # PostgreSQL is asked through a connection of its own
        with django_assert_num_queries(1):
            client.get("/readyz")


def test_a_process_that_ends_is_alive_but_wants_no_more_requests(db, client, monkeypatch):
    monkeypatch.setattr(probes, "is_stopping", lambda: True)
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "stopping"


def test_a_cache_that_keeps_nothing_is_no_fault(db, client, settings):
    nothing = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = {**settings.CACHES, "default": nothing}
    assert client.get("/readyz").json() == {**ALL_WELL, "cache": "off"}
