"""A portal is restored elsewhere, or over what is there; whatever happens meanwhile."""

import json
import subprocess
import sys
import time

import pytest
from django.db import connection

from .backups import ROOT, Portal, records_in

pytestmark = pytest.mark.rehearsal

KIND = connection.vendor
#: In both portals, with another content.
CHANGED = "media/photos/de2d995eb96daf48df8e.jpg"
#: From which kind of database into which; the other way round, too, where there is a server.
MOVES = [(KIND, KIND)] if KIND == "sqlite" else [(KIND, KIND), ("sqlite", KIND), (KIND, "sqlite")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("portals")


@pytest.fixture
def place(folder):
    """Makes portals, and takes their databases away afterwards."""
    made = []

    def make(name, kind=KIND, like=None):
        made.append(Portal(folder / f"{len(list(folder.iterdir()))}-{name}", kind, like))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def filled(folder):
    """A portal of each kind that is full, with a backup of it."""
    kept = {}

    def of_kind(kind):
        if kind not in kept:
            kept[kind] = Portal(folder / f"filled-{kind}", kind).fill()
            kept[kind].backup = kept[kind].folder / "one.backup"
            kept[kind].manage("backup", kept[kind].backup)
        return kept[kind]

    yield of_kind
    for one in kept.values():
        one.close()


@pytest.fixture
def full(filled):
    return filled(KIND)


@pytest.fixture(scope="module")
def another(folder):
    one = Portal(folder / "another", KIND)
    one.manage("migrate", "-v0")
    one.inside("fill_a_little")
    yield one
    one.close()


@pytest.fixture
def other(place, another):
    """A portal with other content: what a restore takes the place of."""
    return place("other", like=another)


def meant(records):
    """Records without the order of JSON's keys, which PostgreSQL does not keep."""
    return {
        table: [json.dumps(line, sort_keys=True) for line in lines]
        for table, lines in records.items()
    }


def same(one, another):
    assert meant(one.kept_records) == meant(another.records())
    assert one.files() == another.files()
    return True


@pytest.mark.parametrize(("start", "goal"), MOVES)
def test_every_page_of_a_restored_portal_is_as_it_was(filled, place, start, goal):
    first, second = filled(start), place("second", goal)
    key, encrypted = second.folder / "secret.key", second.folder / "nightly.backup"
    public = second.manage("backup_key", key).split()[-1]
    first.manage("backup", encrypted, "--recipient", public)
    assert b"manifest.json" not in encrypted.read_bytes()

    said = second.manage("restore", encrypted, "--identity-file", key)

    assert "Restored." in said
    assert same(first, second)
    before = first.pages()
    assert before == second.pages()
    assert len(before) > 200
    assert {status for status, *_ in before.values()} == {200, 302}
    languages = {address.split("/")[1] for address in before}
    assert {"de", "en", "zh-hans"} <= languages
    assert any(kind == "image/jpeg" for _, kind, _ in before.values())
    assert second.leftovers() == []


@pytest.mark.parametrize(("start", "goal"), MOVES)
def test_a_restored_portal_goes_on(filled, place, start, goal):
    """Accounts sign in, words are found, files are private, no key is given twice."""
    first, second = filled(start), place("second", goal)
    second.manage("restore", first.backup)

    went_on = json.loads(second.inside("go_on"))

    last = first.kept_records["events_event"][0]["last_key"]
    assert went_on == {"signed in": True, "found": True, "next key": last + 1}
    (file,) = [path for path in second.enquiries.rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    # What a new start does is nothing.
    assert "created" not in second.manage("load_source_content")


def test_the_portal_that_is_replaced_leaves_nothing(full, other):
    other.manage("restore", full.backup, "--yes")
    assert same(full, other)
    assert other.leftovers() == []


def test_a_portal_in_use_is_not_replaced_unasked(full, another, other):
    records, files = another.kept_records, another.files()
    said = other.manage("restore", full.backup, fails=True)
    assert "There is something already" in said
    assert (other.records(), other.files()) == (records, files)


@pytest.mark.parametrize(
    ("point", "is_new"),
    [
        ("files.Waiting.take:before", False),
        ("records.load:after", False),
        ("files.Waiting.add:after", False),
        ("replacing.take_over:before", False),
        ("replacing.take_over:after", True),
        ("files.Waiting.remove_others:after", True),
    ],
)
def test_a_killed_restore_leaves_the_old_portal_or_the_new_one(full, another, other, point, is_new):
    records, files = another.kept_records, another.files()

    other.inside("restore_until", point, full.backup, fails=True)

    # No file of the portal's changes under its name; one that did is new as soon as it is there.
    there = other.files()
    assert meant(other.records()) == meant(full.kept_records if is_new else records)
    expected = full.files() if is_new else files
    if not is_new:
        expected.pop(CHANGED)
    assert {name: there[name] for name in expected} == expected  # nothing it needs is missing
    # The same again finishes it.
    other.manage("restore", full.backup, "--yes")
    assert same(full, other)
    assert other.leftovers() == []


def test_a_fault_at_the_last_moment_puts_everything_back(full, another, other):
    records, files = another.kept_records, another.files()
    other.inside("restore_failing", full.backup, fails=True)
    assert (other.records(), other.files()) == (records, files)
    assert other.leftovers() == []


def test_an_older_backup_gets_the_migrations_that_came_since(place):
    old, new = place("old"), place("new")
    old.manage("migrate", "-v0", "projects", "0005")
    old.inside("write_old")
    backup = old.folder / "old.backup"
    old.manage("backup", backup)
    assert "projects_mail" not in records_in(backup)

    said = new.manage("restore", backup)

    assert "Migrations that came since:" in said
    assert "An old sector" in json.dumps(new.records()["projects_sector"])
    new.manage("migrate", "--check")


def test_a_backup_while_editors_write_sees_one_moment(place, tmp_path):
    one = place("written")
    one.manage("migrate", "-v0")
    stop = tmp_path / "stop"
    writers = [begin(one, "write_pairs", stop, number) for number in range(2)]
    try:
        seen = []
        for number in range(3):
            file = tmp_path / f"{number}.backup"
            one.manage("backup", file)
            records = records_in(file)
            seen.append([len(records[f"projects_{name}"]) for name in ("organisation", "place")])
    finally:
        stop.touch()
        wrote = [finished(writer) for writer in writers]
    assert all(organisations == places for organisations, places in seen)
    assert seen[0] < seen[1] < seen[2]  # nobody had to wait for the end of it
    assert sum(wrote) >= seen[2][0] - 1


def test_visitors_get_pages_all_the_time(full, other, tmp_path):
    stop = tmp_path / "stop"
    visitor = begin(other, "watch", stop)
    try:
        time.sleep(2)
        other.manage("restore", full.backup, "--yes")
        time.sleep(1)
    finally:
        stop.touch()
        answers = finished(visitor)
    assert set(answers) == {"200"}
    assert answers["200"] > 20


def test_a_full_disk_leaves_the_last_backup_alone(full, tmp_path):
    """The disk lets no file grow beyond a size that the backup needs."""
    kept = full.folder / "kept.backup"
    kept.write_bytes(b"the last one")
    for blocks in (8, 150):  # of 1,024 bytes
        limited = f'ulimit -f {blocks}; exec "$@"'
        done = subprocess.run(  # noqa: S603  (our own command)
            ["bash", "-c", limited, "-", sys.executable, "manage.py", "backup", str(kept)],  # noqa: S607
            cwd=ROOT,
            env=full.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert kept.read_bytes() == b"the last one"
        assert full.leftovers() == []


def begin(portal, *command):
    return subprocess.Popen(  # noqa: S603  (our own interpreter and command)
        [sys.executable, "-m", "tests.backups", *map(str, command)],
        cwd=ROOT,
        env=portal.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process):
    try:
        out, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, errors
    return json.loads(out)
