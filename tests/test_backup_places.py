# ruff: noqa: F811  (fixtures)
"""Where a backup is written, what is beside it, and what else may run at the same time."""

import fcntl
import os
import signal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from guizhou_portal.operations.backup import files, making

from .backups import under_way
from .test_backup import archive, migrated, migrations, refusal  # noqa: F401  (fixtures)

TABLE = b"database/auth_user.jsonl.gz"
SQLITE = b"SQLite format 3\0 with everybody's names"


def backed_up(file):
    """What the command says."""
    said = StringIO()
    call_command("backup", str(file), stdout=said)
    return said.getvalue()


def left(folder, **contents):
    """Files as a backup that was killed leaves them: ``part``, ``copy`` and so on."""
    for ending, content in contents.items():
        path = folder / f".last-night.backup.{ending.replace('_', '-')}"
        path.write_bytes(content)
        path.chmod(0o600)


def hidden(folder):
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


# --- the file ------------------------------------------------------------------------------------


def test_what_is_no_ordinary_file_is_not_replaced(migrated, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = refusal(pipe, command="backup")
    assert said == f"{pipe} is no ordinary file, so it is not replaced; name another one."
    assert pipe.is_fifo()
    (tmp_path / "link").symlink_to(pipe)
    assert "is no ordinary file" in refusal(tmp_path / "link", command="backup")


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(migrated, tmp_path):
    other, link = tmp_path / "other disk", tmp_path / "newest.backup"
    other.mkdir()
    (other / "one.backup").write_bytes(b"the last one")
    link.symlink_to(other / "one.backup")
    assert f"Written: {link}" in backed_up(link)
    assert link.is_symlink()
    assert (other / "one.backup").read_bytes().startswith(b"database/")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "a link that leads to itself" in refusal(tmp_path / "a", command="backup")


# --- interrupted ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contents",
    [
        {"part": TABLE, "copy": SQLITE, "copy_journal": b"x", "copy_wal": b"x", "copy_shm": b"x"},
        {"part": b"age-encryption.org/v1\n-> X25519"},
        {"part": b"", "copy": b""},
        {"part": b"\0" * 600, "copy": SQLITE},  # after a power cut
        {"copy": SQLITE},
    ],
)
def test_the_next_backup_removes_what_a_killed_one_left(migrated, tmp_path, contents):
    left(tmp_path, **contents)
    said = backed_up(tmp_path / "tonight.backup")
    assert "Removed what was left of a backup that was killed: last-night.backup." in said
    assert hidden(tmp_path) == set()


def test_a_backup_that_runs_keeps_its_files(migrated, tmp_path):
    left(tmp_path, part=TABLE, copy=SQLITE)
    there = hidden(tmp_path)
    with (tmp_path / ".last-night.backup.part").open("rb") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        backed_up(tmp_path / "tonight.backup")
        assert hidden(tmp_path) == there


def test_files_of_others_are_left_alone(migrated, tmp_path):
    left(tmp_path, part=b"half a film", copy=SQLITE)
    (tmp_path / ".notes.copy").write_bytes(b"my notes")
    (tmp_path / ".shared.copy").write_bytes(SQLITE)
    (tmp_path / ".shared.copy").chmod(0o644)
    (tmp_path / ".elsewhere.copy").symlink_to(tmp_path / ".notes.copy")
    os.mkfifo(tmp_path / ".pipe.part")
    there = hidden(tmp_path)
    assert "Removed" not in backed_up(tmp_path / "tonight.backup")
    assert hidden(tmp_path) == there


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_backup_that_is_told_to_end_leaves_nothing(
    migrated, tmp_path, monkeypatch, number, encrypted
):
    # Whoever does not listen goes on, and is found out by that.
    before = signal.signal(number, lambda *_: None)
    monkeypatch.setattr(making, "_write_files", lambda *args: os.kill(os.getpid(), number))
    options = ["--recipient", public_key(tmp_path)] if encrypted else []
    try:
        with pytest.raises(SystemExit) as end:
            call_command("backup", str(tmp_path / "one.backup"), *options, "-v0")
        assert signal.getsignal(number) not in (signal.SIG_DFL, signal.default_int_handler)
    finally:
        signal.signal(number, before)
    assert end.value.code == 128 + number
    assert {path.name for path in tmp_path.iterdir()} <= {"secret.key"}


def public_key(folder):
    call_command("backup_key", str(folder / "secret.key"), "-v0")
    text = (folder / "secret.key").read_text()
    return text.partition("# public key: ")[2].split()[0]


# --- at the same time ----------------------------------------------------------------------------


def test_no_backup_is_made_of_a_portal_that_is_just_being_restored(migrated, settings, tmp_path):
    with under_way("restore", settings.ENQUIRY_FILES):
        said = refusal(tmp_path / "one.backup", command="backup")
    assert said == "A restore is under way: make the backup when it has ended."
    assert not (tmp_path / "one.backup").exists()


@pytest.mark.parametrize(
    ("other", "words"),
    [("backup", "A backup is being made, or files are"), ("restore", "Another restore is running")],
)
def test_a_restore_waits_for_its_turn(db, settings, tmp_path, other, words):
    file = archive(tmp_path / "one.backup")
    with under_way(other, settings.ENQUIRY_FILES):
        assert refusal(file, "--yes").startswith(words)


def test_two_backups_may_be_made_at_once(migrated, settings, tmp_path):
    with under_way("backup", settings.ENQUIRY_FILES):
        assert "Written:" in backed_up(tmp_path / "one.backup")


def test_files_that_are_deleted_meanwhile_are_counted(migrated, settings, tmp_path, monkeypatch):
    real = files.names_in
    monkeypatch.setattr(files, "names_in", lambda folder: [*real(folder), "deleted", "since"])
    said = backed_up(tmp_path / "one.backup")
    assert "Files in media that were deleted meanwhile, so not in this backup: 2." in said


def test_what_the_file_system_keeps_for_itself_is_nobodys(migrated, settings, tmp_path):
    """Where a disk is mounted for the uploads there is a folder that only root may read."""
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.ENQUIRY_FILES)):
        (folder / "lost+found").mkdir(parents=True)
        (folder / "lost+found" / "link").symlink_to(tmp_path)  # nothing a backup could hold
        (folder / "2026" / "lost+found").mkdir(parents=True)
        (folder / "2026" / "lost+found" / "file").write_bytes(b"x")
    assert "Files in media: 1," in backed_up(tmp_path / "one.backup")
    (folder / "lost+found" / "link").unlink()
    files.Waiting(folder, is_private=True)._remove_empty_folders()
    assert (folder / "lost+found").is_dir()
