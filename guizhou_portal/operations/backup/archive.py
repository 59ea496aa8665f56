"""The tar archive of a backup: written and read in one go, with a checksum as its last part.

Every byte of the archive is covered: by the checksum what stands before it, and what stands behind
it must be nothing. Whatever else an archive may hold (links, devices, absolute paths, the same name
twice) is none of ours and refused.
"""

import hashlib
import io
import tarfile
from pathlib import PurePosixPath

from .faults import DamagedError

BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20  # bytes read or written at once
CHECKSUM = "checksum"
#: Bytes a reader asks for at once at most: a header that promises more is a trap.
MOST_AT_ONCE = 16 << 20
#: Bytes behind the last part: the end of an archive, filled up to a record.
MOST_AT_END = 2 * tarfile.RECORDSIZE


class Hashed:
    """A file that is only written to, and knows the SHA-256 of what it was given."""

    def __init__(self, file):
        self.file, self.place, self.sha256 = file, 0, hashlib.sha256()

    def write(self, data):
        self.file.write(data)
        self.sha256.update(data)
        self.place += len(data)
        return len(data)

    def tell(self):
        return self.place


class Writer:
    """Writes parts into ``file``; ``parts`` tells of each: ``{name: (bytes, SHA-256)}``."""

    def __init__(self, file):
        self.stream = Hashed(file)
        self.tar = tarfile.TarFile(fileobj=self.stream, mode="w", format=tarfile.PAX_FORMAT)
        self.parts = {}

    def add(self, name, file, size, changed=0):
        """``size`` bytes of ``file``, last changed ``changed`` seconds after 1970.

        Raises ``OSError`` if the file ends before that.
        """
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = size, int(changed), 0o600
        reader = _Noted(file)
        self.tar.addfile(head, reader)
        self.tar.members.clear()  # it would keep them all
        self.parts[name] = (size, reader.sha256.hexdigest())

    def add_text(self, name, text):
        content = text.encode()
        self.add(name, io.BytesIO(content), len(content))

    def finish(self):
        """Write the checksum and the end."""
        self.add_text(CHECKSUM, self.stream.sha256.hexdigest())
        self.tar.close()


class _Noted:
    def __init__(self, file):
        self.file, self.sha256 = file, hashlib.sha256()

    def read(self, size):
        data = self.file.read(size)
        self.sha256.update(data)
        return data


class _Forward:
    """A stream that is read once, as a file that ``tarfile`` may move forward in."""

    def __init__(self, stream):
        self.stream, self.place = stream, 0
        self.sha256, self.held, self.again = hashlib.sha256(), b"", b""

    def read(self, size):
        if size and self.again:
            self.again = b""
            return self.held[-1:]
        if not 0 <= size <= MOST_AT_ONCE:
            raise DamagedError("The backup is damaged: it promises more than it can hold.")
        data = self.stream.read(size)
        self.place += len(data)
        # The checksum does not cover the block that announces it: one block is always held back.
        together = self.held + data
        self.sha256.update(together[:-BLOCK])
        self.held = together[-BLOCK:]
        return data

    def seek(self, place):
        if place == self.place - 1:  # ``tarfile`` looks at the last byte of a part once more
            self.again = self.held[-1:]
            return
        while self.place < place and self.read(min(CHUNK, place - self.place)):
            pass
        if self.place != place:
            raise tarfile.ReadError("unexpected end of data")

    def tell(self):
        return self.place - len(self.again)


class Part:
    """One part while it is its turn. Read ``chunks()`` to the end, then ``sha256`` is its own."""

    def __init__(self, head, tar):
        self.name, self.size, self.changed = head.name, head.size, head.mtime
        self._file = tar.extractfile(head)
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self):
        return self._sha256.hexdigest()

    def chunks(self):
        while data := self._more():
            self._sha256.update(data)
            yield data

    def _more(self):
        try:
            return self._file.read(CHUNK)
        except tarfile.TarError as error:
            raise DamagedError("The backup is not whole: its end is missing.") from error

    def text(self, most):
        """The whole part; :class:`DamagedError` if it is longer than ``most`` bytes."""
        if self.size > most:
            raise DamagedError("The backup is damaged: it promises more than it can hold.")
        return b"".join(self.chunks()).decode()


def parts(stream):
    """Every :class:`Part` of an archive but the checksum, in order; all of it was checked only when
    this ends.

    Raises :class:`DamagedError` for whatever is not exactly as :class:`Writer` writes it.
    """
    forward, seen = _Forward(stream), set()
    try:
        with tarfile.open(fileobj=forward, mode="r:") as tar:
            while head := tar.next():
                tar.members.clear()
                if head.name == CHECKSUM:
                    _check_end(head, tar, forward)
                    return
                _check_name(head, seen)
                part = Part(head, tar)
                yield part
                for _ in part.chunks():  # what was not asked for
                    pass
    except (tarfile.TarError, UnicodeError, ValueError, OverflowError) as error:
        raise DamagedError(f"The backup is damaged or none at all ({error}).") from error
    raise DamagedError("The backup is not whole: its end is missing.")


def _check_name(head, seen):
    path = PurePosixPath(head.name)
    plain = head.type == tarfile.REGTYPE and not head.sparse
    # Written so, and not otherwise: no "..", no "//", no beginning at the root.
    inside = path.parts and not path.is_absolute() and ".." not in path.parts
    if not (plain and inside) or str(path) != head.name or "\0" in head.name or head.name in seen:
        raise DamagedError(
            f"The backup is refused: it holds {head.name!r}, which no backup of ours does."
        )
    seen.add(head.name)


def _check_end(head, tar, forward):
    before = forward.sha256.hexdigest()
    if head.type != tarfile.REGTYPE or head.size != len(before):
        raise DamagedError("The backup is damaged: its checksum is none.")
    if tar.extractfile(head).read() != before.encode():
        raise DamagedError("The backup is damaged: its content does not agree with its checksum.")
    rest = forward.read(MOST_AT_END)
    if rest.strip(b"\0") or forward.read(1):
        raise DamagedError("The backup is damaged: something stands behind its end.")
