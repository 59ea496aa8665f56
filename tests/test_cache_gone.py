"""Pages, forms and the back office while the shared cache is gone, and after it came back."""

import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest
from django.core.cache import cache

from guizhou_portal.operations import missed, tolerant_cache
from projects.models import Enquiry

from .factories import EventFactory
from .servers import free_port, until
from .test_enquiries import ADDRESS, WORDS, form_word

REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
needs_redis = pytest.mark.skipif(REDIS is None, reason="neither Redis nor Valkey is installed")
BACKEND = "guizhou_portal.operations.tolerant_cache.TolerantRedisCache"


@pytest.fixture
def shared_cache(settings, monkeypatch):
    """The portal with a cache on a port of this machine, where nobody listens yet: the port."""
    port = free_port()
    monkeypatch.setattr(tolerant_cache, "SPARED", 0.05)
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": BACKEND,
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"DOUBTED": ["doubted"]},
        },
    }
    yield port
    cache._cache.state.missed.clear()  # nobody calls a port that others may use by now


@pytest.fixture
def cut_off(monkeypatch):
    """``with cut_off():`` a cache that runs, and that this process cannot reach."""

    def unreachable(*args, **kwargs):
        raise ConnectionResetError

    @contextmanager
    def cut():
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr("redis.connection.Connection.send_packed_command", unreachable)
            meanwhile.setattr("redis.connection.Connection._connect", unreachable)
            yield

    return cut


@pytest.fixture
def hanging(monkeypatch):
    """A cache that does not answer, and is spared for long then: who waited for it."""
    asked = []

    def slow(*args, **kwargs):
        asked.append(args)
        raise TimeoutError

    monkeypatch.setattr(tolerant_cache, "SPARED", 60)
    monkeypatch.setattr("redis.connection.Connection._connect", slow)
    return asked


@contextmanager
def redis(port):
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly"]
    process = subprocess.Popen([*command, "no"], stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        for _ in range(100):
            time.sleep(0.06)
            if cache.ping():
                break
        yield process
    finally:
        process.terminate()
        process.wait(10)


def test_a_cache_that_is_gone_is_as_good_as_an_empty_one(shared_cache, caplog):
    cache.set("page", "old")
    assert cache.get("page", "nothing") == "nothing"
    assert cache.get_many(["page", "other"]) == {}
    assert cache.get_or_set("page", lambda: "made anew") == "made anew"
    assert cache.add("lock", 1) is True
    assert "page" not in cache
    assert not cache.delete("page")
    assert not cache.touch("page")
    cache.set_many({"page": 1})
    cache.delete_many(["page"])
    assert not cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("counter")
    assert [record.levelname for record in caplog.records] == ["ERROR"]  # not one for each


def test_every_page_is_served_without_the_cache_which_is_told_to_be_gone(
    db, client, editor, shared_cache
):
    event = EventFactory()
    for path in ("/de/", "/en/search/?q=Gui", event.get_absolute_url(), "/api/v1/events/"):
        assert client.get(path).status_code == 200
    client.force_login(editor)
    assert client.get("/admin/").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["cache"] == "unavailable"


def test_an_enquiry_is_taken_without_the_cache(db, client, shared_cache):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    client.post(ADDRESS, {**WORDS, "opened": form_word(client)})
    assert Enquiry.objects.get().email == WORDS["email"]


def test_a_process_that_ends_says_what_the_cache_never_heard(shared_cache, monkeypatch, caplog):
    monkeypatch.setattr(missed, "AT_THE_END", 0.1)
    cache.set("page", "new")
    cache._cache.state.missed._end(cache._cache.get_client())
    assert "The cache never heard of a change" in caplog.text


def test_nobody_waits_for_a_cache_that_has_just_not_answered(shared_cache, hanging):
    for _ in range(20):
        assert cache.get("page") is None
    assert len(hanging) == 1


def test_many_changes_in_one_transaction_do_not_all_wait_for_a_cache_that_hangs(
    shared_cache, hanging, monkeypatch
):
    monkeypatch.setattr(missed, "PAUSE", 60)
    for number in range(20):
        cache.hurry()
        cache.set("version", number)
    assert len(hanging) == 2


def test_a_cache_is_chosen_that_is_asked_for_half_a_second_at_most(shared_cache):
    options = cache._cache.get_client().connection_pool.connection_kwargs
    assert options["socket_timeout"] <= 0.5
    assert options["socket_connect_timeout"] <= 0.5


@pytest.mark.thorough
@needs_redis
def test_a_cache_that_comes_back_is_used_again_and_has_nothing_old(shared_cache, cut_off):
    with redis(shared_cache):
        cache.set("kept", "value", None)
        cache.set("version", "old", None)
        assert cache.get("version") == "old"
        with cut_off():
            assert cache.get("kept") is None
            cache.delete("version")  # somebody saves a record while the cache cannot be reached
        time.sleep(0.06)
        assert cache.get("version") is None
        assert cache.get("kept") == "value"
    assert cache.get("kept") is None
    with redis(shared_cache):
        assert cache.get("kept") is None
        cache.set("kept", "again")
        assert cache.get("kept") == "again"
        assert cache.ping()


@pytest.mark.thorough
@needs_redis
def test_a_restart_of_the_cache_is_not_noticed(shared_cache, caplog):
    for word in ("first", "second"):
        with redis(shared_cache):
            caplog.clear()
            cache.set("word", word)
            assert cache.get("word") == word
            assert not caplog.records


@pytest.mark.thorough
@needs_redis
def test_what_the_cache_did_not_hear_is_told_though_nobody_asks(shared_cache, cut_off):
    with redis(shared_cache):
        elsewhere = cache._cache.get_client()
        for word in ("changed", "doubted", "other"):
            cache.set(word, "old", None)
        with cut_off():
            cache.set("changed", "new", None)
        until(lambda: not elsewhere.exists(cache.make_key("changed")), 2)
        until(lambda: not elsewhere.exists(cache.make_key("doubted")), 2)
        assert cache.get("other") == "old"


@pytest.mark.thorough
@needs_redis
def test_after_a_failure_what_others_may_have_changed_unheard_is_not_believed(
    shared_cache, cut_off, monkeypatch
):
    monkeypatch.setattr(missed, "PAUSE", 60)
    with redis(shared_cache):
        cache.set("doubted", "old", None)
        with cut_off():
            assert cache.get("other") is None
        time.sleep(0.06)
        assert cache.get("doubted") is None


def test_what_is_missed_again_while_it_is_told_stays_missed(shared_cache):
    unheard = missed.Missed(bool)

    class Server:
        told = []

        def delete(self, *keys):
            self.told.append(keys)
            if len(self.told) == 1:  # another thread cannot say it, in this moment
                unheard.add(["page"], self)

    server = Server()
    unheard.add(["page", "list"], server)
    for _ in range(3):
        unheard.tell(server)
    assert server.told == [("page", "list"), ("page",)]
    assert not unheard


@pytest.mark.thorough
@needs_redis
def test_a_cache_whose_account_may_not_ask_for_its_state_is_used_all_the_same(
    shared_cache, settings
):
    with redis(shared_cache):
        cache._cache.get_client().acl_setuser(
            "portal", enabled=True, passwords=["+words"], keys=["*"], commands=["+@all", "-info"]
        )
        default = settings.CACHES["default"]
        address = default["LOCATION"].replace("//", "//portal:words@")
        settings.CACHES = settings.CACHES | {"default": default | {"LOCATION": address}}
        cache.set("kept", "value", None)
        cache.set("doubted", "old", None)
        assert cache.get("kept") == cache.get("kept") == "value"
        cache._cache.get_client().connection_pool.disconnect()
        assert cache.get("doubted") is None  # it could be another start of the server
        assert cache.get("kept") == "value"
