"""What a client has not taken yet of its answer: a thread waits for it a moment, the loop that
watches the connections does the rest. See :mod:`.worker`, which alone uses this.
"""

import os
import select
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from typing import BinaryIO

from .patience import IN_MEMORY

PATIENCE = 0.2  # seconds a thread waits for a client, in all, while it answers one request
SILENT = 20.0  # seconds in which a client must take something
AT_ONCE = 64 * 1024  # bytes


@dataclass
class Part:
    """Bytes of ``file`` from ``begin`` to ``end``."""

    file: BinaryIO
    begin: int
    end: int

    def read(self):
        self.file.seek(self.begin)
        return self.file.read(min(AT_ONCE, self.end - self.begin))


class Outgoing:
    """A connection's socket, which never blocks. Whoever writes may go when all is written here."""

    def __init__(self, sock):
        self.sock = sock
        self.fileno, self.send, self.recv = sock.fileno, sock.send, sock.recv
        self.rest = deque()
        self.begin()

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def setblocking(self, flag):
        """Requests come from elsewhere, whole: nobody need wait here."""

    def begin(self):
        """Another answer begins."""
        self.patience = PATIENCE
        self.since = time.monotonic()  # when the client last took something from the loop

    def close(self):
        while self.rest:
            self.rest.popleft().file.close()
        self.sock.close()

    # --- for whoever answers -------------------------------------------------------------------

    def sendall(self, data):
        data = memoryview(data)
        while data and not self.rest:
            try:
                data = data[self.send(data) :]
            except BlockingIOError:
                if not self._is_taken_on():
                    break
        self.put_aside(data)

    def sendfile(self, file, offset=0, count=None):
        end = os.fstat(file.fileno()).st_size if count is None else offset + count
        begin = offset
        while begin < end and not self.rest:
            try:
                sent = os.sendfile(self.fileno(), file.fileno(), begin, end - begin)
            except BlockingIOError:
                break
            if not sent:
                raise EOFError("The file is shorter than it was.")
            begin += sent
        if begin < end:  # the file itself is closed when the answer is written
            file = os.fdopen(os.dup(file.fileno()), "rb", buffering=0)
            self.rest.append(Part(file, begin, end))
        return end - offset

    def _is_taken_on(self):
        """Wait until the client takes more, as far as there is patience left."""
        if self.patience <= 0:
            return False
        begun, poll = time.monotonic(), select.poll()
        poll.register(self.fileno(), select.POLLOUT)
        ready = poll.poll(self.patience * 1000)
        self.patience -= time.monotonic() - begun
        return bool(ready)

    def put_aside(self, data):
        """For the loop to send."""
        if not len(data):
            return
        last = self.rest[-1] if self.rest else None
        if last is None or not isinstance(last.file, tempfile.SpooledTemporaryFile):
            last = Part(tempfile.SpooledTemporaryFile(IN_MEMORY), 0, 0)  # noqa: SIM115  (closed when sent)
            self.rest.append(last)
        last.file.seek(last.end)
        last.file.write(data)
        last.end += len(data)

    # --- for the loop --------------------------------------------------------------------------

    def flush(self):
        """Send on; whether that was all. ``EOFError``: a file has become shorter meanwhile."""
        if not self.rest:
            return True
        part = self.rest[0]
        data = part.read()
        if not data:
            raise EOFError("The file is shorter than it was.")
        try:
            sent = self.send(data)
        except BlockingIOError:
            return False
        self.since = time.monotonic()
        part.begin += sent
        if part.begin == part.end:
            self.rest.popleft().file.close()
        return not self.rest

    def deadline(self):
        """When more of the answer must have been taken."""
        return self.since + SILENT
