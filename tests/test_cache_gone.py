"""Pages, forms and the back office while the shared cache is gone, and after it came back."""

import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest
from django.core.cache import cache

from guizhou_portal.operations import tolerant_cache
from projects.models import Enquiry

from .factories import EventFactory
from .servers import free_port
from .test_enquiries import ADDRESS, WORDS, form_word

REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
BACKEND = "guizhou_portal.operations.tolerant_cache.TolerantRedisCache"


@pytest.fixture
def shared_cache(settings, monkeypatch):
    """The portal with a cache on a port of this machine, where nobody listens yet: the port."""
    port = free_port()
    monkeypatch.setattr(tolerant_cache, "SPARED", 0.05)
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": BACKEND, "LOCATION": f"redis://127.0.0.1:{port}/0"},
    }
    return port


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


def test_nobody_waits_for_a_cache_that_has_just_not_answered(shared_cache, monkeypatch):
    monkeypatch.setattr(tolerant_cache, "SPARED", 60)
    asked = []

    def slow(*args, **kwargs):
        asked.append(args)
        raise TimeoutError

    monkeypatch.setattr("redis.connection.Connection._connect", slow)
    for _ in range(20):
        assert cache.get("page") is None
    assert len(asked) == 1


def test_a_cache_is_chosen_that_is_asked_for_half_a_second_at_most(shared_cache):
    options = cache._cache.get_client().connection_pool.connection_kwargs
    assert options["socket_timeout"] <= 0.5
    assert options["socket_connect_timeout"] <= 0.5


@pytest.mark.thorough
@pytest.mark.skipif(REDIS is None, reason="neither Redis nor Valkey is installed")
def test_a_cache_that_comes_back_is_used_again_and_has_nothing_old(shared_cache, monkeypatch):
    with redis(shared_cache):
        cache.set("kept", "value", None)
        cache.set("version", "old", None)
        assert cache.get("version") == "old"
        with monkeypatch.context() as meanwhile:

            def unreachable(*args, **kwargs):
                raise ConnectionResetError

            meanwhile.setattr("redis.connection.Connection.send_packed_command", unreachable)
            meanwhile.setattr("redis.connection.Connection._connect", unreachable)
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
@pytest.mark.skipif(REDIS is None, reason="neither Redis nor Valkey is installed")
def test_a_restart_of_the_cache_is_not_noticed(shared_cache, caplog):
    for word in ("first", "second"):
        with redis(shared_cache):
            caplog.clear()
            cache.set("word", word)
            assert cache.get("word") == word
            assert not caplog.records
