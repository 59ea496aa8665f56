"""Kept pages that the server sends at once, and whatever it leaves to a thread and Django."""

import re
import socket

import pytest

from guizhou_portal.operations.express import Express, environ_of

from .server import serving

HOME = b"GET /en/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept-Encoding: gzip, br\r\n%b\r\n"
#: By this header a request goes to a thread.
SLOWLY = b"TE: trailers\r\n"


def head(*lines, first="GET /en/ HTTP/1.1"):
    return "\r\n".join((first, *(lines or ("Host: portal.example",)), "", "")).encode("latin-1")


def test_what_a_browser_sends_is_understood():
    environ = environ_of(
        head(
            "Host: portal.example",
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Accept-Encoding: gzip, br",
            "Connection: keep-alive",
            'If-None-Match: W/"abc"',
            "Sec-Fetch-Site: none",
            first="GET /en/contracts/?kind=framework&utm_source=a%20b HTTP/1.1",
        )
    )
    assert environ == {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/en/contracts/",
        "QUERY_STRING": "kind=framework&utm_source=a%20b",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "portal.example",
        "HTTP_USER_AGENT": (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        ),
        "HTTP_ACCEPT_ENCODING": "gzip, br",
        "HTTP_CONNECTION": "keep-alive",
        "HTTP_IF_NONE_MATCH": 'W/"abc"',
        "HTTP_SEC_FETCH_SITE": "none",
    }


@pytest.mark.parametrize(
    "request_line",
    [
        *("POST /en/ HTTP/1.1", "HEAD /en/ HTTP/1.1", "get /en/ HTTP/1.1", "GET /en/ HTTP/1.0"),
        *("GET /en/ HTTP/2.0", "GET en/ HTTP/1.1", "GET //en/ HTTP/1.1", "GET  /en/ HTTP/1.1"),
        *("GET http://portal.example/en/ HTTP/1.1", "GET /en/%2e HTTP/1.1", "GET /en/#a HTTP/1.1"),
        *(
            "GET /en/?a#b HTTP/1.1",
            "GET /ä/ HTTP/1.1",
            "GET /en/ HTTP/1.1 ",
            "GET /en/\x00 HTTP/1.1",
        ),
        *("GET /en/\\ HTTP/1.1", 'GET /en/" HTTP/1.1', "GET /en/<a> HTTP/1.1", "GET * HTTP/1.1"),
    ],
)
def test_a_request_line_of_another_form_is_left_to_the_parser(request_line):
    assert environ_of(head(first=request_line)) is None


@pytest.mark.parametrize(
    "lines",
    [
        *(["Content-Length: 0"], ["Content-Length: 5"], ["Transfer-Encoding: chunked"]),
        *(["Host: other.example"], ["Accept: a", "Accept: b"], ["accept: a", "ACCEPT: b"]),
        *(["Connection: Upgrade", "Upgrade: h2c"], ["Connection: close, te"], ["Upgrade: h2c"]),
        *(["Expect: 100-continue"], ["TE: trailers"], ["X-Forwarded-Proto: https"]),
        *(["X-Forwarded-Ssl: on"], ["Forwarded: proto=https"], ["Path-Info: /admin/"]),
        *(["Path_Info: /admin/"], [" folded"], ["Accept : a"], ["Accept"], [": a"], ["A: \x00"]),
        *(["A: b\rc"], ["A: b\nX: c"], ["A: \xe4"], ["A: b\tc"], ["Ä: b"], [""]),
    ],
)
def test_headers_that_tell_of_something_else_are_left_to_the_parser(lines):
    assert environ_of(head("Host: portal.example", *lines)) is None


def test_a_request_without_a_host_or_an_end_is_left_to_the_parser():
    assert environ_of(head("Accept: a")) is None
    assert environ_of(head()[:-2]) is None
    assert environ_of(head() + b"GET") is None


def test_a_request_that_is_very_long_is_left_to_the_parser():
    assert environ_of(head("Host: portal.example", f"Accept: {'a' * 8000}")) is not None
    assert environ_of(head("Host: portal.example", f"Accept: {'a' * 8200}")) is None


def test_a_proxy_that_the_portal_believes_says_whether_it_is_https(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    environ = environ_of(head("Host: portal.example", "X-Forwarded-Proto: https"))
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"


class Broken:
    def answer(self, environ):
        raise RuntimeError("for the test")


class Silent:
    def answer(self, environ):
        return 200, [("Content-Length", "0")], b""


@pytest.mark.parametrize(
    ("application", "changed", "answers"),
    [
        (Silent(), {}, True),
        (Silent(), {"PAGE_CACHE_SHARED": True}, False),
        (Silent(), {"PAGE_CACHE": False}, False),
        (object(), {}, False),
    ],
)
def test_only_pages_kept_by_the_process_itself_are_sent_at_once(
    settings, application, changed, answers
):
    settings.PAGE_CACHE = True
    for name, value in changed.items():
        setattr(settings, name, value)
    assert bool(Express(application).answer(head())) == answers


def test_a_fault_of_ours_leaves_the_request_to_a_thread(settings, caplog):
    settings.PAGE_CACHE = True
    assert Express(Broken()).answer(head()) is None
    assert "for the test" in caplog.text


# --- on a running server -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("express"), WEB_CONCURRENCY=1) as server:
        server.ask("/en/")  # made and kept
        yield server


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
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(asked(server) * many)
        for _ in range(20):
            assert server.ask("/en/")[0] == 200
        stream = slow.makefile("rb")
        answers = [read_answer(stream) for _ in range(many)]
    assert {status for status, _, _ in answers} == {b"HTTP/1.1 200 OK\r\n"}
    assert len({body for _, _, body in answers}) == 1


def test_who_goes_away_in_the_middle_harms_nobody(server):
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as gone:
            gone.sendall(asked(server) * 5)
    assert server.ask("/en/")[0] == 200
