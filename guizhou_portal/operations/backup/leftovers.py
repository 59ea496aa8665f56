"""What a backup that was killed left beside its file: personal data, the copy even in plain text.

Each backup holds a lock on its unfinished file, from before it makes its copy until that is gone.
"""

import fcntl
import os
import re
import stat
from contextlib import suppress

from .encryption import BEGINNING

#: The first part of an archive is a table.
BEGINNINGS = {".part": (BEGINNING, b"database/"), ".copy": (b"SQLite format 3\0",)}
#: What SQLite keeps beside a database while it writes.
BESIDE = ("", "-journal", "-wal", "-shm")
NAME = re.compile(r"\.(.+)\.(?:part|copy(?:-journal|-wal|-shm)?)")


def part_of(file):
    """Where a backup is written until it is whole."""
    return file.with_name(f".{file.name}.part")


def copy_of(file):
    """Where a copy of SQLite's database is for some seconds."""
    return file.with_name(f".{file.name}.copy")


def remove_copy(copy):
    for last in BESIDE:
        copy.with_name(copy.name + last).unlink(missing_ok=True)


def remove(folder, tell):
    """Remove what backups into ``folder`` left that do not run any more."""
    found = {match[1] for name in os.listdir(folder) if (match := NAME.fullmatch(name))}
    for name in sorted(found):
        file = folder / name
        try:
            if _is_abandoned(file):
                tell(f"Removed what was left of a backup that was killed: {name}.")
        except OSError as error:
            tell(f"What a killed backup left of {name} could not be removed ({error.strerror}).")


def _is_abandoned(file):
    """Whether these were leftovers of ours, which are gone then."""
    part, copy = part_of(file), copy_of(file)
    if not _is_ours(part if part.exists() else copy):
        return False
    # Made if it is not there: whoever begins a backup of that name now finds it locked.
    handle = os.open(part, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_copy(copy)
        part.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _is_ours(path):
    """Not somebody else's file that happens to be called like that."""
    with suppress(FileNotFoundError):
        status = path.lstat()
        is_private = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        if stat.S_ISREG(status.st_mode) and is_private:
            with path.open("rb") as file:
                begins = file.read(32)
            # Cut off early, it may be empty; after a power cut full of zeros.
            return not begins.strip(b"\0") or begins.startswith(BEGINNINGS[path.suffix])
    return False
