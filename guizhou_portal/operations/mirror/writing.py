"""The copy's folder: only what changed is written, nothing before all of it is there.

``SHA256SUMS`` lists every file, so that ``sha256sum --check`` tells whether a copy elsewhere is
whole; it is also how the next run knows which files are its own.
"""

import fcntl
import gzip
import hashlib
import io
import os
import shutil
import zipfile
from pathlib import Path

MANIFEST = "SHA256SUMS"
STAGE = ".export_site"
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

    Left without publishing, by an error or otherwise, the folder is as it was before.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.stage = self.path / STAGE
        self.wanted, self.staged = {}, []

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
        """``{file: digest}`` of the files that are ours."""
        manifest = self.path / MANIFEST
        if manifest.exists():
            lines = manifest.read_text().splitlines()
            return {line[66:]: line[:64] for line in lines if line[64:66] == "  "}
        if any(one.name != STAGE for one in self.path.iterdir()):
            raise FolderError(
                f"{self.path} holds files that are not of an export. Choose an empty folder."
            )
        return {}

    def take(self, file, body):
        """``file`` (a path in the folder) is to hold ``body``."""
        is_same = self.want(file, body)
        if not file.endswith(TEXTS) or len(body) < SMALL:
            return
        made = {".gz": gzipped, ".br": brotlied}
        if is_same and all(self.is_whole(file + ending) for ending in made):
            self.wanted.update({file + ending: self.known[file + ending] for ending in made})
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
        present = self.path / file
        return (
            file in self.known
            and present.is_file()
            and hashlib.sha256(present.read_bytes()).hexdigest() == self.known[file]
        )

    def publish(self):
        """Bring in what changed, pages after what they need, then remove what is no more.

        Return ``(written, removed)``, numbers of files. Interrupted, the next run goes on.
        """
        self.write_manifest({**self.known, **self.wanted})
        in_order = sorted(enumerate(self.staged), key=lambda one: (".html" in one[1], one[1]))
        for number, file in in_order:
            (self.path / file).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.stage / str(number), self.path / file)
        gone = [file for file in self.known if file not in self.wanted]
        for file in gone:
            self.remove(self.path / file)
        self.write_manifest(self.wanted)
        return len(self.staged), len(gone)

    def remove(self, present):
        present.unlink(missing_ok=True)
        for folder in present.parents:
            if folder == self.path or not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def write_manifest(self, files):
        lines = [f"{digest}  {file}\n" for file, digest in sorted(files.items())]
        (self.stage / MANIFEST).write_text("".join(lines))
        os.replace(self.stage / MANIFEST, self.path / MANIFEST)


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
