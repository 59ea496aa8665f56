"""How a command ends that is told to, by SIGTERM or Ctrl-C: in order, and not halfway.

Without this SIGTERM would end it as ``kill -9`` does, and leave personal data lying about.
"""

import signal
import threading
from contextlib import contextmanager

_ending = None  # of the command that runs


class _Ending:
    def __init__(self):
        self.told, self.is_held = None, False

    def __call__(self, number, frame):
        if self.told is None:  # otherwise it is on its way
            self.told = number
            if not self.is_held:
                self.heed()

    def heed(self):
        if self.told is not None:
            raise SystemExit(128 + self.told)  # as a shell says it


@contextmanager
def in_order():
    """Whoever tells the process to end raises ``SystemExit`` inside, so that ``finally`` runs."""
    global _ending
    if threading.current_thread() is not threading.main_thread():  # no other one hears signals
        yield
        return
    heard = [
        number
        for number in (signal.SIGTERM, signal.SIGINT)
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    _ending = _Ending()
    before = {number: signal.signal(number, _ending) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        _ending = None


def hold():
    """From here on the command finishes what it does, and only :func:`heed` ends it."""
    if _ending:
        _ending.is_held = True


def heed():
    """End now if somebody has told so."""
    if _ending:
        _ending.heed()
