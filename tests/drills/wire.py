"""Requests that no browser sends, byte by byte; and what a process has grown to."""

import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def connect(port, seconds=20):
    return socket.create_connection(("127.0.0.1", port), timeout=seconds)


def narrow(port, seconds=20):
    """A connection whose other end can send a few kilobytes only before we have read them."""
    connection = socket.socket()
    connection.settimeout(seconds)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    return connection


def content_of(connection):
    """The content of one answer whose length is told; the connection stays open."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(4096)
    head, _, content = got.partition(b"\r\n\r\n")
    lengths = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2])
    while len(content) < length:
        content += connection.recv(1 << 16)
    return content


def answered(connection, most=1 << 20):
    """All the bytes that come until the other side closes, or is silent for too long."""
    got = b""
    with suppress(OSError):
        while len(got) < most and (part := connection.recv(1 << 16)):
            got += part
    return got


def exchange(port, sent, seconds=20, ends=False):
    """What the server says to ``sent``, whatever becomes of the connection meanwhile.

    ``ends``: say that nothing more will come.
    """
    with connect(port, seconds) as connection:
        with suppress(OSError):  # refused while we were still sending
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        return answered(connection)


def status_of(answer):
    """The number in the first line of an answer; None if there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/1.") else None


def workers(portal):
    """The ids of the processes that answer requests."""
    found = subprocess.run(  # noqa: S603
        ["/usr/bin/pgrep", "-P", str(portal.process.pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(number) for number in found.stdout.split()]


def memory(process_id):
    """Megabytes of memory that a process has of its own."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the process is gone")


def took(do):
    """``(seconds, what it gave)``"""
    begun = time.monotonic()
    found = do()
    return time.monotonic() - begun, found
