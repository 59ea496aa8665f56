"""Hundreds of clients that send a byte now and then: everybody else is served meanwhile."""

import threading
from contextlib import ExitStack, suppress

import pytest

from .browser import Browser
from .wire import answered, connect, status_of, took

SLOW = 200
HEAD = b"POST /de/enquiry/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n"
#: What each of them has sent before it becomes slow.
BEGINNINGS = {
    "nothing at all": b"",
    "a part of the first line": b"GET /de/",
    "a part of the headers": HEAD + b"X-Slow: ",
    "a part of the body": HEAD + b"\r\ninterest=",
}


@pytest.fixture(scope="module")
def portal(lasting):
    return lasting.serve()


@pytest.fixture
def dripping():
    """Sends one more byte through every given connection, twice a second."""
    connections, over = [], threading.Event()

    def drip():
        while not over.wait(0.5):
            for one in connections:
                with suppress(OSError):
                    one.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    yield connections
    over.set()
    thread.join()


def test_visitors_are_served_while_two_hundred_clients_send_a_byte_now_and_then(
    lasting, portal, dripping
):
    browser = Browser(portal.port, 20)
    with ExitStack() as stack:
        slow = {
            name: [stack.enter_context(connect(portal.port)) for _ in range(SLOW // 4)]
            for name in BEGINNINGS
        }
        for name, connections in slow.items():
            for one in connections:
                one.send(BEGINNINGS[name])
            if BEGINNINGS[name]:
                dripping += connections
        for path in ("/de/", "/en/projects/", "/zh-hans/search/?q=cloud", "/readyz"):
            assert browser.get(path).status_code == 200
        # The slow ones are sent away after ten seconds, and told why if they had begun.
        for name, connections in slow.items():
            seconds, answer = took(lambda one=connections[-1]: answered(one))
            assert status_of(answer) == (408 if BEGINNINGS[name] else None), name
            assert seconds < 18
        assert browser.get("/en/").status_code == 200
        dripping.clear()
    assert "traceback" not in lasting.logged()


def test_an_upload_over_a_slow_line_arrives(portal):
    # Slower than a telephone line of old, but steady: what counts is the average.
    body = b"a" * 40_000
    request = HEAD.replace(b"9000", b"%d" % len(body)) + b"\r\n"
    with connect(portal.port, 30) as connection:
        connection.sendall(request)
        for begin in range(0, len(body), 4000):
            connection.sendall(body[begin : begin + 4000])
            threading.Event().wait(0.05)
        # A form without the words of ours: shown again, and the connection is kept.
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
