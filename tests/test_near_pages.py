"""Kept pages that a process has itself of a cache in Redis: never shown without asking it."""

import threading
from contextlib import contextmanager

import pytest
from django.core.cache import caches
from django.test import Client

from guizhou_portal.operations import asking, content_version, page_cache, tolerant_cache
from guizhou_portal.operations.asking import Asking
from guizhou_portal.operations.express import Express
from guizhou_portal.operations.kept_page import LARGEST
from guizhou_portal.operations.lane import Lane
from guizhou_portal.operations.page_cache import NEAR, Shelf
from guizhou_portal.operations.remembered import Memory, forget
from guizhou_portal.views import Home

from .factories import ContractFactory
from .kept import HOME, LIST, status
from .servers import Redis, needs, redis

pytestmark = needs("redis-server")

HEAD = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def shared(settings, db, url):
    """``shared(url)``: pages are kept there, for several machines."""
    used = []

    def use(url):
        settings.CACHES = {
            **settings.CACHES,
            "pages": {
                "BACKEND": "guizhou_portal.operations.tolerant_cache.TolerantRedisCache",
                "LOCATION": url,
                "KEY_PREFIX": "pages",
                "OPTIONS": {"DOUBTED": [content_version.KEY]},
            },
        }
        used.append(caches["pages"]._cache.state)
        settings.PAGE_CACHE = settings.PAGE_CACHE_SHARED = settings.REMEMBER_CONTENT = True

    NEAR.forget()
    forget()
    use(url)
    caches["pages"].clear()
    yield use
    NEAR.forget()
    for state in used:
        state.missed.clear()  # nobody calls a port that others may use by now


@pytest.fixture
def process(shared, monkeypatch):
    """``with process(name):`` what is asked there is asked of another process."""
    memories = {}

    @contextmanager
    def other(name):
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(page_cache, "NEAR", memories.setdefault(name, Memory(600)))
            forget()
            yield Client()

    return other


@pytest.fixture
def from_redis(monkeypatch):
    """The pages that were fetched from there, by their keys."""
    fetched = []
    fetch = Shelf.fetch

    def noted(self, key):
        page = fetch(self, key)
        if page is not None:
            fetched.append(key)
        return page

    monkeypatch.setattr(Shelf, "fetch", noted)
    return fetched


# --- near by -------------------------------------------------------------------------------------


def test_a_page_is_fetched_once_by_each_process(
    portal, process, from_redis, django_assert_num_queries
):
    with process("one") as client:
        made = client.get(HOME)
    with process("other") as client, django_assert_num_queries(0):
        answers = [client.get(HOME) for _ in range(3)]
    assert {(status(one), one.content) for one in answers} == {("hit", made.content)}
    assert len(from_redis) == 1


def test_a_page_that_ignores_its_query_is_near_by_under_each(portal, shared, from_redis):
    client = Client()
    for query in ("", "?x=1", "?utm_source=letter", "?y=2&x=1"):
        client.get(f"/en/imprint/{query}")
    assert status(client.get("/en/imprint/?made=up")) == "hit"
    assert "Cache-Status" not in client.get(f"{LIST}?made=up")
    assert not from_redis


def test_so_many_pages_are_near_by_and_no_more(portal, shared, monkeypatch):
    few = Memory(2)
    monkeypatch.setattr(page_cache, "NEAR", few)
    for address in (HOME, LIST, "/en/projects/", "/en/imprint/", HOME):
        client = Client()
        client.get(address)
        assert status(client.get(address)) == "hit"
    assert len(few.things) == 2
    assert NEAR.most * LARGEST < 40e6


def test_a_process_that_keeps_pages_itself_does_not_keep_them_twice(portal, client, settings):
    settings.PAGE_CACHE = True
    NEAR.forget()
    caches["pages"].clear()
    client.get(HOME)
    assert status(client.get(HOME)) == "hit"
    assert not NEAR.things
    caches["pages"].clear()


# --- never older than the last change ------------------------------------------------------------


def test_a_change_is_seen_on_the_next_request_to_another_process(process, commit):
    with commit():
        contract = ContractFactory(title_en="Old words")
    for name in ("one", "other"):
        with process(name) as client:
            for _ in range(2):
                assert b"Old words" in client.get(LIST).content
    with process("one"), commit():
        contract.title_en = "New words"
        contract.save()
    with process("other") as client:
        assert b"New words" in client.get(LIST).content


def test_a_page_that_another_process_made_anew_is_fetched_and_not_made_again(
    portal, process, monkeypatch
):
    for name in ("one", "other"):
        with process(name) as client:
            client.get(HOME)
    content_version.advance()
    with process("one") as client:
        assert status(client.get(HOME)) == "fwd=miss; stored"
    monkeypatch.setattr(Home, "get", None)
    with process("other") as client:
        assert [status(client.get(HOME)) for _ in range(2)] == ["hit", "hit"]


def test_while_another_process_makes_a_page_anew_the_old_one_is_shown(portal, process):
    with process("other") as client:
        old = client.get(HOME)
    content_version.advance()
    making = Shelf().key("http", "", HOME, "")
    caches["pages"].add(f"making-{content_version.current()}-{making}", 1, 20)
    with process("other") as client:
        answer = client.get(HOME)
    assert (status(answer), answer.content) == ("hit; detail=renewing", old.content)


def test_a_page_near_by_is_made_anew_after_five_minutes_too(portal, shared, clock):
    client = Client()
    client.get(HOME)
    clock(seconds=299)
    assert status(client.get(HOME)) == "hit"
    clock(seconds=2)
    assert status(client.get(HOME)) == "fwd=miss; stored"


def test_an_emptied_cache_begins_anew_though_pages_are_near_by(portal, shared):
    client = Client()
    client.get(HOME)
    caches["pages"].clear()
    assert status(client.get(HOME)) == "fwd=miss; stored"


def test_without_redis_no_page_near_by_is_shown_and_afterwards_nothing_old(
    shared, commit, tmp_path, monkeypatch
):
    monkeypatch.setattr(tolerant_cache, "SPARED", 0)
    server, client = Redis(tmp_path), Client()
    express = Express(Lane(None))
    try:
        server.start()
        shared(server.url)
        with commit():
            contract = ContractFactory(title_en="Old words")
        for expected in ("fwd=miss; stored", "hit"):
            assert status(client.get(LIST)) == expected
        client.get(HOME, headers={"host": "localhost"})
        assert express.question(HEAD)
        server.kill()
        for _ in range(2):
            assert "Cache-Status" not in client.get(LIST)
        assert express.question(HEAD) is None  # nobody waits for a cache that is gone
        with commit():
            contract.title_en = "New words"
            contract.save()
        assert b"New words" in client.get(LIST).content
        server.start()
        assert b"New words" in client.get(LIST).content
        assert status(client.get(LIST)) == "hit"
    finally:
        server.kill()


# --- sent by the loop ----------------------------------------------------------------------------


def test_the_loop_sends_a_page_that_is_near_by_and_good(portal, shared):
    express = Express(Lane(None))
    assert express.question(HEAD) is None
    Client().get(HOME, headers={"host": "localhost"})
    environ, page = express.question(HEAD)
    answer, stays = express.told(environ, page, content_version.current())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert stays
    content_version.advance()
    assert express.told(environ, page, content_version.current()) is None
    assert express.told(environ, page, None) is None


@pytest.mark.parametrize("more", [b"Cookie: a=b\r\n", b"TE: trailers\r\n"])
def test_it_asks_nothing_about_what_a_thread_is_to_answer(portal, shared, more):
    Client().get(HOME, headers={"host": "localhost"})
    assert Express(Lane(None)).question(HEAD[:-2] + more + b"\r\n") is None


def test_how_long_redis_took_is_told_in_the_access_log(portal, shared, settings, monkeypatch):
    settings.ACCESS_LOG = True
    told = []
    monkeypatch.setattr(
        "guizhou_portal.operations.requests.note_line", lambda *args: told.append(args[-1])
    )
    Client().get(HOME, headers={"host": "localhost"})
    express = Express(Lane(None))
    environ, page = express.question(HEAD)
    environ["portal.begun"] -= 0.3
    express.told(environ, page, content_version.current())
    assert told[-1] > 0.3


class Loop:
    """Runs what is deferred to it when it is told to."""

    def __init__(self):
        self.deferred, self.told = [], []
        self.heard = threading.Semaphore(0)

    def defer(self, *call):
        self.deferred.append(call)
        self.heard.release()

    def tell(self, *what):
        self.told.append(what)

    def turn(self):
        assert self.heard.acquire(timeout=10)
        function, *args = self.deferred.pop(0)
        function(*args)


def test_nobody_is_told_a_version_that_was_asked_for_before(monkeypatch):
    versions, may_answer = iter((1, 2)), threading.Semaphore(0)

    def current():
        version = next(versions)
        may_answer.acquire(timeout=10)
        return version

    monkeypatch.setattr(asking.content_version, "current", current)
    loop = Loop()
    asked = Asking(loop.tell, loop.defer)
    asked.about("first")
    asked.about("second")  # who knows whether the cache was read already
    asked.about("third")
    may_answer.release()
    loop.turn()
    assert loop.told == [("first", 1)]
    may_answer.release()
    loop.turn()
    assert loop.told[1:] == [("second", 2), ("third", 2)]


def test_a_fault_in_asking_is_no_version(monkeypatch):
    monkeypatch.setattr(asking.content_version, "current", None)
    loop = Loop()
    asked = Asking(loop.tell, loop.defer)
    for name in ("first", "second"):
        asked.about(name)
        loop.turn()
    assert loop.told == [("first", None), ("second", None)]
