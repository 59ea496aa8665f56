"""Whose turn it is with the files: a restore's alone, or that of backups and of cleaning together.

The lock is one on the folder of the senders' files. It holds wherever the kernel is the same, so
from one container to another, but not from one machine to another.
"""

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from .faults import BackupError


@contextmanager
def alone():
    """For a restore, once the folder is there; :class:`BackupError` if others have their turn."""
    with _opened() as folder:
        if not _locked(folder, fcntl.LOCK_EX):
            # What can be shared is held by those who share it.
            raise BackupError(
                "A backup is being made, or files are cleaned away: restore when that has ended."
                if _locked(folder, fcntl.LOCK_SH)
                else "Another restore is running."
            )
        yield


@contextmanager
def together():
    """For whoever reads all files or removes some; gives False if a restore has its turn.

    Files that it adds are named by no record until its database is the one in use.
    """
    if not Path(settings.ENQUIRY_FILES).is_dir():  # a restore begins by making it
        yield True
        return
    with _opened() as folder:
        yield _locked(folder, fcntl.LOCK_SH)


@contextmanager
def _opened():
    handle = os.open(settings.ENQUIRY_FILES, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def _locked(handle, kind):
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
