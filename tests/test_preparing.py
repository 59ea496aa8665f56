"""Several starts, on several machines, prepare one database and one folder of static files."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from guizhou_portal.operations import static_files

from .servers import KEY, manage, needs, postgresql, until


@pytest.fixture
def place(tmp_path):
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "MEDIA_ROOT": tmp_path / "media",
        "SECRET_KEY": KEY,
    }


@pytest.fixture
def cluster():
    with postgresql() as server:
        yield server


def at_once(*commands, **place):
    with ThreadPoolExecutor() as both:
        runs = [both.submit(manage, *command, **place) for command in commands]
    return [one.result() for one in runs]


@pytest.mark.thorough
def test_two_migrations_at_once_of_one_file_do_not_disturb_each_other(place, tmp_path):
    for one in at_once(["migrate"], ["migrate"], **place):
        assert one.returncode == 0, one.stderr
    with sqlite3.connect(tmp_path / "portal.sqlite3") as database:
        names = database.execute("select app, name from django_migrations").fetchall()
    assert len(names) == len(set(names)) > 30


@pytest.mark.thorough
@needs("postgresql")
def test_two_first_starts_at_once_on_postgresql_prepare_it_once(place, cluster):
    place["DATABASE_URL"] = cluster.url
    first = ["serve", "--prepare-only"]
    for one in at_once(first, ["migrate"], first, **place):
        assert one.returncode == 0, one.stderr
    names = cluster.ask("select app, name from django_migrations")
    assert len(names) == len(set(names)) > 30
    assert cluster.ask("select count(*) from auth_user") == [(1,)]
    assert cluster.ask("select count(*) from projects_project") == [(6,)]


@pytest.mark.thorough
@needs("postgresql")
def test_a_migration_does_not_keep_visitors_waiting_behind_a_table_in_use(place, cluster):
    """A report reads a table for long: the migration steps aside, and comes back."""
    import psycopg

    place["DATABASE_URL"] = cluster.url
    assert manage("migrate", **place).returncode == 0
    assert manage("migrate", "events", "0005", **place).returncode == 0
    waits = []

    def visit(enough):
        with psycopg.connect(
            host=str(cluster.folder), user="portal", dbname="postgres", autocommit=True
        ) as visitor:
            while not enough.is_set():
                begun = time.monotonic()
                visitor.execute("select count(*) from events_event")
                waits.append(time.monotonic() - begun)
                time.sleep(0.02)

    enough = threading.Event()
    with (
        psycopg.connect(host=str(cluster.folder), user="portal", dbname="postgres") as report,
        ThreadPoolExecutor() as others,
    ):
        report.execute("select count(*) from events_event, events_contract")
        visitor = others.submit(visit, enough)
        try:
            migration = others.submit(manage, "migrate", "events", **place)
            until(lambda: "due to lock timeout" in cluster.log() or migration.done())
        finally:
            report.rollback()
            enough.set()
        result = migration.result()
        visitor.result()
    assert result.returncode == 0, result.stderr
    assert "A table is in use; the migration is tried again." in result.stderr
    assert max(waits) < 4  # seconds; the migration itself waits for two
    assert cluster.ask("select calendar_revision from events_event") == []


@pytest.fixture
def sources(settings, tmp_path):
    """A style sheet of this test's own, collected as in production."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def collected(settings):
    return sorted(path.name for path in settings.STATIC_ROOT.glob("look.*.css"))


def test_pages_of_the_earlier_version_still_find_their_files_after_an_update(settings, sources):
    (sources / "look.css").write_text("a { color: green }")
    static_files.collect()
    earlier = collected(settings)
    assert len(earlier) == 1
    assert static_files.are_current()
    (sources / "look.css").write_text("a { color: red }")
    assert not static_files.are_current()
    static_files.collect()
    assert static_files.are_current()
    assert len(collected(settings)) == 2
    assert set(earlier) < set(collected(settings))
    assert (settings.STATIC_ROOT / "look.css").read_text() == "a { color: red }"


def test_going_back_to_an_older_file_brings_it_back(settings, sources):
    import os

    look = sources / "look.css"
    look.write_text("a { color: green }")
    static_files.collect()
    look.write_text("a { color: red }")
    os.utime(look, (1_000_000_000, 1_000_000_000))  # from an archive, older than what is collected
    static_files.collect()
    assert (settings.STATIC_ROOT / "look.css").read_text() == "a { color: red }"


def test_static_files_nobody_can_still_ask_for_are_cleared_away(settings, sources, monkeypatch):
    (sources / "look.css").write_text("a { color: green }")
    (sources / "gone.css").write_text("b { color: green }")
    static_files.collect()
    earlier = collected(settings)
    (sources / "look.css").write_text("a { color: red }")
    (sources / "gone.css").unlink()
    static_files.collect()
    assert not (settings.STATIC_ROOT / "gone.css").exists()
    later = time.time() + static_files.KEPT + 60
    monkeypatch.setattr(static_files.time, "time", lambda: later)
    (sources / "look.css").write_text("a { color: blue }")
    static_files.collect()
    assert earlier[0] not in collected(settings)
    assert len(collected(settings)) >= 1
