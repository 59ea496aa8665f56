"""While the database is gone, visitors, editors and programs are told so, and it mends itself."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, ProgrammingError

from guizhou_portal.operations.breaker import Breaker

from .factories import ProjectFactory
from .gone import without_database
from .server import serving
from .servers import needs, postgresql, until


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
    assert f'href="/{language}/{path}"' in text  # to try again


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
    """Middleware that needs the database: no view is concerned."""

    def gone(*args):
        raise OperationalError("terminating connection due to administrator command")

    middleware = "django.middleware.locale.LocaleMiddleware.process_response"
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


def test_one_waits_for_what_is_gone_and_all_others_hear_it_at_once(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("guizhou_portal.operations.breaker.time.monotonic", lambda: now[0])
    breaker = Breaker(seconds=1, patience=6)
    assert not breaker.refuses()
    breaker.failed()
    assert breaker.refuses()
    now[0] += 1.1
    assert [breaker.refuses() for _ in range(4)] == [False, True, True, True]  # the first tries
    now[0] += 5
    assert breaker.refuses()
    breaker.failed()
    now[0] += 1.1
    assert not breaker.refuses()
    assert breaker.worked()
    assert not breaker.worked()
    assert [breaker.refuses() for _ in range(4)] == [False] * 4


# --- a real one --------------------------------------------------------------------------------

UNKEPT = "/en/search/?q=cloud"


def timed(server, path):
    """``(status, seconds)``"""
    begun = time.monotonic()
    status = server.ask(path)[0]
    return status, time.monotonic() - begun


@contextmanager
def on_postgresql(tmp_path):
    """A server with one process and four threads, and its database."""
    with (
        postgresql() as database,
        serving(
            tmp_path, DATABASE_URL=database.url, WEB_CONCURRENCY=1, LOG_FORMAT="json"
        ) as server,
    ):
        assert server.ask(UNKEPT)[0] == server.ask("/en/projects/")[0] == 200
        yield server, database


def comes_back(server):
    until(lambda: server.ask(UNKEPT)[0] == 200, seconds=15)
    assert server.ask("/readyz")[0] == 200
    with ThreadPoolExecutor(8) as visitors:
        answers = visitors.map(lambda _: server.ask(UNKEPT)[0], range(24))
    assert set(answers) == {200}


@pytest.mark.rehearsal
@needs("postgresql")
def test_a_database_that_stops_is_told_soon_and_found_again(tmp_path):
    with on_postgresql(tmp_path) as (server, database):
        database.stop()
        with ThreadPoolExecutor(12) as visitors:
            answers = list(visitors.map(lambda _: timed(server, UNKEPT), range(24)))
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < 10
        assert timed(server, "/healthz")[1] < 1
        assert server.ask("/en/projects/")[0] == 200  # kept
        status, _, text = server.ask("/readyz")
        assert status == 503
        assert json.loads(text)["database"] == "unavailable"
        database.start()
        comes_back(server)
        lines = server.lines
    assert len([line for line in lines if line["level"] == "error"]) <= 3
    assert not any("Traceback" in line["message"] for line in lines)


@pytest.mark.rehearsal
@needs("postgresql")
def test_a_database_that_hangs_does_not_hold_the_whole_server(tmp_path):
    with on_postgresql(tmp_path) as (server, database), ThreadPoolExecutor(3) as visitors:
        processes = [int(pid) for (pid,) in database.ask("SELECT pid FROM pg_stat_activity")]
        processes.append(int((database.data / "postmaster.pid").read_text().split()[0]))
        for one in processes:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        try:
            hanging = [visitors.submit(server.ask, UNKEPT) for _ in range(3)]
            time.sleep(1)
            assert timed(server, "/healthz")[1] < 1
            assert server.ask("/en/projects/")[0] == 200  # kept
            status, seconds = timed(server, UNKEPT)
            assert (status, seconds < 10) == (503, True)
            status, seconds = timed(server, "/readyz")
            assert (status, seconds < 10) == (503, True)
        finally:
            for one in processes:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)
        assert {one.result(60)[0] for one in hanging} <= {200, 503}
        comes_back(server)
