"""Spares callers the wait for a server that has just failed."""

import time
from threading import Lock


class Breaker:
    """Remembers for ``seconds`` that something failed; then lets one caller try, and so on.

    While a server is gone, at most one thread at a time waits for it, ``patience`` seconds, and all
    others hear at once that it is. Safe to use from many threads.
    """

    def __init__(self, seconds, patience):
        self.seconds, self.patience = seconds, patience
        self._lock = Lock()
        self._tried_again = None  # when somebody may; None: nothing failed
        self._hurried = 0.0

    @property
    def is_tripped(self):
        """Whether it failed when it was tried last."""
        return self._tried_again is not None

    def refuses(self):
        """Whether to spare the caller the attempt. Whoever hears no after a failure is to try."""
        if self._tried_again is None:
            return False
        with self._lock:
            now = time.monotonic()
            if self._tried_again is None:
                return False
            if now < self._tried_again:
                return True
            self._tried_again = now + self.patience  # all others wait for this caller's luck
            return False

    def hurry(self):
        """Let the next caller try, however short ago it failed; once in ``patience`` seconds."""
        with self._lock:
            now = time.monotonic()
            if self._tried_again is not None and now - self._hurried >= self.patience:
                self._tried_again = self._hurried = now

    def failed(self):
        with self._lock:
            self._tried_again = time.monotonic() + self.seconds

    def worked(self):
        """Whether it is the first success after a failure."""
        if self._tried_again is None:
            return False
        with self._lock:
            again, self._tried_again = self._tried_again is not None, None
        return again


class Seldom:
    """Says at most every ``seconds`` that it is time to tell of something again."""

    def __init__(self, seconds):
        self.seconds = seconds
        self._lock = Lock()
        self._next = 0.0
        self._kept_back = 0

    def times(self):
        """How often it happened since it was last told, this time included; 0: not now."""
        with self._lock:
            self._kept_back += 1
            now = time.monotonic()
            if now < self._next:
                return 0
            self._next = now + self.seconds
            times, self._kept_back = self._kept_back, 0
            return times
