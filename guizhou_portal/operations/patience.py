"""How long, and how much, a client may send before the portal has done anything for it.

A request as it arrives, up to the moment it is whole: see :mod:`.worker`, which alone uses this.
"""

import io
import re
import tempfile
import time
from http import HTTPStatus

from django.conf import settings

HEAD_WITHIN = 10.0  # seconds from the first byte to the end of the headers
BYTES_A_SECOND = 4096  # of a body, on average, beyond the first ten seconds
SILENT, AT_LONGEST = 15.0, 900.0  # seconds without a byte of a body; until the body is whole
LARGEST_HEAD = 32 * 1024  # bytes
#: Bytes of a body: of pages that only are read; of an enquiry with its file; of the back office,
#: which takes many photos at once from whoever is signed in.
LARGEST_BODY, LARGEST_ENQUIRY, LARGEST_UPLOAD = 64 * 1024, 12 * 1024 * 1024, 400 * 1024 * 1024
IN_MEMORY = 64 * 1024  # bytes of a body; more go to a file
#: Bytes of all bodies in files that one process has: beyond, large ones are refused for a while. A
#: disk that is full would stop everybody.
MOST_AT_ONCE = 1024**3

LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
TRANSFER = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
ADDRESS = re.compile(rb"[A-Z]+ ([^ ?]*)")


class Refused(Exception):  # noqa: N818  (an answer, no error of ours)
    """The request is not taken; ``status`` is the answer."""

    def __init__(self, status):
        super().__init__(status)
        self.status = HTTPStatus(status)

    def answer(self):
        body = f"{self.status.value} {self.status.phrase}\n"
        return (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
            f"{body}"
        ).encode()


class Incoming:
    """What has arrived of a connection's next request; ``recv`` hands it to the parser."""

    #: Bytes of bodies in files of this process.
    at_once = 0

    def __init__(self):
        self.buffer = bytearray()
        self.begun = None  # when its first byte came, in seconds of time.monotonic()
        self.latest = 0.0  # when its latest came
        self.head = None  # bytes of the headers, once they are complete
        self.length = 0  # bytes of the body
        self._searched = 0
        self._body = None
        self._received = 0
        self._source = io.BytesIO()
        self.fell_short = False

    # --- while it arrives ----------------------------------------------------------------------

    def add(self, data):
        """Take what has come; whether the request is whole. Raises :class:`Refused`."""
        self.latest = time.monotonic()
        if self.begun is None:
            self.begun = self.latest
        self.buffer += data
        return self.is_whole()

    def is_whole(self):
        if self.head is None and not self._read_head():
            return False
        if self._body is not None:
            part = self.buffer[: self.length - self._received]
            if self._is_large and Incoming.at_once + len(part) > MOST_AT_ONCE:
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
            self._body.write(part)
            self._received += len(part)
            Incoming.at_once += self._is_large * len(part)
            del self.buffer[: len(part)]
            return self._received == self.length
        return True

    def _read_head(self):
        end = self.buffer.find(b"\r\n\r\n", self._searched)
        if end < 0:
            if len(self.buffer) > LARGEST_HEAD:
                raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            self._searched = max(0, len(self.buffer) - 3)
            return False
        if end > LARGEST_HEAD:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self.head = bytes(self.buffer[: end + 4])
        del self.buffer[: end + 4]
        if TRANSFER.search(self.head):  # browsers and proxies say how much they send
            raise Refused(HTTPStatus.LENGTH_REQUIRED)
        # Anything strange, such as two lengths, is left to the parser, which refuses it.
        lengths = LENGTH.findall(self.head)
        self.length = int(lengths[0]) if len(lengths) == 1 else 0
        if self.length > largest_body(self.head):
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self.length:
            self._body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (closed below)
        return True

    @property
    def _is_large(self):
        return self.length > IN_MEMORY

    def waits_for_leave(self):
        """Whether the client sends no body before it is told to."""
        return bool(self.length and not self._received and EXPECTS.search(self.head))

    def deadline(self, since):
        """When it must be whole, or its headers; ``since``: when the connection last was idle."""
        begun = since if self.begun is None else self.begun
        steadily = begun + HEAD_WITHIN + self._received / BYTES_A_SECOND
        if not self._received:
            return steadily
        return min(steadily, self.latest + SILENT, begun + AT_LONGEST)

    # --- when it is whole ------------------------------------------------------------------------

    def hand_over(self):
        """From now on ``recv`` gives this request, and nothing of the next."""
        if self._body is None:
            self._source = io.BytesIO(self.head)
        else:
            self._body.seek(0)
            self._source = Joined(self.head, self._body)
        self.fell_short = False

    def recv(self, size):
        data = self._source.read(size)
        if not data:
            self.fell_short = True
        return data

    def next(self):
        """Forget this request. Whether the parser read exactly what it was given."""
        exact = not self.fell_short and not self._source.read(1)
        self.forget()
        return exact

    def forget(self):
        """The next request begins with what has arrived after this one."""
        self.close()
        self.begun = time.monotonic() if self.buffer else None
        self.head, self.length, self._searched, self._received = None, 0, 0, 0

    def close(self):
        if self._body is not None:
            self._body.close()
            self._body = None
            Incoming.at_once -= self._is_large * self._received


class Joined:
    """The headers, then the body."""

    def __init__(self, head, body):
        self.parts = [io.BytesIO(head), body]

    def read(self, size):
        for part in self.parts:
            if data := part.read(size):
                return data
        return b""


def largest_body(head):
    """Bytes that may be sent to the address in ``head``."""
    match = ADDRESS.match(head)
    path = match[1] if match else b""
    if not head.startswith(b"POST "):
        return LARGEST_BODY
    if path.startswith(b"/admin/login/"):  # nobody is signed in there
        return LARGEST_BODY
    if path.startswith(b"/admin/") and f"{settings.SESSION_COOKIE_NAME}=".encode() in head:
        return LARGEST_UPLOAD
    if path.endswith(b"/enquiry/"):
        return LARGEST_ENQUIRY
    return LARGEST_BODY
