# ruff: noqa: F811  (fixtures)
"""What can go wrong around a restore, and what is said then."""

import io
import os
import sqlite3
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from guizhou_portal.operations import content_version
from guizhou_portal.operations.backup import replacing, restoring
from guizhou_portal.operations.backup.faults import BackupError
from guizhou_portal.operations.backup.files import Waiting

from .test_backup import archive, migrations, refusal  # noqa: F401  (fixtures)
from .test_cache_gone import shared_cache  # noqa: F401  (a fixture)


@pytest.fixture
def restored(db, tmp_path, monkeypatch):
    """Restore files alone, the tests' database stays; what the command says."""
    monkeypatch.setattr(replacing, "new_database", nullcontext)
    monkeypatch.setattr(restoring, "_build", lambda *args: None)
    for name in ("take_over", "throw_away"):
        monkeypatch.setattr(replacing, name, lambda: None)

    def restore():
        said = io.StringIO()
        call_command("restore", str(archive(tmp_path / "one.backup")), "--yes", stdout=said)
        return said.getvalue()

    return restore


@pytest.mark.parametrize(
    ("owner", "name", "words"),
    [
        (content_version, "advance", "The servers could not be told (no room)."),
        (replacing, "throw_away", "Left over, until the next restore removes it (no room)."),
        (Waiting, "clear", "Left over, until the next restore removes it (no room)."),
        (Waiting, "remove_others", "may be left over (no room)."),
    ],
)
def test_a_fault_after_the_change_only_adds_a_line(
    restored, settings, monkeypatch, owner, name, words
):
    has_changed = []
    monkeypatch.setattr(replacing, "take_over", lambda: has_changed.append(True))
    real = getattr(owner, name)

    def fails(*args):
        if has_changed:
            raise OSError("no room")
        real(*args)

    monkeypatch.setattr(owner, name, fails)
    said = restored()
    assert words in said
    assert "\nRestored." in said
    assert (Path(settings.MEDIA_ROOT) / "a.jpg").exists()


def test_a_reader_who_has_gone_does_not_undo_it(restored, monkeypatch, settings, tmp_path):
    """Such as ``| head``, which wants no more lines."""
    heard = []

    def tell(line):
        heard.append(line)
        if "files restored" in line:
            raise BrokenPipeError

    restoring.restore(archive(tmp_path / "1.backup"), replace=True, tell=tell)
    assert [line for line in heard if str(settings.ENQUIRY_FILES) in line]
    assert (Path(settings.MEDIA_ROOT) / "a.jpg").exists()


def test_a_cache_that_is_gone_is_told(restored, shared_cache):
    said = restored()
    assert (
        "The cache could not be emptied: empty it, then start the servers "
        "(default: its server does not answer)." in said
    )
    assert "Restored." in said


@pytest.mark.parametrize(
    ("code", "is_advised"),
    [("SQLITE_FULL", False), ("SQLITE_CORRUPT_INDEX", True), ("SQLITE_IOERR_WRITE", False)],
)
def test_only_a_damaged_database_is_to_be_moved_away(tmp_path, monkeypatch, code, is_advised):
    def backup(*args, **kwargs):
        error = sqlite3.OperationalError("something")
        error.sqlite_errorcode = getattr(sqlite3, code)
        raise error

    one = SimpleNamespace(backup=backup, close=lambda: None)
    assert ("the files -wal and -shm" in refused(tmp_path, monkeypatch, one)) == (is_advised)


def test_a_file_that_is_no_database_is_to_be_moved_away(tmp_path, monkeypatch):
    (tmp_path / "portal.sqlite3").write_bytes(b"no database" * 100)
    assert "the files -wal and -shm" in refused(tmp_path, monkeypatch)


def refused(folder, monkeypatch, source=None):
    """What is said when SQLite's database cannot be replaced."""
    settings = {"NAME": folder / "portal.sqlite3"}
    connection = SimpleNamespace(vendor="sqlite", settings_dict=settings, close=lambda: None)
    monkeypatch.setattr(replacing, "connection", connection)
    with sqlite3.connect(folder / "portal.sqlite3.restoring") as new:
        new.execute("CREATE TABLE one (id)")
    if source:
        monkeypatch.setattr(replacing.sqlite3, "connect", lambda *args, **kwargs: source)
    with pytest.raises(BackupError) as caught:
        replacing.take_over()
    return str(caught.value)


def test_a_check_of_what_cannot_be_read_twice_says_that_it_was_a_check(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write():
        with suppress(BrokenPipeError):
            pipe.write_bytes(b"database/")

    writer = Thread(target=write)
    writer.start()
    said = refusal(pipe, "--check")
    writer.join()
    assert said.startswith(f"{pipe} could not be checked (")


def test_only_the_folder_of_senders_files_is_closed_to_others(tmp_path):
    folder = tmp_path / "srv" / "portal" / "enquiries"
    Waiting(folder, is_private=True).make_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "usual").mkdir()
    usual = (tmp_path / "usual").stat().st_mode
    assert {folder.parent.stat().st_mode, folder.parent.parent.stat().st_mode} == {usual}
