"""Connections kept, filled in advance, cut off: the loop answers them as threads do."""

import re
import socket
from contextlib import ExitStack

import pytest

from tests.servers import needs, redis

from .browser import Browser
from .wire import narrow

HOME = b"GET /en/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept-Encoding: gzip, br\r\n%b\r\n"
#: By this header a request goes to a thread.
SLOWLY = b"TE: trailers\r\n"


@pytest.fixture(
    scope="module",
    params=[
        "kept by the process",
        pytest.param("kept in Redis, too", marks=needs("redis-server")),
    ],
)
def server(request, lasting, tmp_path_factory):
    with ExitStack() as stack:
        more = {"WEB_CONCURRENCY": 1}
        if "Redis" in request.param:
            more["CACHE_URL"] = stack.enter_context(redis(tmp_path_factory.mktemp("redis")))
        portal = lasting.serve(**more)
        Browser(portal.port).get("/en/")  # made and kept
        yield portal


@pytest.fixture
def connection(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


def asked(server, more=b""):
    return HOME % (server.port, more)


def read_answer(stream):
    """``(status line, {name: value}, body)`` of the next answer."""
    status = stream.readline()
    headers = {}
    while (line := stream.readline()) != b"\r\n":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, stream.read(int(headers.get("content-length", 0)))


def test_it_is_the_same_answer_as_by_a_thread(server, connection):
    stream = connection.makefile("rb")
    for more in (b"", b'If-None-Match: "other"\r\n', b"If-None-Match: *\r\n"):
        connection.sendall(asked(server, more))
        at_once = read_answer(stream)
        connection.sendall(asked(server, more + SLOWLY))
        by_thread = read_answer(stream)
        for _status, headers, _body in (at_once, by_thread):
            assert re.fullmatch(r"[0-9a-f]{16}", headers.pop("x-request-id"))
            headers.pop("date")
        assert at_once == by_thread


def test_a_connection_serves_many_requests_of_both_kinds(server, connection):
    stream = connection.makefile("rb")
    for number in range(40):
        connection.sendall(asked(server, SLOWLY if number % 3 == 0 else b""))
        status, headers, body = read_answer(stream)
        assert (status, headers["connection"]) == (b"HTTP/1.1 200 OK\r\n", "keep-alive")
        assert len(body) == int(headers["content-length"])


def test_requests_sent_at_once_are_answered_in_their_order(server, connection):
    kinds = [b"", b"If-None-Match: *\r\n", SLOWLY, b"If-None-Match: *\r\n", b"", SLOWLY] * 20
    connection.sendall(b"".join(asked(server, more) for more in kinds))
    stream = connection.makefile("rb")
    for more in kinds:
        status, _headers, body = read_answer(stream)
        assert status.split()[1] == (b"304" if b"None" in more else b"200")
        assert bool(body) == (b"None" not in more)


def test_a_request_that_comes_in_pieces_is_answered_too(server, connection):
    stream = connection.makefile("rb")
    whole = asked(server) + asked(server)
    for begin in range(0, len(whole), 37):
        connection.sendall(whole[begin : begin + 37])
    assert [read_answer(stream)[0] for _ in range(2)] == [b"HTTP/1.1 200 OK\r\n"] * 2


def test_who_wants_the_connection_closed_gets_the_whole_and_it_is(server, connection):
    connection.sendall(asked(server, b"Connection: close\r\n"))
    stream = connection.makefile("rb")
    _status, headers, body = read_answer(stream)
    assert headers["connection"] == "close"
    assert len(body) == int(headers["content-length"])
    assert stream.read() == b""


def test_who_reads_slowly_gets_everything_and_keeps_nobody_waiting(server):
    many = 600
    browser = Browser(server.port, 10)
    with narrow(server.port) as slow:
        slow.sendall(asked(server) * many)
        for _ in range(20):
            assert browser.get("/en/").status_code == 200
        stream = slow.makefile("rb")
        answers = [read_answer(stream) for _ in range(many)]
    assert {status for status, _, _ in answers} == {b"HTTP/1.1 200 OK\r\n"}
    assert len({body for _, _, body in answers}) == 1


def test_who_goes_away_in_the_middle_harms_nobody(server):
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as gone:
            gone.sendall(asked(server) * 5)
    assert Browser(server.port, 10).get("/en/").status_code == 200
