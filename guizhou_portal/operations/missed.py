"""What a cache's server did not hear is told as soon as it hears again, whoever is asked by then.

Other machines use the same server. They would go on with what it still has, were it left to the
next request that reaches this process.
"""

import atexit
import logging
import time
from threading import Lock, Thread

from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MOST = 10_000  # keys
PAUSE = 0.25  # seconds between two attempts
AT_THE_END = 2.0  # seconds a process that ends goes on trying


class Missed:
    """Keys whose change did not arrive: what the server has of them is nobody's any more.

    ``heard`` is called without arguments after the server was told of them beside all requests.
    Safe to use from many threads.
    """

    def __init__(self, heard):
        self.heard = heard
        self._keys = {}  # each with the occasion on which it was missed last
        self._lock = Lock()
        self._thread = None
        self._is_for_the_end = False

    def __bool__(self):
        return bool(self._keys)

    def add(self, keys, client):
        """``client``: a ``redis.Redis`` to tell the server with."""
        if not keys:
            return
        with self._lock:
            self._keys |= dict.fromkeys(keys, object())
            while len(self._keys) > MOST:
                del self._keys[next(iter(self._keys))]
            if self._thread is not None and self._thread.is_alive():
                return
            if not self._is_for_the_end:
                self._is_for_the_end = True
                atexit.register(self._end, client)
            self._thread = Thread(target=self._go_on, args=(client,), name="missed", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # the process is ending: see _end
                logger.debug("No thread for what the cache missed.", exc_info=True)

    def clear(self):
        with self._lock:
            self._keys.clear()

    def tell(self, client):
        """Have the server delete them; raises what ``client`` raises."""
        if not self._keys:
            return
        with self._lock:
            told = dict(self._keys)
        client.delete(*told)
        with self._lock:
            for key, occasion in told.items():
                if self._keys.get(key) is occasion:  # not once more meanwhile
                    del self._keys[key]

    def _go_on(self, client):
        while True:
            time.sleep(PAUSE)
            self._try(client)
            with self._lock:
                if not self._keys:
                    self._thread = None  # whoever adds from here on starts another
                    return

    def _try(self, client):
        try:
            self.tell(client)
        except (RedisError, OSError):
            return
        self.heard()

    def _end(self, client):
        until = time.monotonic() + AT_THE_END
        while self._keys and time.monotonic() < until:
            self._try(client)
            time.sleep(PAUSE if self._keys else 0)
        if self._keys:
            logger.error("The cache never heard of a change: others may show pages of before it.")
