"""A kept page goes out before Django sees the request, and just as Django would have sent it."""

import logging
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from guizhou_portal.operations import content_version, metrics
from guizhou_portal.operations.lane import Lane, scheme_of
from guizhou_portal.wsgi import django

HOME = "/en/"


@pytest.fixture(autouse=True)
def kept(settings, db, same_connection):
    settings.PAGE_CACHE = True
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    caches["pages"].clear()
    django.load_middleware()  # as it is with kept pages
    yield
    caches["pages"].clear()


def environ(path=HOME, query="", **more):
    found = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1", **more}
    setup_testing_defaults(found)
    return found


def ask(application, **asked):
    """``(status line, {name: value}, body)``"""
    told = []
    answer = application(
        environ(**asked), lambda status, headers, *more: told.append((status, headers))
    )
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    ((status, headers),) = told
    return status, dict(headers), body


class Unasked:
    """Stands for Django; tells whether the lane handed a request on."""

    def __init__(self):
        self.asked = 0

    def __call__(self, environ, start_response):
        self.asked += 1
        start_response("204 No Content", [])
        return []


@pytest.fixture
def unasked(portal):
    """A lane behind which nobody makes pages, and the home page is kept."""
    ask(django)
    return Lane(Unasked())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"HTTP_ACCEPT_ENCODING": "gzip, br"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"REQUEST_METHOD": "HEAD", "HTTP_ACCEPT_ENCODING": "br"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"query": "utm_source=letter"},
        {"HTTP_X_REQUEST_ID": "named-by-the-proxy"},
    ],
)
def test_it_answers_as_django_would(unasked, asked):
    status, headers, body = ask(unasked, **asked)
    expected_status, expected_headers, expected_body = ask(django, **asked)
    assert unasked.application.asked == 0
    assert (status, body) == (expected_status, expected_body)
    if "HTTP_X_REQUEST_ID" not in asked:
        assert headers.pop("X-Request-ID") != expected_headers.pop("X-Request-ID")
    if status.startswith("304"):
        # A browser keeps the policy of the page it has; RFC 9110 wants no more than these.
        assert headers.items() <= expected_headers.items()
        assert {"ETag", "Cache-Control", "Vary"} <= headers.keys()
    else:
        assert headers == expected_headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]


NOT_PLAIN = [
    {"REQUEST_METHOD": "POST"},
    {"path": "/en/projects/"},
    {"path": "/admin/"},
    {"path": "/en/\xe4/"},
    {"query": "q=cloud"},
    {"query": "x=1&q=cloud"},
    {"HTTP_COOKIE": "any=1"},
    {"HTTP_AUTHORIZATION": "Basic eA=="},
    {"HTTP_RANGE": "bytes=0-1"},
    {"SCRIPT_NAME": "/portal"},
    {"HTTP_HOST": "127.0.0.1:1"},
    {"HTTP_HOST": "other.example"},
    {"wsgi.url_scheme": "https"},
]


def test_whatever_is_not_the_plain_case_is_left_to_django(unasked):
    for asked in NOT_PLAIN:
        assert ask(unasked, **asked)[0] == "204 No Content", asked


def test_after_a_change_django_is_asked(unasked):
    content_version.advance()
    assert ask(unasked)[0] == "204 No Content"


def test_with_the_cache_off_django_is_asked(unasked, settings):
    settings.PAGE_CACHE = False
    assert ask(unasked)[0] == "204 No Content"


@pytest.mark.parametrize("said", [None, "https", "http", "https, http", " https", "HTTPS", ""])
@pytest.mark.parametrize("header", [None, ("HTTP_X_FORWARDED_PROTO", "https")])
def test_it_knows_https_as_django_does(settings, header, said):
    settings.SECURE_PROXY_SSL_HEADER = header
    more = {} if said is None else {"HTTP_X_FORWARDED_PROTO": said}
    request = RequestFactory().get(HOME, **more)
    assert scheme_of(request.environ) == request.scheme


def test_it_writes_its_line_into_the_access_log(unasked, settings, caplog):
    settings.ACCESS_LOG = True
    with caplog.at_level(logging.INFO, "guizhou_portal.access"):
        ask(unasked, query="fbclid=secret")
    assert "GET /en/ 200" in caplog.text
    assert "secret" not in caplog.text


def test_it_is_counted(unasked, settings):
    settings.METRICS_TOKEN = "t" * 40
    hits = metrics.figures().pages.labels("hit")._value
    before = hits.get()
    ask(unasked)
    assert hits.get() == before + 1
