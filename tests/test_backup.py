"""What a backup holds, and which files are refused before anything is touched."""

import gzip
import hashlib
import io
import json
import re
import tarfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from guizhou_portal.backoffice.models import KeptSheet
from guizhou_portal.content.models import LoadedRecord
from guizhou_portal.operations.backup import encryption, manifest, records
from guizhou_portal.operations.backup.archive import Writer
from guizhou_portal.operations.backup.states import models_at, unknown

from .factories import ProjectFactory

SECRET = b"what nobody else may read"


def archive(file, parts=None, keys=(), **changes):
    """A backup with these parts, right in itself; ``changes`` to its manifest."""
    parts = {"enquiries/2026-11/letter": SECRET, "media/a.jpg": b"\xff" * 700} | (parts or {})
    said = {"database": "sqlite", "has_media": True, "migrations": [], "newest": {}, "records": {}}
    content = io.BytesIO()
    writer = Writer(content)
    for name, part in parts.items():
        writer.add(name, io.BytesIO(part), len(part), changed=1_700_000_000)
    text = manifest.written(parts=writer.parts, **said).text
    text = json.dumps(json.loads(text) | changes)
    writer.add_text(manifest.NAME, text)
    writer.finish()
    content.seek(0)
    with file.open("wb") as out:
        if keys:
            with encryption.encrypting(out, keys) as target:
                target.write(content.read())
        else:
            out.write(content.read())
    return file


def refusal(file, *options, command="restore"):
    with pytest.raises(CommandError) as caught:
        call_command(command, str(file), *options)
    return str(caught.value)


def is_untouched(settings):
    """Neither uploads nor senders' files, nor anything that waits to become one."""
    folders = [Path(settings.MEDIA_ROOT), Path(settings.ENQUIRY_FILES)]
    return not [path for folder in folders if folder.exists() for path in folder.iterdir()]


@pytest.fixture(autouse=True)
def migrations(settings):
    """The tests' database was made without them, but a portal in use knows what it has had."""
    settings.MIGRATION_MODULES = {}


@pytest.fixture
def key(tmp_path):
    """``(public key, file of the secret one)``."""
    file = tmp_path / "secret.key"
    call_command("backup_key", str(file), stdout=io.StringIO())
    return re.search("age1[a-z0-9]+", file.read_text())[0], file


# --- making --------------------------------------------------------------------------------------


@pytest.fixture
def migrated(transactional_db):
    """The tests' database says that it had all migrations, as one in use does."""
    recorder = MigrationRecorder(connection)
    missing = migrations_of_this_release() - recorder.applied_migrations().keys()
    for app, name in missing:
        recorder.record_applied(app, name)
    yield
    for app, name in missing:
        recorder.record_unapplied(app, name)


def test_a_backup_tells_what_is_in_it_and_nobody_else_may_read_it(
    migrated, client, editor, settings, tmp_path
):
    ProjectFactory(title="Cloud")
    client.force_login(editor)
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.ENQUIRY_FILES)):
        (folder / "2026").mkdir(parents=True)
        (folder / "2026" / "数据 – 1.pdf").write_bytes(SECRET)
    file, said = tmp_path / "one.backup", io.StringIO()

    call_command("backup", str(file), stdout=said)

    assert file.stat().st_mode & 0o777 == 0o600
    assert re.search(r"Database: \d+ records in \d+ tables\.", said.getvalue())
    assert "Files in media: 1, 0.0 MB." in said.getvalue()
    assert "not encrypted" in said.getvalue()
    with tarfile.open(file) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}
    about = json.loads(parts["manifest.json"])
    assert about["database"] == connection.vendor
    assert re.fullmatch(r"\d+\.\d+.*", about["release"])
    assert about["newest"]["projects"].startswith("0")
    assert datetime.now(UTC) - datetime.fromisoformat(about["made"]) < timedelta(minutes=1)
    for name, (size, sha256) in about["parts"].items():
        assert (len(parts[name]), hashlib.sha256(parts[name]).hexdigest()) == (size, sha256)
    assert parts["media/2026/数据 – 1.pdf"] == parts["enquiries/2026/数据 – 1.pdf"] == SECRET
    lines = gzip.decompress(parts["database/projects_project.jsonl.gz"]).decode()
    assert "Cloud (sample)" in lines
    assert about["records"]["projects_project"] == 1
    # Who is signed in would still be, in a portal that is restored.
    assert not [name for name in parts if "session" in name]
    call_command("restore", str(file), "--check", stdout=said)
    assert said.getvalue().endswith("This release can restore it.\n")


def test_uploads_can_be_left_out(migrated, settings, tmp_path):
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.ENQUIRY_FILES)):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(SECRET)
    call_command("backup", str(tmp_path / "one.backup"), "--no-media", "-v0")
    with tarfile.open(tmp_path / "one.backup") as tar:
        names = tar.getnames()
    assert "enquiries/file" in names
    assert "media/file" not in names


def test_a_backup_that_fails_leaves_the_last_one(migrated, settings, tmp_path):
    folder, file = Path(settings.MEDIA_ROOT), tmp_path / "one.backup"
    folder.mkdir(parents=True)
    (folder / "elsewhere").symlink_to(tmp_path)  # nobody would miss what it leads to, before
    file.write_bytes(b"the last one")
    assert "elsewhere is neither a file nor a folder" in refusal(file, command="backup")
    assert file.read_bytes() == b"the last one"
    assert {path.name for path in tmp_path.iterdir()} == {"media", "one.backup"}


def test_a_public_key_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "keys").write_text("# ours\nage1notakey\n")
    for options in (["--recipient", "age1x"], ["--recipient-file", str(tmp_path / "keys")]):
        said = refusal(tmp_path / "one.backup", *options, command="backup")
        assert said == "A public key must look like age1…, as manage.py backup_key makes it."


def test_values_of_every_kind_come_back_exactly(editor):
    """Also what JSON has no word for, and the key of a record that was deleted."""
    project = ProjectFactory(
        title="“Ä” \U0001f30f\r\n\t'\\0'",
        investment_volume=Decimal("1234567890123.45"),
        currency="EUR",
        publish_at=datetime(2026, 3, 29, 1, 59, 59, 999999, UTC),
        starts_on=date(1999, 12, 31),
    )
    ProjectFactory()
    gone = ProjectFactory()
    last_given = gone.pk
    gone.delete()
    KeptSheet.objects.create(user=editor, session="one", content=bytes(range(256)))
    for number, content in enumerate([[], {"b": [1, None, 2.5], "a": "“"}, "text", 0, False]):
        LoadedRecord.objects.create(key=str(number), object_id=2**40, content=content)
    with connection.cursor() as cursor:  # JSON's own null, which is not the database's
        cursor.execute("UPDATE content_loadedrecord SET content = 'null' WHERE key = '0'")
    models = {one._meta.db_table: one for one in models_at(migrations_of_this_release())}
    for ours in (LoadedRecord, KeptSheet, type(project)):
        model, file = models[ours._meta.db_table], io.BytesIO()
        before, last = values_of(ours), records.last_key(model, connection)
        assert records.dump(model, connection, file) == len(before)
        file.seek(0)
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608  (our own name)
            new = {"table": model._meta.db_table, "column": "id"}  # as a table that was never used
            for sql in connection.ops.sequence_reset_by_name_sql(no_style(), [new]):
                cursor.execute(sql)
        records.load(model, connection, file)
        assert values_of(ours) == before
        assert records.last_key(model, connection) == last
    assert ProjectFactory().pk > last_given


def values_of(model):
    rows = model._base_manager.order_by("pk").values()
    return [{name: turned(value) for name, value in row.items()} for row in rows]


def turned(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_backup_knows_every_column_there_is():
    models = models_at(migrations_of_this_release())
    assert len(models) > 50
    for model in models:
        for field in records.fields_of(model):
            assert records.kind_of(field)


def migrations_of_this_release():
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


# --- refusing ------------------------------------------------------------------------------------


def test_every_byte_counts(tmp_path):
    whole = archive(tmp_path / "one.backup").read_bytes()
    altered = tmp_path / "altered.backup"
    for place in range(0, len(whole), 61):
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert refusal(altered, "--check").startswith("The backup "), place


def test_a_file_that_was_cut_is_refused(db, settings, tmp_path):
    whole = archive(tmp_path / "one.backup").read_bytes()
    cut = tmp_path / "cut.backup"
    for length in [0, 1, 511, 512, *range(600, len(whole.rstrip(b"\0")), 509)]:
        cut.write_bytes(whole[:length])
        assert refusal(cut, "--check").startswith("The backup is"), length
    assert refusal(cut, "--yes").startswith("The backup is")
    assert is_untouched(settings)


def test_another_file_is_no_backup(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 4000)
    assert "damaged or none at all" in refusal(tmp_path / "photo.jpg", "--check")
    assert "cannot be read (No such file" in refusal(tmp_path / "nothing", "--check")
    assert "cannot be read (Is a directory" in refusal(tmp_path, "--check")


@pytest.mark.parametrize(
    "name",
    ["../outside", "media/../../outside", "/outside", "media//b", "media/./b", "..", "other/b"],
)
def test_no_part_gets_out_of_its_folder(db, settings, tmp_path, name):
    file = archive(tmp_path / "hostile.backup", {name: b"caught"})
    assert "The backup is refused: it holds" in refusal(file, "--yes")
    assert is_untouched(settings)
    assert not (tmp_path / "outside").exists()
    assert not Path("/outside").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_nothing_but_files_is_taken(db, settings, tmp_path, kind):
    file = tmp_path / "hostile.backup"
    with tarfile.open(file, "w") as tar:
        head = tarfile.TarInfo("media/link")
        head.type, head.linkname = kind, "/etc/passwd"
        tar.addfile(head)
    assert "which no backup of ours does" in refusal(file, "--yes")
    assert is_untouched(settings)


def test_a_part_that_promises_what_no_memory_holds_is_refused(tmp_path):
    file = tmp_path / "hostile.backup"
    head = tarfile.TarInfo("././@PaxHeader")
    head.type, head.size = tarfile.XHDTYPE, 2**32
    file.write_bytes(head.tobuf() + b"12 path=a\n")
    assert "promises more than it can hold" in refusal(file, "--check")


def test_a_backup_of_a_newer_release_is_refused(db, settings, tmp_path):
    newer = archive(tmp_path / "1.backup", migrations=[["projects", "0999_later"]], release="9.1")
    said = refusal(newer, "--yes")
    assert "9.1" in said
    assert "does not know its migration projects.0999_later" in said
    assert is_untouched(settings)
    assert "by a newer release (9.1)" in refusal(
        archive(tmp_path / "2.backup", {"new/part": b""}, format=2, release="9.1"), "--check"
    )
    assert unknown(migrations_of_this_release()) == []


def test_what_is_encrypted_opens_with_its_key_alone(db, settings, tmp_path, key):
    public, file = key
    encrypted = archive(tmp_path / "one.backup", keys=encryption.recipients([public]))
    assert SECRET not in encrypted.read_bytes()
    said = io.StringIO()
    call_command("restore", str(encrypted), "--check", "--identity-file", str(file), stdout=said)
    assert "The backup is whole: 2 parts" in said.getvalue()

    other = tmp_path / "other.key"
    call_command("backup_key", str(other), stdout=io.StringIO())
    assert "for another key" in refusal(encrypted, "--yes", "--identity-file", str(other))
    assert "name the key with --identity-file" in refusal(encrypted, "--yes")
    public_one = tmp_path / "public.key"
    public_one.write_text(public)
    assert "There is no secret key" in refusal(encrypted, "--identity-file", str(public_one))
    whole = encrypted.read_bytes()
    for place in range(20, len(whole), 997):
        encrypted.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert refusal(encrypted, "--check", "--identity-file", str(file)).startswith("The backup")
    for length in (100, len(whole) // 2, len(whole) - 1):
        encrypted.write_bytes(whole[:length])
        assert refusal(encrypted, "--yes", "--identity-file", str(file)).startswith("The backup")
    assert is_untouched(settings)


def test_a_key_is_never_written_over_another(key):
    _public, file = key
    text = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "AGE-SECRET-KEY-1" in text
    assert "was not written (File exists)" in refusal(file, command="backup_key")
    assert file.read_text() == text
