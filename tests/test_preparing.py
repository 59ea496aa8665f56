"""Several starts, on several machines, prepare one database and one folder of static files."""

import errno
import os
import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

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


@contextmanager
def full_disk(name):
    """There is room for half of the file whose name as stored matches ``name``, and no more."""
    save = FileSystemStorage._save

    def half(storage, stored_as, content):
        if not re.fullmatch(name, stored_as):
            return save(storage, stored_as, content)
        Path(storage.path(stored_as)).write_bytes(content.read()[: content.size // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", half)
        yield


@pytest.mark.parametrize("ending", ["", ".svg"])
def test_a_file_that_was_cut_by_a_full_disk_is_whole_after_the_next_start(
    settings, sources, ending
):
    """Browsers keep it for a year: its name says that it never changes."""
    drawing = b"<svg>" + b"<g/>" * 99 + b"</svg>"
    (sources / f"ridge{ending}").write_bytes(drawing)
    with full_disk(r"ridge\.\w{12}(\.svg)?"), pytest.raises(CommandError) as told:
        call_command("serve", "--collect-only", verbosity=0)
    assert str(told.value) == (
        "The static files could not be collected (No space left on device). "
        "The next start does it anew."
    )
    (cut,) = settings.STATIC_ROOT.glob(f"ridge.{'?' * 12}{ending}")
    assert cut.stat().st_size < len(drawing)
    static_files.collect()
    assert cut.read_bytes() == drawing
    assert static_files.are_current()


def test_a_file_that_was_compressed_while_it_was_cut_is_compressed_anew(settings, sources):
    """A power cut may leave half of a file that was counted as collected."""
    (sources / "ridge.svg").write_bytes(b"<svg>" + b"<g/>" * 99 + b"</svg>")
    static_files.collect()
    whole = {path.name: path.read_bytes() for path in settings.STATIC_ROOT.glob("ridge.?*.svg*")}
    assert len(whole) == 3
    for name in whole:
        os.truncate(settings.STATIC_ROOT / name, 9)
    (settings.STATIC_ROOT / static_files.STAMP).unlink()
    static_files.collect()
    for name, content in whole.items():
        assert (settings.STATIC_ROOT / name).read_bytes() == content


def test_an_update_that_was_interrupted_leaves_nothing_that_counts_as_current(settings, sources):
    """Nor the version before it, to which one may go back then."""
    look = sources / "look.css"
    look.write_text("a { color: green }")
    static_files.collect()
    (earlier,) = collected(settings)
    look.write_text("a { color: red }")
    with full_disk(r"staticfiles\.json"), pytest.raises(OSError, match="No space"):
        static_files.collect()
    assert not static_files.are_current()
    look.write_text("a { color: green }")
    assert not static_files.are_current()
    settings.STORAGES = {**settings.STORAGES}  # another process: its storage reads the list anew
    static_files.collect()
    assert static_files.are_current()
    assert earlier in (settings.STATIC_ROOT / "staticfiles.json").read_text()
