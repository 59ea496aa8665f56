"""While the database is gone, visitors, editors and programs are told so, and it mends itself."""

import pytest
from django.db import OperationalError, ProgrammingError

from .factories import ProjectFactory
from .gone import without_database


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Wir sind gleich wieder da"),
        ("en", "We will be back shortly"),
        ("zh-hans", "稍后"),
    ],
)
@pytest.mark.parametrize("path", ["", "projects/", "search/?q=cloud", "contracts/nothing/"])
def test_a_page_says_in_its_language_that_it_will_be_back(
    db, client, monkeypatch, language, words, path
):
    with without_database(monkeypatch):
        response = client.get(f"/{language}/{path}")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    text = response.content.decode()
    assert "connection to server" not in text
    assert f'<html lang="{language}"' in text
    assert not response.cookies
    assert words in text


def test_pages_come_back_by_themselves_and_the_log_tells_of_it_once(
    db, client, monkeypatch, caplog
):
    project = ProjectFactory()
    path = project.get_absolute_url()
    with without_database(monkeypatch):
        assert [client.get(path).status_code for _ in range(3)] == [503] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert client.get(path).status_code == 200


def test_programs_are_told_in_their_own_form(db, client, monkeypatch):
    with without_database(monkeypatch):
        response = client.get("/api/v1/projects/")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["status"] == 503


def test_an_editor_keeps_what_is_in_the_browser(backoffice, monkeypatch):
    with without_database(monkeypatch):
        read = backoffice.get("/admin/projects/project/add/")
        sent = backoffice.post("/admin/projects/project/add/", {"title_de": "Neu"})
    assert (read.status_code, sent.status_code) == (503, 503)
    assert "Go back in your browser" in sent.content.decode()
    assert "Go back in your browser" not in read.content.decode()
    assert backoffice.get("/admin/").status_code == 200


def test_a_fault_on_the_way_out_of_a_page_is_told_the_same_way(db, client, monkeypatch):
    """Such as a session that cannot be stored: no view is concerned."""

    def gone(*args):
        raise OperationalError("terminating connection due to administrator command")

    middleware = "django.contrib.sessions.middleware.SessionMiddleware.process_response"
    monkeypatch.setattr(middleware, gone)
    client.raise_request_exception = False
    response = client.get("/en/privacy/")
    assert response.status_code == 503
    assert "We will be back shortly" in response.content.decode()


def test_a_broken_page_about_it_is_still_an_answer(db, client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("guizhou_portal.operations.unavailable.render", broken)
    with without_database(monkeypatch):
        response = client.get("/en/projects/")
    assert response.status_code == 503
    assert "unavailable at the moment" in response.content.decode()
    assert "secret" not in response.content.decode()


def test_a_fault_of_a_query_is_still_a_fault_of_ours(db, client, monkeypatch):
    def wrong(*args, **kwargs):
        raise ProgrammingError("syntax error")

    monkeypatch.setattr("projects.views.ProjectList.get", wrong)
    client.raise_request_exception = False
    assert client.get("/en/projects/").status_code == 500
