"""Makes a backup while the portal runs."""

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage

from . import files, leftovers, manifest, records, states, turns
from .archive import Writer
from .connected import still
from .encryption import encrypting
from .faults import BackupError

EVERY = 5  # seconds between two lines of progress


def back_up(file, keys=(), with_media=True, tell=print):
    """Write everything into ``file``, encrypted for ``keys`` if there are any; its size in bytes.

    ``file`` appears once it is whole, readable by its owner alone; one of that name is replaced
    then. ``tell`` is called with lines of progress. Raises :class:`BackupError` and ``OSError``.
    """
    file = _place(Path(file))
    with turns.together() as may_begin:
        if not may_begin:
            raise BackupError("A restore is under way: make the backup when it has ended.")
        leftovers.remove(file.parent, tell)
        _write(file, keys, with_media, tell)
    return file.stat().st_size


def _place(file):
    """Where to write: what a link leads to. What is no ordinary file is never replaced."""
    place = Path(os.path.realpath(file))
    if place.is_symlink():  # followed as far as it goes
        raise BackupError(f"{file} is a link that leads to itself.")
    if place.is_dir():
        raise BackupError(f"{file} is a folder; name the file to write.")
    if place.exists() and not place.is_file():
        raise BackupError(f"{file} is no ordinary file, so it is not replaced; name another one.")
    for folder in files.folders().values():
        if folder.resolve() in place.parents:
            raise BackupError(f"{file} would be a part of itself: {folder} is backed up, too.")
    return place


def _write(file, keys, with_media, tell):
    with _appearing(file) as out, encrypting(out, keys) if keys else nullcontext(out) as target:
        writer = Writer(target)
        content = _write_records(writer, file, tell)
        has_media = with_media and _keeps_media(tell)
        if has_media:
            _write_files(writer, files.MEDIA, tell)
        # Letters and enclosures of enquiries are never left out: their records name them.
        _write_files(writer, files.ENQUIRIES, tell)
        said = manifest.written(has_media=has_media, parts=writer.parts, **content)
        writer.add_text(manifest.NAME, said.text)
        writer.finish()


@contextmanager
def _appearing(file):
    """A file beside ``file`` that takes its place if all goes well, and goes if not."""
    beside = leftovers.part_of(file)
    handle = os.open(beside, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is just being written to {file}.") from error
        if not beside.exists() or not os.path.samestat(beside.stat(), os.fstat(out.fileno())):
            raise BackupError(f"Another backup was just written to {file}.")
        try:
            os.fchmod(out.fileno(), 0o600)
            out.truncate()
            yield out
            out.flush()
            os.fsync(out.fileno())
            beside.replace(file)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name as well
    finally:
        os.close(folder)


def _write_records(writer, file, tell):
    """Write each table; returns what the manifest says of the database."""
    with still(leftovers.copy_of(file)) as connection:
        applied = states.applied_to(connection)
        if not applied:
            raise BackupError("The database is empty: there is nothing to back up.")
        states.check_known(applied, "The database", "Back it up with the release that made it.")
        counts = {}
        for model in states.models_at(applied):
            table = model._meta.db_table
            # Its size stands before a part: the table waits on the disk, under no name.
            with tempfile.TemporaryFile(dir=file.parent) as lines:
                counts[table] = records.dump(model, connection, lines)
                size = lines.tell()
                lines.seek(0)
                writer.add(f"database/{table}.jsonl.gz", lines, size)
        vendor = connection.vendor
    tell(f"Database: {sum(counts.values()):,} records in {len(counts)} tables.")
    return {
        "database": vendor,
        "migrations": sorted(applied),
        "newest": dict(states.newest(applied)),
        "records": counts,
    }


def _keeps_media(tell):
    if isinstance(default_storage, FileSystemStorage):
        return True
    tell("Media: kept in an object store, so not in this backup; let the store keep versions.")
    return False


def _write_files(writer, first, tell):
    folder, count, gone, size = files.folders()[first], 0, 0, 0
    told = time.monotonic()
    names = files.names_in(folder)
    for name in names:
        found = files.opened(folder, name)
        if found is None:
            gone += 1
            continue
        file, length, changed = found
        with file:
            writer.add(f"{first}/{name}", file, length, changed)
        count, size = count + 1, size + length
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            tell(f"{first}: {count:,} of {len(names):,} files, {size / 1e6:,.1f} MB …")
    tell(f"Files in {first}: {count:,}, {size / 1e6:,.1f} MB.")
    if gone:
        tell(f"Files in {first} that were deleted meanwhile, so not in this backup: {gone:,}.")
