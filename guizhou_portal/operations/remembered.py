"""What pages are made of: read once by a process for each version of the content.

More than half of what a page costs that is made anew goes into composing queries and making records
of their answers. The same few are asked for in every page, search and selection, so a process keeps
what it has read in the requests before. It is thrown away like kept pages are, with the next
version of the content: see :mod:`.content_version`.
"""

import time
from collections import OrderedDict
from threading import Lock, local
from typing import NamedTuple

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.utils.translation import get_language

from . import content_version, schedule


class Thing(NamedTuple):
    """What is remembered, with what :func:`.schedule.is_good` asks of it."""

    version: int
    made: float
    until: float
    value: object

    is_good = schedule.is_good


class Memory:
    """``most``: so many things it holds, those used last."""

    def __init__(self, most):
        self.most = most
        self.things = OrderedDict()  # {key: Thing}, the one used last at the end
        self.lock = Lock()

    def get(self, key, version, now):
        thing = self.last(key)
        return thing if thing is not None and thing.is_good(version, now) else None

    def last(self, key):
        """What was put there last, good or not; None if there is nothing."""
        with self.lock:
            thing = self.things.get(key)
            if thing is not None:
                self.things.move_to_end(key)
            return thing

    def put(self, key, thing):
        with self.lock:
            self.things[key] = thing
            self.things.move_to_end(key)
            if len(self.things) > self.most:
                self.things.popitem(last=False)

    def forget(self):
        with self.lock:
            self.things.clear()


#: A list of 24 contracts with what belongs to it takes half a megabyte, all parts of a page 40 kB.
RECORDS = Memory(48)
PARTS = Memory(1500)

_request = local()


def remembered(key, read, memory=RECORDS):
    """``read()``, or what it gave under ``key`` in this language while the content is the same.

    ``key``: a tuple of hashable parts, the first of which says whose it is. What is given goes to
    many requests at the same time: it holds nothing of a request, nothing that is still to be read
    from the database, and nobody may change it. What ``read`` raises is not remembered.
    """
    version = _version_of_request()
    if version is None:
        return read()
    key = (get_language(), *key)
    now = time.time()
    thing = memory.get(key, version, now)
    if thing is None:
        value = read()
        until, _announced = schedule.good_until(version, now)
        thing = Thing(version, now, until, value)
        memory.put(key, thing)
    return thing.value


def forget():
    RECORDS.forget()
    PARTS.forget()


def _version_of_request():
    """The content version, looked up once in a request; None outside of one, and without any."""
    if not getattr(_request, "is_on", False) or not settings.REMEMBER_CONTENT:
        return None
    if not hasattr(_request, "version"):
        _request.version = content_version.current()
    return _request.version


def _begin(environ=None, **kwargs):
    """Whoever sends something may change what is read later in the same request."""
    _request.__dict__.clear()
    _request.is_on = environ is not None and environ["REQUEST_METHOD"] in ("GET", "HEAD")


def _end(**kwargs):
    _request.__dict__.clear()


request_started.connect(_begin, dispatch_uid="remembered")
request_finished.connect(_end, dispatch_uid="remembered")
