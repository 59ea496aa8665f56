"""Clients that send a byte now and then, or do not read: everybody else is served meanwhile."""

import random
import threading
from contextlib import ExitStack, suppress

import pytest

from .browser import Browser
from .wire import answered, connect, content_of, narrow, status_of, took

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


# --- those who read slowly ------------------------------------------------------------------------

#: Larger than what the system itself keeps of an answer for a client that does not read.
FILE = "/media/documents/large.pdf"


@pytest.fixture(scope="module")
def large(lasting):
    """What is in the file at ``FILE``."""
    content = random.Random(1).randbytes(12_000_000)  # noqa: S311  (not a secret)
    file = lasting.folder / FILE.removeprefix("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return content


def asked(port, path, **more):
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{n}: {v}" for n, v in more.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_visitors_are_served_while_others_do_not_read_what_they_asked_for(lasting, portal, large):
    browser = Browser(portal.port, 20)
    with ExitStack() as stack:
        for _ in range(20):
            one = stack.enter_context(narrow(portal.port))
            one.sendall(asked(portal.port, FILE))
        for path in ("/de/", "/en/projects/", "/zh-hans/search/?q=cloud", FILE, "/readyz"):
            seconds, answer = took(lambda path=path: browser.get(path))
            assert answer.status_code == 200
            assert seconds < 8
    assert "traceback" not in lasting.logged()


def test_who_reads_slowly_gets_all_of_it_and_may_ask_again(portal, large):
    with narrow(portal.port, 30) as connection:
        connection.sendall(asked(portal.port, FILE))
        threading.Event().wait(3)
        assert content_of(connection) == large
        # The connection is as it was: two more at once, and the end.
        more = asked(portal.port, "/healthz") + asked(portal.port, FILE, Connection="close")
        connection.sendall(more)
        rest = answered(connection, 1 << 25)
    assert rest.count(b"HTTP/1.1 200 OK") == 2
    assert rest.endswith(large)


def test_who_does_not_read_at_all_is_sent_away(portal, large):
    with narrow(portal.port, 30) as connection:
        connection.sendall(asked(portal.port, FILE))
        threading.Event().wait(23)
        assert len(answered(connection, 1 << 25)) < len(large)
