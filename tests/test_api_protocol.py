"""The open data API and HTTP: what is sent again, to whom, and how errors look."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Contract, Milestone
from projects.models import KeyFigure, Project

from .factories import (
    ContractFactory,
    PhotoFactory,
    full_event,
)
from .programs import API, NAMES, PROBLEM, problem


@pytest.mark.parametrize("path", ["", "projects/", "projects/tourism-cloud/", "openapi.json"])
def test_an_answer_is_sent_again_only_when_it_has_changed(portal, client, path):
    response = client.get(API + path)
    assert response["Cache-Control"].startswith("public, max-age=")
    etag = {"if-none-match": response["ETag"]}
    unchanged = client.get(API + path, headers=etag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Access-Control-Allow-Origin"] == "*"
    if response.has_header("Last-Modified"):
        since = {"if-modified-since": response["Last-Modified"]}
        assert client.get(API + path, headers=since).status_code == 304
    packed = client.get(API + path, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert client.get(API + path, headers={"if-none-match": packed["ETag"]}).status_code == 304


def test_a_change_anywhere_in_an_answer_changes_its_mark(portal, client):
    path = f"{API}projects/tourism-cloud/"
    marks = {client.get(path)["ETag"]}
    project = Project.objects.get(slug="tourism-cloud")
    project.sector.name_en = "Renamed"
    project.sector.save()
    marks.add(client.get(path)["ETag"])
    KeyFigure.objects.create(project=project, label_de="x", value_de="1", source="y")
    marks.add(client.get(path)["ETag"])
    ContractFactory(project=project)
    marks.add(client.get(path)["ETag"])
    assert len(marks) == 4


def test_scripts_of_other_origins_may_read_but_nobody_may_write(portal, client):
    for path in ("", "projects/", "projects/tourism-cloud/", "nothing/", "projects/?limit=0"):
        assert client.get(API + path)["Access-Control-Allow-Origin"] == "*"
        asked = client.options(API + path)
        assert asked.status_code == 204
        assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        for method in ("post", "put", "patch", "delete", "trace"):
            response = getattr(client, method)(API + path)
            assert response["Allow"] == "GET, HEAD, OPTIONS"
            problem(response, 405)
    got, head = client.get(f"{API}projects/"), client.head(f"{API}projects/")
    assert head.content == b""
    assert (head["ETag"], head["Content-Length"]) == (got["ETag"], got["Content-Length"])
    exposed = got["Access-Control-Expose-Headers"]
    assert "ETag" in exposed
    assert "Link" in exposed


def test_whoever_wants_no_json_is_told_that_there_is_nothing_else(db, client):
    for refused in ("application/xml", "text/html", "*/*;q=0", ";;;"):
        problem(client.get(API, headers={"accept": refused}), 406)
    for accepted in (
        *("*/*", "application/*", "text/html,*/*;q=0.1", PROBLEM, ""),
        "application/json; charset=utf-8",
    ):
        assert client.get(API, headers={"accept": accepted}).status_code == 200


def test_errors_of_every_kind_are_problems_in_english(db, client, settings, monkeypatch):
    for path in ("/api/", "/api/v2/", f"{API}nothing/", f"{API}projects/a/b/"):
        assert problem(client.get(path), 404)["instance"] == path
    without_slash = client.get(f"{API}projects?lang=en")
    assert (without_slash.status_code, without_slash["Location"]) == (
        301,
        f"{API}projects/?lang=en",
    )
    problem(client.get(f"{API}projects/?{'a=1&' * 6000}"), 400)
    settings.ALLOWED_HOSTS = ["testserver"]
    problem(client.get(API, headers={"host": "evil.example"}), 400)

    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("guizhou_portal.exchange.api.views.page", broken)
    client.raise_request_exception = False
    for debug in (False, True):
        settings.DEBUG = debug
        response = client.get(f"{API}projects/")
        assert "secret" not in json.dumps(problem(response, 500))
        assert response["Content-Language"] == "en"
        assert response["Cache-Control"] == "no-store"


def test_queries_are_as_many_for_three_records_as_for_one(db, client):
    def counts():
        found = {}
        for name in NAMES:
            path = f"{API}{name}/?limit=100"
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).json()["results"]
            found[name] = len(captured)
        return found

    def full(number):
        event = full_event(number)
        PhotoFactory(event=event)
        project = Project.objects.first()
        KeyFigure.objects.create(project=project, label_de="x", value_de="1", source="y")
        Milestone.objects.create(contract=Contract.objects.first(), note_de="x")

    full(1)
    from guizhou_portal.pages.models import Page

    Page.objects.create(key="home", title_de="x")
    at_one = counts()
    full(3)
    Page.objects.create(key="imprint", title_de="x")
    assert counts() == at_one
    assert max(at_one.values()) <= 14, at_one
