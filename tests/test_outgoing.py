"""What a client has not taken yet of its answer, over real sockets."""

import socket
import threading
import time

import pytest

from guizhou_portal.operations.outgoing import Outgoing

LARGE = bytes(range(256)) * 4096  # a megabyte, far more than the system keeps here


@pytest.fixture
def ends():
    """The portal's end of a connection, and a client's that takes a few kilobytes unread."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    ours.setblocking(False)
    theirs.settimeout(10)
    outgoing = Outgoing(ours)
    yield outgoing, theirs
    outgoing.close()
    theirs.close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("guizhou_portal.operations.outgoing.PATIENCE", 0.05)


def read(connection, length):
    got = b""
    while len(got) < length:
        got += connection.recv(1 << 16)
    return got


def sent_on(outgoing, connection, length):
    """What a client reads while the loop sends on."""
    got = b""
    while len(got) < length:
        outgoing.flush()
        got += connection.recv(1 << 16)
    assert outgoing.flush()
    return got


def test_what_is_taken_at_once_is_sent_at_once(ends):
    outgoing, client = ends
    outgoing.sendall(b"all of it")
    assert outgoing.flush()
    assert client.recv(100) == b"all of it"


def test_who_writes_waits_for_a_client_that_reads(ends):
    outgoing, client = ends
    got = []
    reader = threading.Thread(target=lambda: got.append(read(client, len(LARGE))))
    reader.start()
    outgoing.patience = 10
    outgoing.sendall(LARGE)
    assert outgoing.flush()  # nothing is left to the loop
    reader.join()
    assert got == [LARGE]


def test_who_writes_is_held_up_for_a_moment_only_and_nothing_is_lost(ends, impatient, tmp_path):
    outgoing, client = ends
    file = tmp_path / "file"
    file.write_bytes(LARGE)
    begun = time.monotonic()
    outgoing.begin()
    for piece in (b"head", LARGE, b"", b"between"):
        outgoing.sendall(piece)
    with file.open("rb") as content:
        assert outgoing.sendfile(content, offset=100, count=500_000) == 500_000
    outgoing.sendall(b"end")
    assert time.monotonic() - begun < 2
    whole = b"head" + LARGE + b"between" + LARGE[100:500_100] + b"end"
    assert sent_on(outgoing, client, len(whole)) == whole


def test_a_file_goes_on_from_where_the_client_took_it(ends, impatient, tmp_path):
    outgoing, client = ends
    file = tmp_path / "file"
    file.write_bytes(LARGE)
    outgoing.begin()
    with file.open("rb") as content:
        outgoing.sendfile(content)
    file.unlink()
    assert sent_on(outgoing, client, len(LARGE)) == LARGE


def test_a_file_that_becomes_shorter_ends_the_connection(ends, impatient, tmp_path):
    outgoing, client = ends
    file = tmp_path / "file"
    file.write_bytes(LARGE)
    outgoing.begin()
    with file.open("rb") as content:
        outgoing.sendfile(content)
    with file.open("r+b") as content:
        content.truncate(10)
    with pytest.raises(EOFError):
        sent_on(outgoing, client, len(LARGE))


def test_a_client_that_is_gone_is_an_error_for_who_writes(ends):
    outgoing, client = ends
    client.close()
    with pytest.raises(OSError, match="pipe"):
        outgoing.sendall(LARGE)


def test_what_was_put_aside_goes_with_the_connection(ends, impatient):
    outgoing, _client = ends
    outgoing.begin()
    outgoing.sendall(LARGE)
    aside = outgoing.rest[0].file
    outgoing.close()
    assert aside.closed
