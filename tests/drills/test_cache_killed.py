"""Redis is killed or hangs: slower meanwhile, and nothing old afterwards."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.forms import form_at
from tests.servers import Redis, needs, until

from .browser import Browser
from .wire import took

LIST = "/en/projects/"
LONG = 6  # seconds for a page, on a machine that is busy
TOLD = 3  # seconds until a machine has told what it could not tell: a quarter, were it not busy


@pytest.fixture
def redis(tmp_path):
    """``start()`` and ``kill()`` of a Redis on one port that keeps nothing on the disk."""
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


@needs("redis-server")
def test_redis_is_killed_and_comes_back_empty(place, redis):
    portal = place.serve(CACHE_URL=redis.url)
    visitor, editor = Browser(portal.port), Browser(portal.port).sign_in()
    ((project,),) = place.ask("select min(id) from projects_project")
    address = f"/admin/projects/project/{project}/change/"
    until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit")

    redis.kill()
    for path in (LIST, "/de/", "/api/v1/projects/", "/en/enquiry/"):
        seconds, answer = took(lambda path=path: visitor.get(path))
        assert (answer.status_code, seconds < LONG) == (200, True)
    ready = visitor.get("/readyz")
    assert (ready.status_code, '"degraded"' in ready.text) == (200, True)
    form = form_at(editor, address) | {"title_en": "While it was gone"}
    assert editor.post(address, form).status_code == 302
    assert "While it was gone" in visitor.get(LIST).text

    redis.start()
    until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit", 15)
    for _ in range(6):  # of either process
        assert "While it was gone" in visitor.get(LIST).text
    assert '"ok"' in visitor.get("/readyz").text
    form = form_at(editor, address) | {"title_en": "Since it is back"}
    assert editor.post(address, form).status_code == 302
    for _ in range(6):
        assert "Since it is back" in visitor.get(LIST).text
    assert "traceback" not in place.logged()


@needs("redis-server")
def test_redis_hangs_and_goes_on(place, redis):
    portal = place.serve(CACHE_URL=redis.url)
    visitor, editor = Browser(portal.port), Browser(portal.port).sign_in()
    ((project,),) = place.ask("select min(id) from projects_project")
    address = f"/admin/projects/project/{project}/change/"
    for _ in range(6):  # each process has the page near by
        until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit")

    def ask(path):
        return took(lambda: Browser(portal.port).get(path))

    redis.process.send_signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as visitors:
            found = list(visitors.map(ask, [LIST, "/de/"] * 8))
        assert {answer.status_code for _seconds, answer in found} == {200}
        assert max(seconds for seconds, _answer in found) < LONG
        until(lambda: ask(LIST) and place.logged().count("The cache failed") == 2)  # either's log
        form = form_at(editor, address) | {"title_en": "While it hung"}
        assert editor.post(address, form).status_code == 302
        assert "While it hung" in visitor.get(LIST).text
    finally:
        redis.process.send_signal(signal.SIGCONT)
    until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit", 15)
    for _ in range(6):
        assert "While it hung" in visitor.get(LIST).text
    assert "traceback" not in place.logged()


@needs("redis-server")
@pytest.mark.parametrize("notices", [True, False])
def test_redis_hung_and_another_machine_asks_it_first(place, redis, notices):
    """What one machine could not tell, the other hears all the same: noticed it anything or not."""
    here, there = (place.serve(CACHE_URL=redis.url, WEB_CONCURRENCY=1) for _ in range(2))
    visitor, editor = Browser(there.port), Browser(here.port).sign_in()
    ((project,),) = place.ask("select min(id) from projects_project")
    address = f"/admin/projects/project/{project}/change/"
    form = form_at(editor, address) | {"title_en": "While it hung"}
    until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit")

    redis.process.send_signal(signal.SIGSTOP)
    try:
        Browser(here.port).get(LIST)  # has things to tell already when the change comes
        assert editor.post(address, form).status_code == 302
        if notices:
            assert "While it hung" in visitor.get(LIST).text
    finally:
        redis.process.send_signal(signal.SIGCONT)
    if not notices:
        until(lambda: "While it hung" in visitor.get(LIST).text, TOLD)
    end = time.monotonic() + 4  # longer than a server that did not answer is spared
    while time.monotonic() < end:
        assert "While it hung" in visitor.get(LIST).text
    assert visitor.get(LIST)["Cache-Status"] == "portal; hit"


@needs("redis-server")
@pytest.mark.parametrize("all_fail", [False, True])
def test_redis_comes_back_with_what_it_had_some_time_ago(place, redis, all_fail):
    """From its file on the disk, after a loss of power, or as a copy that lagged behind."""
    portal = place.serve(CACHE_URL=redis.url)
    visitor, editor = Browser(portal.port), Browser(portal.port).sign_in()
    ((project,),) = place.ask("select min(id) from projects_project")
    address = f"/admin/projects/project/{project}/change/"
    for _ in range(6):
        until(lambda: visitor.get(LIST)["Cache-Status"] == "portal; hit")
    redis.client().save()
    form = form_at(editor, address) | {"title_en": "Not in the file"}
    assert editor.post(address, form).status_code == 302
    for _ in range(6):
        assert "Not in the file" in visitor.get(LIST).text

    if all_fail:
        portal.kill()
    redis.kill()
    redis.start()
    if all_fail:
        portal.start().ready()
    for _ in range(12):  # of either process
        assert "Not in the file" in visitor.get(LIST).text
    assert "traceback" not in place.logged()
