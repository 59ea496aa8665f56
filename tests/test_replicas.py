"""Which requests read from a replica of the database, and what happens when it fails."""

import shutil
import sqlite3
import subprocess
import sys
import time

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpResponse

from events.models import Event
from guizhou_portal import environment
from guizhou_portal.operations import replicas

from .servers import KEY, ROOT, manage, surroundings


class OneThatIs:
    """A replica that answers, or does not."""

    def __init__(self, alias, usable=True):
        self.alias, self.usable, self.failures = alias, usable, 0

    def is_usable(self):
        return self.usable

    def failed(self):
        self.failures += 1
        self.usable = False


@pytest.fixture
def two(monkeypatch):
    """Two replicas that are well, and a clean memory of what was written."""
    cache.delete(replicas.WRITTEN)
    monkeypatch.setattr(replicas, "REPLICAS", [OneThatIs("replica1"), OneThatIs("replica2")])
    monkeypatch.setattr(replicas, "connections", {"default": Idle()})
    yield replicas.REPLICAS
    cache.delete(replicas.WRITTEN)


class Idle:
    in_atomic_block = False


ROUTER = replicas.ReplicaRouter()


def read():
    return ROUTER.db_for_read(Event)


def during(request, view):
    """What ``view`` says, asked in the way of a request."""
    found = []

    def answer(request):
        found.append(view())
        return HttpResponse()

    replicas.ReplicaMiddleware(answer)(request)
    return found[0]


def test_public_pages_are_read_from_the_replicas_by_turns(two, rf):
    assert {during(rf.get("/de/"), read) for _ in range(4)} == {"replica1", "replica2"}
    one, other = during(rf.head("/de/"), lambda: (read(), read()))
    assert one == other != "default"


@pytest.mark.parametrize("path", ["/admin/", "/preview/x/de/", "/readyz"])
def test_what_is_not_public_is_read_from_the_primary(two, rf, path):
    assert during(rf.get(path), read) == "default"


def test_whoever_has_a_session_or_sends_a_form_is_served_by_the_primary(two, rf, settings):
    signed_in = rf.get("/de/")
    signed_in.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert during(signed_in, read) == "default"
    assert during(rf.post("/de/enquiry/"), read) == "default"
    assert read() == "default"  # a command


def test_one_that_is_down_is_passed_over_and_without_any_there_is_the_primary(two, rf):
    two[0].usable = False
    assert {during(rf.get("/de/"), read) for _ in range(4)} == {"replica2"}
    two[1].usable = False
    assert during(rf.get("/de/"), read) == "default"


def test_a_page_that_writes_or_is_in_a_transaction_reads_from_the_primary(two, rf, monkeypatch):
    from django.contrib.sessions.models import Session

    def write_and_read():
        return read(), ROUTER.db_for_write(Session), read()

    assert during(rf.get("/de/"), write_and_read)[1:] == ("default", "default")
    monkeypatch.setattr(Idle, "in_atomic_block", True)
    assert during(rf.get("/de/"), read) == "default"


def test_after_a_change_of_content_everybody_reads_from_the_primary(two, rf):
    from django.contrib.sessions.models import Session

    ROUTER.db_for_write(Session)
    assert during(rf.get("/de/"), read) != "default"  # a sign-in is no change of content
    ROUTER.db_for_write(Event)
    assert during(rf.get("/de/"), read) == "default"
    cache.delete(replicas.WRITTEN)  # as time does
    assert during(rf.get("/de/"), read) != "default"


def test_when_the_cache_was_away_with_what_it_knew_of_a_change_everybody_reads_from_the_primary(
    two, rf, settings, monkeypatch
):
    settings.PAGE_CACHE_SHARED = True
    version = time.time_ns()  # renewed when the cache came back
    monkeypatch.setattr(replicas.content_version, "current", lambda: version)
    assert during(rf.get("/de/"), read) == "default"
    version -= int((replicas.FRESH + 1) * 1e9)
    assert during(rf.get("/de/"), read) != "default"
    version = None
    assert during(rf.get("/de/"), read) == "default"


@pytest.mark.django_db(transaction=True)
def test_a_change_counts_again_when_its_transaction_ends():
    """An import takes longer than the mark lasts."""
    from django.db import connections, transaction

    cache.delete(replicas.WRITTEN)
    with transaction.atomic():
        for _ in range(3):
            ROUTER.db_for_write(Event)
        assert len(connections["default"].run_on_commit) == 1
        cache.delete(replicas.WRITTEN)
    assert cache.get(replicas.WRITTEN)
    cache.delete(replicas.WRITTEN)


def test_a_page_whose_replica_fails_half_way_is_made_from_the_primary(two, rf, monkeypatch):
    request = rf.get("/de/")
    asked = []

    def view(request):
        asked.append(read())
        if asked[-1] != "default":
            raise OperationalError("server closed the connection unexpectedly")
        return HttpResponse("whole")

    request.resolver_match = type("Match", (), {"func": view, "args": (), "kwargs": {}})
    middleware = replicas.ReplicaMiddleware(None)

    def handled(request):
        try:
            return view(request)
        except OperationalError as error:
            return middleware.process_exception(request, error)

    middleware.get_response = handled
    assert middleware(request).content == b"whole"
    assert asked[-1] == "default"
    assert sum(one.failures for one in two) == 1


def test_a_fault_of_the_primary_or_of_the_page_is_not_hidden(two, rf):
    request, middleware = rf.get("/de/"), replicas.ReplicaMiddleware(None)
    middleware.get_response = lambda request: middleware.process_exception(
        request, OperationalError("the primary")
    )
    two[0].usable = two[1].usable = False
    assert middleware(request) is None
    two[0].usable = True
    middleware.get_response = lambda request: (
        read(),
        middleware.process_exception(request, KeyError("a fault of ours")),
    )
    assert middleware(request)[1] is None


class Answering:
    """A connection to a PostgreSQL that says how far behind it is, or nothing at all."""

    vendor = "postgresql"

    def __init__(self, lag):
        self.lag, self.asked, self.closed = lag, 0, 0

    def cursor(self):
        self.asked += 1
        if isinstance(self.lag, Exception):
            raise self.lag
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement):
        assert "pg_last_xact_replay_timestamp" in statement

    def fetchone(self):
        return (self.lag,)

    def close(self):
        self.closed += 1


@pytest.mark.parametrize(
    ("lag", "usable"),
    [(0, True), (4.9, True), (5.1, False), (None, False), (OperationalError("gone"), False)],
)
def test_a_replica_that_is_behind_or_gone_is_not_used(monkeypatch, lag, usable):
    connection = Answering(lag)
    monkeypatch.setattr(replicas, "connections", {"replica1": connection})
    assert replicas.Replica("replica1").is_usable() is usable
    assert connection.closed == isinstance(lag, Exception)


def test_a_replica_is_asked_once_a_second_and_one_that_is_ill_less_often(monkeypatch):
    connection, clock = Answering(0), [1000.0]
    monkeypatch.setattr(replicas, "connections", {"replica1": connection})
    monkeypatch.setattr(replicas.time, "monotonic", lambda: clock[0])
    replica = replicas.Replica("replica1")
    for _ in range(5):
        assert replica.is_usable()
    assert connection.asked == 1
    clock[0] += 1.1
    connection.lag = 60
    assert not replica.is_usable()
    clock[0] += 1.1
    connection.lag = 0
    assert not replica.is_usable()
    assert connection.asked == 2
    clock[0] += 5
    assert replica.is_usable()


def test_replicas_are_named_by_their_addresses(monkeypatch):
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1/0")
    monkeypatch.setenv("REPLICAS", "postgres://a@one/x, postgres://a@two/x")
    found = environment.replicas("REPLICAS", "CACHE_URL")
    assert [one["HOST"] for one in found.values()] == ["one", "two"]
    assert found["replica1"]["OPTIONS"]["pool"]["timeout"] == 2
    monkeypatch.setenv("REPLICAS", "")
    assert environment.replicas("REPLICAS", "CACHE_URL") == {}


def test_replicas_without_a_shared_cache_are_refused(monkeypatch):
    monkeypatch.setenv("CACHE_URL", "")
    monkeypatch.setenv("REPLICAS", "postgres://a@one/x")
    with pytest.raises(ImproperlyConfigured, match="REPLICAS needs a CACHE_URL that all processes"):
        environment.replicas("REPLICAS", "CACHE_URL")


ASKED = """
from django.test import Client
from django.contrib.auth import get_user_model
from django.db import connections
from projects.models import Project

def title(client):
    page = client.get("/en/projects/").content.decode()
    return "replica" if "From the replica" in page else "primary"

visitor, editor = Client(), Client()
editor.force_login(get_user_model().objects.get())
print(title(visitor), title(editor))
print("found" if "From the replica" in visitor.get("/api/v1/projects/").content.decode() else "not")
project = Project.objects.first()
print("own" if project._state.db == "default" else "other", project.sector._state.db)
connections["replica1"].close()
connections["replica1"].settings_dict["NAME"] = "/nowhere/at/all.sqlite3"
print(title(visitor))
"""


@pytest.mark.thorough
def test_visitors_read_from_the_second_database_and_editors_from_the_first(tmp_path):
    place = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'primary.sqlite3'}",
        "CACHE_URL": "dummycache://",
        "MEDIA_ROOT": tmp_path / "media",
        "STATIC_ROOT": tmp_path / "static",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "testserver",
    }
    assert manage("serve", "--prepare-only", **place).returncode == 0
    shutil.copy(tmp_path / "primary.sqlite3", tmp_path / "replica.sqlite3")
    with sqlite3.connect(tmp_path / "replica.sqlite3") as replica:
        replica.execute("update projects_project set title_en = 'From the replica'")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASKED],
        cwd=ROOT,
        env=surroundings(
            DATABASE_REPLICA_URLS=f"sqlite:///{tmp_path / 'replica.sqlite3'}", **place
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.split("\n")[:4] == [
        "replica primary",
        "found",
        "own default",
        "primary",
    ], done.stderr
