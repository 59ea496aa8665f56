"""Static files are collected when they changed; those of earlier versions are kept for a while.

While servers are updated one after the other, and long after in caches and open browsers, pages of
the earlier version ask for files by the names that version gave them.
"""

import hashlib
import json
import os
import re
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

#: Seconds for which files that no page names any more are kept.
KEPT = 30 * 24 * 3600
STAMP = ".sources"
#: A name with a hash of the content: such a file is written once and never another.
HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")
#: The hash itself, which comes before the last ending.
DIGITS = re.compile(r"\.([0-9a-f]{12})(\.[^./]+)?$")
#: Of what is kept compressed beside a file.
COMPRESSED = (".gz", ".br")
MANIFEST = "staticfiles.json"


def are_current():
    """Whether what is collected is what the sources hold."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


def collect():
    """Collect the static files, never taking one away that a running server's pages name."""
    root = Path(settings.STATIC_ROOT)
    fingerprint = _fingerprint()
    (root / STAMP).unlink(missing_ok=True)  # until all is there, nothing of it is current
    _remove_cut(root)
    named = _named(root)
    for path in _files(root):
        if not HASHED.search(path.name):
            os.utime(path, (0, 0))  # older than any source: it is written anew, or gone below
        elif _name(path, root) in named:
            os.utime(path)  # in use until now, however long ago it was written
    call_command("collectstatic", interactive=False, verbosity=0)
    named, oldest = _named(root), time.time() - KEPT
    for path in _files(root):
        if path.stat().st_mtime < oldest and _name(path, root) not in named:
            path.unlink(missing_ok=True)
    os.sync()  # before the stamp: a power cut must not leave it with files that are empty
    (root / STAMP).write_text(fingerprint)


def _remove_cut(root):
    """Remove what is not whole, as after a full disk or a kill.

    Django takes a file with a hash in its name for what the name says, and never writes it anew; a
    manifest it cannot read stops it.
    """
    for path in _files(root):
        digits = DIGITS.search(path.name)
        if digits and path.suffix not in COMPRESSED and not _md5(path).startswith(digits[1]):
            for ending in ("", *COMPRESSED):
                path.with_name(path.name + ending).unlink(missing_ok=True)
    if not _named(root):
        (root / MANIFEST).unlink(missing_ok=True)


def _files(root):
    return [path for path in root.rglob("*") if path.is_file() and path.name != STAMP]


def _name(path, root):
    """The name of a static file, or of the one a compressed copy was made of."""
    name = path.relative_to(root).as_posix()
    for ending in COMPRESSED:
        name = name.removesuffix(ending)
    return name


def _md5(path):
    """As Django's storage names files, in hexadecimal digits."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _named(root):
    """The names that pages use now, from the manifest; none in development, which has no such."""
    try:
        return set(json.loads((root / MANIFEST).read_text())["paths"].values())
    except (OSError, ValueError, KeyError):
        return set()


def _fingerprint():
    """Of names and contents: the times of files do not survive an archive or an image."""
    from django.contrib.staticfiles.finders import get_finders

    lines = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for name, storage in finder.list([]):
            content = Path(storage.path(name)).read_bytes()
            lines.append(f"{name} {hashlib.sha256(content).hexdigest()}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
