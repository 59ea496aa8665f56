"""A disk without room: what was being written is taken back, and the sender is told."""

import logging
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache
from django.core.files.storage import FileSystemStorage
from django.shortcuts import render

from .breaker import Seldom

logger = logging.getLogger(__name__)

#: No room on the disk, none for this account, none for a file as large as this.
NO_ROOM = (ENOSPC, EDQUOT, EFBIG)
STATUS = 507  # Insufficient Storage (RFC 4918, 11.5)
_told = Seldom(60)


class FullDiskMiddleware:
    """Answers 507 where a view failed because there was no room for a file.

    What fails before the view, such as an upload that is kept in a temporary file, comes to
    ``handler500``, which asks here, too.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return no_room(request) if is_full(exception) else None


def is_full(error):
    """Whether ``error``, or what it was raised from, says that there is no room; told in the log
    once a minute."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            if times := _told.times():
                logger.error("No room on the disk (%d times): %s", times, error.strerror)
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def no_room(request):
    response = render(request, "507.html", status=STATUS)
    response._has_been_logged = True  # by Django, for each request; is_full() told once for all
    response["Cache-Control"] = "no-store"
    return response


class WholeFileSystemStorage(FileSystemStorage):
    """Django's folder of files, without the first part of one there was no room for."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            part = Path(self.path(name))
            with suppress(OSError):
                # The same picture, stored by somebody else at this moment, would be whole.
                if part.stat().st_size != content.size:
                    part.unlink()
            raise


class SpareFileCache(FileBasedCache):
    """A cache in files that keeps nothing while there is no room, instead of failing."""

    def set(self, key, value, *args, **kwargs):
        try:
            super().set(key, value, *args, **kwargs)
        except OSError as error:
            if times := _told.times():
                logger.error("Nothing can be kept in files (%d times): %s", times, error.strerror)
