"""What pages are made of: read once by a process for each version of the content.

More than half of what a page costs that is made anew goes into composing queries and making records
of their answers. The same few are asked for in every page, search and selection, so a process keeps
what it has read in the requests before. It is thrown away like kept pages are, with the next
version of the content: see :mod:`.content_version`.
"""

import time
from collections import OrderedDict
from math import inf
from threading import Lock, local
from typing import NamedTuple

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.utils.functional import cached_property
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


class Making:
    """What is made for one request; ``until``: how long all that it made use of is good."""

    def __init__(self):
        self.begun, self.until = time.time(), inf

    @cached_property
    def version(self):
        """The content version, looked up once; None while it cannot be told."""
        return content_version.current()

    def read(self, read):
        """The :class:`Thing` made now: as old as the request, and as the oldest that goes in."""
        others, self.until = self.until, inf
        try:
            value = read()
            until, _announced = schedule.good_until(self.version, self.begun)
            return Thing(self.version, self.begun, min(until, self.until), value)
        finally:
            self.until = min(others, self.until)


_now = local()


def remembered(key, read, memory=RECORDS):
    """``read()``, or what it gave under ``key`` in this language while the content is the same.

    ``key``: a tuple of hashable parts, the first of which says whose it is. What is given goes to
    many requests at the same time: it holds nothing of a request, nothing that is still to be read
    from the database, and nobody may change it. What ``read`` raises is not remembered.
    """
    making = getattr(_now, "making", None)
    if making is None or not settings.REMEMBER_CONTENT or making.version is None:
        return read()
    key = (get_language(), *key)
    thing = memory.get(key, making.version, time.time())
    if thing is None:
        thing = making.read(read)
        memory.put(key, thing)
    making.until = min(making.until, thing.until)
    return thing.value


def good_until():
    """How long all is good that the request of this moment made use of, in seconds since 1970."""
    making = getattr(_now, "making", None)
    return inf if making is None else making.until


def forget():
    RECORDS.forget()
    PARTS.forget()


def _begin(environ=None, **kwargs):
    """Whoever sends something may change what is read later in the same request."""
    reads = environ is not None and environ["REQUEST_METHOD"] in ("GET", "HEAD")
    _now.making = Making() if reads else None


def _end(**kwargs):
    _now.making = None


request_started.connect(_begin, dispatch_uid="remembered")
request_finished.connect(_end, dispatch_uid="remembered")
