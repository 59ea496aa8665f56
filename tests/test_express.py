"""Which requests the loop that watches the connections answers, and what it leaves to Django.

How it does so on a running server: ``tests/drills/test_connections.py``.
"""

import pytest

from guizhou_portal.operations.express import Express, environ_of


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
