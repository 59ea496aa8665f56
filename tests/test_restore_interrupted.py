"""A backup or a restore is told to end, or killed; and what a restore finds or leaves."""

import os
import signal

import pytest

from .backups import Portal
from .test_restore import (  # noqa: F401  (fixtures)
    KIND,
    another,
    filled,
    folder,
    full,
    meant,
    other,
    place,
    same,
)

# ruff: noqa: F811  (fixtures)
pytestmark = pytest.mark.rehearsal


@pytest.mark.skipif(KIND != "sqlite", reason="PostgreSQL needs no copy")
def test_a_killed_backup_leaves_no_copy_of_the_database_once_there_is_another(another, other):
    file = other.folder / "last-night.backup"
    other.inside("ended", "connected.sqlite3.connect:after", 9, "backup", file, fails=True)
    assert {".last-night.backup.copy", ".last-night.backup.part"} <= set(other.leftovers())
    assert "Removed what was left" in other.manage("backup", other.folder / "tonight.backup")
    assert other.leftovers() == []


@pytest.mark.parametrize("point", ["records.dump:after", "making._write_files:before"])
def test_a_backup_that_is_told_to_end_leaves_nothing(another, other, point):
    file = other.folder / "last-night.backup"
    other.inside("ended", point, signal.SIGTERM, "backup", file, fails=True)
    assert other.leftovers() == []
    assert not file.exists()


@pytest.mark.parametrize(
    ("point", "is_new"),
    [
        ("files.Waiting.take:before", False),
        ("records.load:after", False),
        ("files.Waiting.add:after", False),
        (f"replacing._take_over_{KIND}:after", True),  # it happened: nothing may be taken back
        ("files.Waiting.remove_others:after", True),
    ],
)
def test_a_restore_that_is_told_to_end_does_so_in_order(full, another, other, point, is_new):
    records, files = another.kept_records, another.files()
    command = ("restore", full.backup, "--yes")
    other.inside("ended", point, signal.SIGTERM, *command, fails=not is_new)
    assert meant(other.records()) == meant(full.kept_records if is_new else records)
    assert other.files() == (full.files() if is_new else files)
    assert other.leftovers() == []


@pytest.mark.skipif(KIND != "sqlite", reason="PostgreSQL has no folder of ours")
def test_a_restore_makes_the_folder_of_the_database_unasked(full, folder):
    one = Portal(folder / "new machine")
    one.database = f"sqlite:///{one.folder / 'not' / 'yet' / 'portal.sqlite3'}"
    assert "Restored." in one.manage("restore", full.backup)
    assert same(full, one)


def test_mails_that_waited_are_not_sent_a_second_time(place, other):
    one = place("writing")
    one.manage("migrate", "-v0")
    one.inside("write_letters")
    one.manage("backup", one.folder / "one.backup")

    said = other.manage("restore", one.folder / "one.backup", "--yes")

    assert "perhaps sent since the backup: 1. Look at them." in said
    lines = other.records()["projects_mail"]
    state = lines[0]["columns"].index("state")
    assert sorted(line[state] for line in lines[1:]) == ["sent", "uncertain", "waiting"]
    assert "sent: 0" in other.manage("send_pending_mail")
    assert os.listdir(other.enquiries) == []
