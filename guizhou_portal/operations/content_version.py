"""One number for everything the public sees: it changes whenever any of it does.

A kept page is good while the number is the one it was made under, so nobody has to remember which
pages a change touches. With a cache that machines share the number lies there; otherwise the
processes of one machine share it as the time of a file's last change.
"""

import logging
import os
import time
from pathlib import Path

from django.conf import settings
from django.core.cache import caches

logger = logging.getLogger(__name__)

KEY, REMOVAL = "content-version", "content-removal"
FOREVER = None
REMEMBERED_FOR = 8 * 24 * 3600  # seconds: longer than any page is kept


def current():
    """The number now, an ``int``; None while it cannot be told: then nothing may be kept."""
    try:
        return _in_cache() if settings.PAGE_CACHE_SHARED else _of_file()
    except OSError:  # no place to write the file
        return None


def is_at_hand():
    """Whether a cache of several machines answered last time; asks nobody."""
    return not getattr(caches["pages"], "is_gone", bool)()


def advance(**kwargs):
    """Let every kept page be made anew. To be called once a change can be read by others.

    Takes and ignores what a signal sends. Raises nothing: what was changed is changed.
    """
    now = time.time_ns()
    if settings.PAGE_CACHE_SHARED:
        pages = caches["pages"]
        # This process may not have noticed yet that the cache is back, when others use it already.
        getattr(pages, "hurry", bool)()
        pages.set(KEY, now, FOREVER)
        return
    try:
        _date_file(Path(settings.CONTENT_VERSION_FILE), now)
    except OSError as error:
        file, cause = settings.CONTENT_VERSION_FILE, error.strerror
        logger.error("Kept pages stay as they were: %s cannot be written (%s).", file, cause)


def note_removal():
    """Something that was public is withdrawn or deleted: a page of before may tell of it."""
    now = time.time_ns()
    if settings.PAGE_CACHE_SHARED:
        caches["pages"].set(REMOVAL, now, REMEMBERED_FOR)
        return
    try:
        _date_file(_file_of_removal(), now)
    except OSError:  # advance, which follows, tells of it
        return


def last_removal():
    """The moment of it, to be compared with versions; 0 if there is none to be told."""
    try:
        if settings.PAGE_CACHE_SHARED:
            return caches["pages"].get(REMOVAL) or 0
        return os.stat(_file_of_removal()).st_mtime_ns
    except OSError:
        return 0


def _file_of_removal():
    return Path(f"{settings.CONTENT_VERSION_FILE}-removal")


def _date_file(file, now):
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.touch()
        # The kernel's own times are four milliseconds coarse: two changes could look like one.
        os.utime(file, ns=(now, now))
    except PermissionError:  # another account's, such as of a command that root called
        file.unlink(missing_ok=True)
        file.touch()
        os.utime(file, ns=(now, now))


def _in_cache():
    pages = caches["pages"]
    number = pages.get(KEY)
    if number is None:  # a new cache, or an emptied one
        pages.add(KEY, time.time_ns(), FOREVER)
        number = pages.get(KEY)
    return number


def _of_file():
    try:
        return os.stat(settings.CONTENT_VERSION_FILE).st_mtime_ns
    except FileNotFoundError:
        _date_file(Path(settings.CONTENT_VERSION_FILE), time.time_ns())
        return os.stat(settings.CONTENT_VERSION_FILE).st_mtime_ns
