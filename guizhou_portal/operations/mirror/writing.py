"""The copy's folder: only what changed is written, nothing before all of it is there.

``SHA256SUMS`` lists every file, so that ``sha256sum --check`` tells whether a copy elsewhere is
whole; it is also how the next run knows which files are its own. While a run writes, a file that
changes is listed twice, as it was and as it will be.
"""

import fcntl
import gzip
import hashlib
import io
import os
import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath

MANIFEST = "SHA256SUMS"
STAGE = ".export_site"
LINE = re.compile(r"([0-9a-f]{64})  (.+)")
#: What every export has, whatever is published. A list of other files is somebody else's.
MARKS = ("404.html", "api/v1/openapi.json", "sitemap.xml")
#: Endings of what is kept compressed beside itself; all else is compressed as it is.
TEXTS = (
    *(".html", ".css", ".js", ".json", ".xml", ".atom", ".ics", ".txt", ".csv", ".svg"),
    ".webmanifest",
)
SMALL = 200  # bytes: below, a response's head is the larger part
EFFORT = {"gzip": 9, "brotli": 11}  # the most: each text is compressed once and read often


class FolderError(Exception):
    """The folder cannot take a copy; the message says why."""


class Folder:
    """A copy being renewed: :meth:`take` each file, then :meth:`publish`, in a ``with`` block.

    Left without publishing, by an error or otherwise, the folder is as it was before. ``left``:
    files of the last run that this one should have removed, but somebody changed them since.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.stage = self.path / STAGE
        self.wanted, self.staged, self.left = {}, [], []

    def __enter__(self):
        self.path.mkdir(parents=True, exist_ok=True)
        self.lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self.lock)
            raise FolderError(f"Another export is writing to {self.path}.") from None
        try:
            self.known = self.read_manifest()
            shutil.rmtree(self.stage, ignore_errors=True)
            self.stage.mkdir(mode=0o700)
        except BaseException:
            os.close(self.lock)
            raise
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.stage, ignore_errors=True)
        os.close(self.lock)

    def read_manifest(self):
        """``{file: digests}`` of the files that are ours; the digest last wanted is the last."""
        manifest = self.path / MANIFEST
        has_others = any(one.name not in (STAGE, MANIFEST) for one in self.path.iterdir())
        if not manifest.exists():
            if has_others:
                raise self.foreign()
            return {}
        text = manifest.read_bytes().decode(errors="replace")
        if not text.endswith("\n"):
            if has_others:
                raise FolderError(
                    f"{manifest} is cut off, as after a power cut: nothing tells which files are "
                    "of the export. Export into an empty folder and serve that one instead."
                )
            return {}
        files = {}
        for line in text[:-1].split("\n"):
            match = LINE.fullmatch(line)
            if not match or is_outside(match[2]):
                raise self.foreign()
            files.setdefault(match[2], []).append(match[1])
        if not files.keys() >= set(MARKS):
            raise self.foreign()
        return files

    def foreign(self):
        return FolderError(
            f"{self.path} holds files that are not of an export. Choose an empty folder."
        )

    def take(self, file, body):
        """``file`` (a path in the folder) is to hold ``body``."""
        is_same = self.want(file, body)
        if not file.endswith(TEXTS) or len(body) < SMALL:
            return
        made = {".gz": gzipped, ".br": brotlied}
        if is_same and all(self.is_whole(file + ending) for ending in made):
            self.wanted.update({file + ending: self.known[file + ending][-1] for ending in made})
            return
        for ending, compressed in made.items():
            self.want(file + ending, compressed(body))

    def want(self, file, body):
        """Whether the folder has it already."""
        if file in self.wanted:
            raise ValueError(f"two documents are called {file}")
        present = self.path / file
        before = present.read_bytes() if present.is_file() else None
        is_same = before == body
        if not is_same and before and file.endswith(".xlsx"):
            is_same = cells(before) == cells(body)
        self.wanted[file] = hashlib.sha256(before if is_same else body).hexdigest()
        if not is_same:
            (self.stage / str(len(self.staged))).write_bytes(body)
            self.staged.append(file)
        return is_same

    def is_whole(self, file):
        """Whether a file is as the last run left it."""
        return file in self.known and self.digest(file) == self.known[file][-1]

    def digest(self, file):
        """Of what is there now; None if it is no file."""
        present = self.path / file
        return hashlib.sha256(present.read_bytes()).hexdigest() if present.is_file() else None

    def publish(self):
        """Bring in what changed, pages after what they need, then remove what is no more.

        Return ``(written, removed)``, numbers of files. Interrupted, the next run goes on.
        """
        wanted = {file: [digest] for file, digest in self.wanted.items()}
        self.write_manifest({**wanted, **self.changing(wanted)})
        in_order = sorted(enumerate(self.staged), key=lambda one: (".html" in one[1], one[1]))
        for number, file in in_order:
            (self.path / file).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.stage / str(number), self.path / file)
        gone = {file: self.digest(file) for file in self.known if file not in wanted}
        ours = [file for file, digest in gone.items() if digest in self.known[file]]
        for file in ours:
            self.remove(self.path / file)
        # They stay listed, so that every run tells of them: they may be what was withdrawn.
        self.left = [file for file, digest in gone.items() if digest and file not in ours]
        self.write_manifest({**{file: self.known[file] for file in self.left}, **wanted})
        return len(self.staged), len(ours)

    def changing(self, wanted):
        """The files known, each as it was or will be: cut off, it may be the one or the other."""
        return {
            file: [one for one in before if one not in wanted.get(file, ())] + wanted.get(file, [])
            for file, before in self.known.items()
        }

    def remove(self, present):
        present.unlink(missing_ok=True)
        for folder in present.parents:
            if folder == self.path or any(folder.iterdir()):
                break
            folder.rmdir()
        flush(folder)  # before it is in no list any more

    def write_manifest(self, files):
        lines = [f"{one}  {file}\n" for file, digests in sorted(files.items()) for one in digests]
        staged = self.stage / MANIFEST
        staged.write_bytes("".join(lines).encode())
        flush(staged)  # an empty list after a power cut would let withdrawn pages stay
        os.replace(staged, self.path / MANIFEST)
        flush(self.path)


def is_outside(file):
    path = PurePosixPath(file)
    return path.is_absolute() or ".." in path.parts


def flush(path):
    """Wait until a file, or what a folder's entries are, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cells(workbook):
    """What tells a workbook from another: all its parts but the time it was made."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            parts = {one.filename: one.CRC for one in archive.infolist()}
    except zipfile.BadZipFile:
        return workbook
    parts.pop("docProps/core.xml", None)
    return parts


def gzipped(body):
    return gzip.compress(body, EFFORT["gzip"], mtime=0)


def brotlied(body):
    import brotli

    return brotli.compress(body, mode=brotli.MODE_TEXT, quality=EFFORT["brotli"])
