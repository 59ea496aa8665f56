"""Headers and bodies of ten megabytes, and bodies without end: refused at once, and forgotten."""

from contextlib import suppress
from time import monotonic

import pytest

from .browser import Browser
from .wire import connect, exchange, memory, status_of, took, workers

MEGABYTE = 1 << 20
TEN = b"x" * (10 * MEGABYTE)
GROWTH = 6  # megabytes a worker may have more than before

#: One of each kind of address, and whether it takes anything.
PATHS = (
    *("/", "/de/", "/en/projects/", "/zh-hans/search/?q=cloud", "/en/events/feed/"),
    *("/api/v1/projects/", "/sitemap.xml", "/static/nothing.css", "/media/nothing.png"),
    *("/admin/", "/admin/login/", "/en/enquiry/", "/healthz", "/no-such-page"),
)


@pytest.fixture(scope="module")
def portal(lasting_portal):
    browser = Browser(lasting_portal.port)
    for path in PATHS:
        browser.get(path)  # what it keeps for good, it has now
    return lasting_portal


def head(method, path, *lines):
    first = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return (first + "".join(f"{line}\r\n" for line in lines)).encode()


def headers_of_ten_megabytes(path):
    yield head("GET", path) + b"X-Long: " + TEN + b"\r\n\r\n"
    yield head("GET", path) + b"X-One: of many\r\n" * (len(TEN) // 16) + b"\r\n"
    yield b"GET " + path.encode() + b"?" + TEN + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_headers_of_ten_megabytes_are_refused_at_once(portal, lasting):
    (worker,) = workers(portal)
    before = memory(worker)
    for path in PATHS:
        for request in headers_of_ten_megabytes(path):
            seconds, answer = took(lambda sent=request: exchange(portal.port, sent))
            assert status_of(answer) in (400, 414, 431), (path, answer[:200])
            assert seconds < 5
    assert workers(portal) == [worker]
    assert memory(worker) - before < GROWTH
    assert "traceback" not in lasting.logged()


def test_bodies_of_ten_megabytes_are_refused_at_once(portal, lasting):
    (worker,) = workers(portal)
    before = memory(worker)
    for path in PATHS:
        for method in ("POST", "GET", "PUT"):
            kind = "Content-Type: application/x-www-form-urlencoded"
            sent = head(method, path, kind, f"Content-Length: {len(TEN)}") + b"\r\n" + TEN
            seconds, answer = took(lambda sent=sent: exchange(portal.port, sent))
            assert 400 <= status_of(answer) < 500, (method, path, answer[:200])
            assert seconds < 5
    assert workers(portal) == [worker]
    assert memory(worker) - before < GROWTH
    assert "traceback" not in lasting.logged()


def test_a_body_of_chunks_without_end_is_refused_at_once(portal):
    (worker,) = workers(portal)
    before = memory(worker)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for path in PATHS:
        with connect(portal.port, 5) as connection:
            connection.sendall(head("POST", path, "Transfer-Encoding: chunked") + b"\r\n")
            begun, sent = monotonic(), 0
            with suppress(ConnectionError):
                while monotonic() < begun + 5 and sent < 64 * MEGABYTE:
                    connection.sendall(chunk)
                    sent += len(chunk)
                raise AssertionError(f"{path} took {sent} bytes")
        # Nobody reads an answer while sending: it comes before, and before the connection ends.
        answer = exchange(portal.port, head("POST", path, "Transfer-Encoding: chunked") + b"\r\n")
        assert status_of(answer) == 411
    assert memory(worker) - before < GROWTH


def test_whoever_makes_up_a_session_is_not_listened_to(portal, lasting):
    kind = "Content-Type: multipart/form-data; boundary=b"
    for path in ("/admin/projects/project/add/", "/admin/", "/admin/login/?next=/admin/"):
        lines = (kind, f"Content-Length: {len(TEN)}", "Cookie: portal_session=aaaa")
        seconds, answer = took(
            lambda p=path, h=lines: exchange(portal.port, head("POST", p, *h) + b"\r\n" + TEN)
        )
        assert status_of(answer) == 413, (path, answer[:200])
        assert seconds < 5
    assert "traceback" not in lasting.logged()


def test_an_upload_of_forty_megabytes_by_an_editor_does_not_stay_in_memory(portal):
    (worker,) = workers(portal)
    browser = Browser(portal.port).sign_in()
    before = memory(worker)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    kind = "Content-Type: multipart/form-data; boundary=b"
    body = (
        b'--b\r\nContent-Disposition: form-data; name="image_file"; filename="a.jpg"\r\n\r\n'
        + TEN * 4
        + b"\r\n--b--\r\n"
    )
    lines = (kind, f"Content-Length: {len(body)}", f"Cookie: {cookies}", "Connection: close")
    answer = exchange(
        portal.port, head("POST", "/admin/projects/project/add/", *lines) + b"\r\n" + body
    )
    assert status_of(answer) == 403  # without the form's token
    assert memory(worker) - before < GROWTH
