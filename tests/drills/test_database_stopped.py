"""The database stops while the portal runs: what is kept is served, the rest is told, it mends."""

import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.forms import form_at
from tests.servers import needs, postgresql, until

from .browser import Browser
from .conftest import Place, is_postgresql
from .wire import took

WORDS = {"de": "Wir sind gleich wieder da", "en": "We will be back shortly", "zh-hans": "稍后"}
KEPT = "/en/projects/"
PROJECT = "select min(id) from projects_project"
LONG = 8  # seconds in which anybody is to have an answer, on a machine that is busy

only_sqlite = pytest.mark.skipif(is_postgresql(), reason="of a file; the run on SQLite has it")


@pytest.fixture
def cluster():
    with postgresql() as server:
        yield server


@needs("postgresql")
def test_postgresql_stops_while_the_server_runs(cluster, tmp_path, drill_stack):
    place = Place(tmp_path, cluster.url, drill_stack)
    place.manage("serve", "--prepare-only")
    portal = place.serve(WEB_CONCURRENCY=1)
    visitor, editor = Browser(portal.port), Browser(portal.port).sign_in()
    assert visitor.get(KEPT).status_code == 200
    assert visitor.get("/de/").status_code == 200
    # An editor changes something: every page is to be made anew, which nobody has asked for yet.
    ((project,),) = cluster.ask(PROJECT)
    address = f"/admin/projects/project/{project}/change/"
    form = form_at(editor, address) | {"title_en": "Changed just before"}
    assert editor.post(address, form).status_code == 302

    cluster.stop()
    for path in (KEPT, "/de/", KEPT):
        seconds, answer = took(lambda path=path: visitor.get(path))
        assert answer.status_code == 200, path
        assert answer["Cache-Status"].startswith("portal; hit")
        assert seconds < LONG
    for language, words in WORDS.items():
        seconds, answer = took(lambda one=language: visitor.get(f"/{one}/contracts/"))
        assert answer.status_code == 503
        assert answer["Retry-After"] == "30"
        assert words in answer.text
        assert f'<html lang="{language}"' in answer.text
        assert seconds < LONG
    assert visitor.get("/api/v1/projects/").status_code == 503
    seconds, answer = took(lambda: editor.post(address, form | {"title_en": "Lost?"}))
    assert (answer.status_code, seconds < LONG) == (503, True)
    assert "Go back in your browser" in answer.text
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 503

    cluster.start()
    until(lambda: visitor.status("/de/contracts/") == 200, 15)
    until(lambda: visitor.status("/readyz") == 200, 15)
    until(lambda: "Changed just before" in visitor.get(KEPT).text, 15)
    again = form_at(editor, address) | {"title_en": "Sent once more"}
    assert editor.post(address, again).status_code == 302
    assert "Sent once more" in visitor.get(KEPT).text


@only_sqlite
def test_a_file_that_somebody_writes_to_for_long_is_read_and_saving_says_so(place):
    portal = place.serve(WEB_CONCURRENCY=1)
    visitor, editor = Browser(portal.port), Browser(portal.port).sign_in()
    ((project,),) = place.ask(PROJECT)
    address = f"/admin/projects/project/{project}/change/"
    form = form_at(editor, address) | {"title_en": "Written meanwhile"}
    writer = sqlite3.connect(place.folder / "portal.sqlite3", isolation_level=None)
    with ThreadPoolExecutor() as beside:
        writer.execute("BEGIN IMMEDIATE")
        saved = beside.submit(editor.post, address, form)
        for path in ("/de/", "/en/contracts/", "/zh-hans/search/?q=cloud"):
            seconds, answer = took(lambda path=path: visitor.get(path))
            assert (answer.status_code, seconds < LONG) == (200, True)
        # Waits as long as it may (four seconds in a drill), and says that nothing was stored.
        answer = saved.result(30)
        assert answer.status_code == 503
        assert "Go back in your browser" in answer.text
        # The next one is lucky: the other is done in time.
        saved = beside.submit(editor.post, address, form)
        time.sleep(0.5)
        assert not saved.done()
        writer.execute("COMMIT")
        writer.close()
        assert saved.result(30).status_code == 302
    assert "Written meanwhile" in visitor.get(KEPT).text


@only_sqlite
def test_a_file_that_is_gone_for_a_while_is_used_again_once_it_is_back(place):
    portal = place.serve(WEB_CONCURRENCY=1)
    visitor = Browser(portal.port)
    assert visitor.get(KEPT).status_code == 200
    away = place.folder / "away"
    away.mkdir()
    files = list(place.folder.glob("portal.sqlite3*"))
    assert files
    for one in files:
        shutil.move(one, away / one.name)
    # Connections that are open go on reading what they had; new ones find nothing.
    for _ in range(8):
        assert visitor.get(KEPT).status_code == 200
        assert visitor.get("/en/search/?q=cloud").status_code in (200, 503)
    for one in files:
        shutil.move(away / one.name, one)
    until(lambda: all(visitor.status("/en/search/?q=cloud") == 200 for _ in range(8)), 20)
    assert place.ask(PROJECT) == place.ask("select min(id) from projects_project")
