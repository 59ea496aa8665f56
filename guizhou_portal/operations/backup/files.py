"""The files beside the database: found for a backup, and replaced by those of one.

What a file holds never changes under its name, so the files of a backup are added first, while the
old database is in use: it does not miss anything, and nor does the new one the moment it is there.
Only then what the backup does not have is removed. So at no moment, also after ``kill -9``, does a
page lack a picture, and folders may be mounted from elsewhere, which a swap of folders would not
survive.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from .faults import BackupError

#: Where files wait inside their own folder, on the same disk, until all of them are there.
WAITING = ".restoring"
#: The file system's own folder, where one is mounted as a whole: not the portal's.
LOST = "lost+found"
MEDIA, ENQUIRIES = "media", "enquiries"


def folders():
    """``{first part of the name in a backup: folder}``."""
    return {MEDIA: Path(settings.MEDIA_ROOT), ENQUIRIES: Path(settings.ENQUIRY_FILES)}


def names_in(folder):
    """The files of a folder, as paths with slashes, in order.

    None of them are those that wait there, nor what the file system has found and put there.
    Raises :class:`BackupError` for a link: what it leads to would be missing without a word.
    """
    return sorted(_walk(folder, ""))


def _walk(folder, before):
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            name = f"{before}{entry.name}"
            if name in (WAITING, LOST):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{name}/")
            elif entry.is_file(follow_symlinks=False):
                yield name
            else:
                raise BackupError(f"{entry.path} is neither a file nor a folder: no backup has it.")


def opened(folder, name):
    """``(file, bytes, time of change)``; None if it was deleted since it was listed."""
    try:
        file = (folder / name).open("rb")
    except FileNotFoundError:
        return None
    status = os.fstat(file.fileno())
    return file, status.st_size, status.st_mtime


class Waiting:
    """The files of a backup, waiting in the folder they are for.

    ``is_private``: for nobody but the server itself, as senders' files are.
    """

    def __init__(self, folder, is_private):
        self.folder, self.place, self.is_private = folder, folder / WAITING, is_private
        self.names, self.added, self.replaced = set(), [], []

    def make_folder(self):
        # For others, too, may be what it lies in.
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._make(self.folder)

    def prepare(self):
        self.clear()
        self.make_folder()
        self.place.mkdir(mode=0o700)

    def clear(self):
        if self.place.exists():
            shutil.rmtree(self.place)

    def _make(self, folder):
        # With ``parents`` those that are missing would get the usual rights.
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(mode=0o700 if self.is_private else 0o777, exist_ok=True)

    def take(self, name, chunks, changed):
        """Keep a file until :meth:`add`; ``changed`` in seconds since 1970."""
        path = self.place / "new" / name
        self._make(path.parent)
        mode = 0o600 if self.is_private else settings.FILE_UPLOAD_PERMISSIONS
        with path.open("xb") as file:
            os.fchmod(file.fileno(), mode)
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.utime(path, (changed, changed))
        self.names.add(name)

    def add(self):
        """Put each file into its place; :meth:`take_back` undoes it."""
        self.before = set(names_in(self.folder))
        for name in sorted(self.names):
            target, aside = self.folder / name, self.place / "old" / name
            self._make(target.parent)
            if name in self.before:
                self._make(aside.parent)
                os.link(target, aside)
                self.replaced.append(name)
            else:
                self.added.append(name)
            os.replace(self.place / "new" / name, target)

    def take_back(self):
        for name in self.added:
            (self.folder / name).unlink(missing_ok=True)
        for name in self.replaced:
            with suppress(FileNotFoundError):  # it was not replaced yet
                os.replace(self.place / "old" / name, self.folder / name)
        self._remove_empty_folders()

    def remove_others(self):
        """Remove what was there before and the backup does not have; ``(removed, not removed)``.

        What came since then belongs to the new database.
        """
        removed, left = [], []
        for name in sorted(self.before - self.names):
            try:
                (self.folder / name).unlink(missing_ok=True)
                removed.append(name)
            except OSError:  # the portal is restored already
                left.append(name)
        self._remove_empty_folders()
        return removed, left

    def _remove_empty_folders(self):
        others = {self.place, self.folder / LOST}
        for folder, _, _ in os.walk(self.folder, topdown=False):
            path = Path(folder)
            if path != self.folder and not others & {path, *path.parents}:
                with suppress(OSError):
                    path.rmdir()
