"""The content version of a cache that machines share, asked for beside the loop.

The loop that watches the connections waits for nothing. A thread asks for it, once for all requests
that came in the meantime, none of which gets a version that was read before it was there.
"""

from concurrent.futures import ThreadPoolExecutor

from . import content_version


class Asking:
    """``told``: called in the loop with the arguments of each :meth:`about` and the version.

    ``defer``: gives a function and its arguments to the loop.
    """

    def __init__(self, told, defer):
        self.told, self.defer = told, defer
        self.thread = ThreadPoolExecutor(1)
        self.waiting = []
        self.is_under_way = False

    def about(self, *what):
        self.waiting.append(what)
        if not self.is_under_way:
            self._ask()

    def _ask(self):
        asked, self.waiting = self.waiting, []
        self.is_under_way = bool(asked)
        if asked:
            future = self.thread.submit(content_version.current)
            future.add_done_callback(lambda done: self.defer(self._hear, asked, done))

    def _hear(self, asked, done):
        self._ask()
        version = None if done.exception() else done.result()
        for what in asked:
            self.told(*what, version)
