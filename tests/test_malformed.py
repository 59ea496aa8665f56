"""What no browser sends: every answer is a page or a refusal, never a fault, never a traceback."""

import io
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from django.test import Client

from guizhou_portal.wsgi import application

from .factories import ProjectFactory

ROOT = Path(__file__).parent.parent
PATHS = [
    *(
        "/%",
        "/%zz/",
        "/%00",
        "/en/%00/",
        "/en/projects/%ff%fe/",
        "/%ed%a0%80/",
        "/en/%F0%9F%92%A9/",
    ),
    *("//", "///evil.example/", "/en//projects/", "/en/../admin/", "/en/..%2f..%2fetc%2fpasswd"),
    *(
        "/media/../settings.py",
        "/media/%2e%2e/x",
        "/media/..%5c..%5cx",
        "/media/",
        "/media/%00.jpg",
    ),
    *(
        "/static/..%2fsettings.py",
        "/static/%00",
        "/static/",
        "/en/projects/\\",
        "/en/projects/'\"<x>",
    ),
    *("/api/v1/%00", "/api/v1/projects/%ff", "/admin/%00/", "/admin/projects/project/%ff/change/"),
    *(
        "/preview/%00/en/",
        "/sitemap-%00.xml",
        "/EN/",
        "/en/projects/a.pdf.pdf",
        "/en/events/%0d%0a.ics",
    ),
    "/" + "a" * 5000,
    "/en/projects/" + "a/" * 1000,
    "/en/projects/" + "%C3%BC" * 1000 + "/",
]
QUERIES = [
    *("%", "%zz=%zz", "%00=%00", "q=%00", "q=%ff%fe", "q=%ed%a0%80", "=", "&&&=", "page=%00"),
    *("page=-1", "page=" + "9" * 400, "page=٣", "sort=%0d%0aX:1", "sector=%F0%9F", "theme=%00"),
    *(
        "cursor=%00",
        "cursor=" + "A" * 3000,
        "lang=%ff",
        "project=" + "&project=" * 900,
        "q[]=1;q=2",
    ),
]
HEADERS = [
    *({"accept-language": one} for one in (
        "\x00", "é", ",", ";q=", "de;q=x,en;q=NaN", "de;q=1e999", "zh-" + "a" * 4000, "*;q=0",
        "de-" * 2000, "x" * 600, "../../etc", "%00",
    )),
    *({"cookie": one} for one in (
        "=", ";", "portal_session", "portal_session=\x01", "portal_session=%00; portal_session=",
        "portal_csrf=\x7f; portal_language=../../etc", "portal_language=%00", "a" * 6000, "é=ü",
    )),
    *({"accept": one} for one in ("", "/", "*", "text/html;q=x", ";;;", "\x00", "a/b/c" * 500)),
    *({"if-none-match": one} for one in ("", '"', "W/", "*,*", "\x00" * 20, '"' + "x" * 4000)),
    *({"if-modified-since": one} for one in ("never", "-1", "Thu, 99 Foo 9999 99:99:99 GMT")),
    *({"range": one} for one in ("bytes=-", "bytes=9-1", "bytes=0-0," * 500, "lines=1-2")),
    *({"accept-encoding": one} for one in ("\x00", "gzip;q=x", "br;q=-1", "*" * 3000)),
    {"x-forwarded-for": "\x00, nonsense, ::::"},
    {"x-forwarded-proto": "javascript"},
    {"referer": "\x00"},
    {"user-agent": ""},
]  # fmt: skip
PAGES = ["/", "/en/", "/en/projects/", "/en/search/", "/en/compare/", "/api/v1/projects/"]


def is_sound(response, *, of=""):
    body = b"".join(response) if response.streaming else response.content
    assert response.status_code < 500, of
    assert b"Traceback" not in body, of
    assert "Content-Security-Policy" in response or response.status_code == 304, of


@pytest.fixture
def stranger(db):
    ProjectFactory(slug="a")
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def ask(path, query="", method="GET", body=b"", **environ):
    """A request as the server hands it over, whatever a client library would refuse to send."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.encode().decode("latin-1"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }
    return application.get_response(application.request_class(environ))


def test_no_address_is_a_fault(stranger):
    for path in PATHS:
        is_sound(ask(path), of=path[:80])


def test_no_query_is_a_fault(stranger):
    for page in (
        "/en/projects/",
        "/en/search/",
        "/en/compare/",
        "/api/v1/projects",
        "/admin/login/",
    ):
        for query in QUERIES:
            is_sound(ask(page, query), of=f"{page}?{query[:80]}")


@pytest.mark.thorough
def test_no_header_is_a_fault(stranger):
    for header in HEADERS:
        name, value = next(iter(header.items()))
        sent = {f"HTTP_{name.upper().replace('-', '_')}": value.encode().decode("latin-1")}
        for page in ("/", "/en/projects/", "/api/v1/projects/a", "/admin/login/"):
            is_sound(ask(page, **sent), of=f"{page} {name}: {value[:60]!r}")


HOSTS = ["", "a b", "évil", "[::1", "x:y:z", "a" * 300, "\x00", "a/../b", "@x"]
METHODS = ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "GET ", "get", "", "Ü"]
BODIES = [
    b"",
    b"%",
    b"\x00\xff" * 100,
    b"--x\r\n",
    b"a=" * 900,
    b'{"a":',
    b"csrfmiddlewaretoken=%00",
]


@pytest.mark.parametrize("host", HOSTS)
def test_no_host_is_a_fault(stranger, host):
    for page in ("/", "/en/", "/en/enquiry/", "/api/v1/projects", "/admin/login/", "/sitemap.xml"):
        answer = ask(page, HTTP_HOST=host.encode().decode("latin-1"))
        is_sound(answer, of=page)
        assert answer.status_code == 400, page


@pytest.mark.thorough
@pytest.mark.parametrize("method", METHODS)
def test_no_method_is_a_fault(stranger, method):
    for page in (*PAGES, "/en/enquiry/", "/admin/login/", "/media/x.jpg", "/en/nothing/"):
        is_sound(ask(page, method=method.encode().decode("latin-1")), of=page)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text", "multipart/form-data", "multipart/form-data; boundary=", "application/json"),
        *("multipart/form-data; boundary=" + "x" * 300, "multipart/form-data; boundary=\x00"),
        *("application/x-www-form-urlencoded; charset=klingon", "a/b; c=" * 200),
    ],
)
def test_no_body_is_a_fault(stranger, content_type):
    for body in BODIES:
        for page in ("/en/enquiry/", "/admin/login/", "/admin/language/setlang/", "/en/projects/"):
            answer = ask(page, method="POST", body=body, CONTENT_TYPE=content_type)
            is_sound(answer, of=f"{page} {content_type[:40]!r} {body[:20]!r}")


def test_a_length_that_is_none_is_no_fault(stranger):
    for length in ("-1", "x", "", "9" * 30):
        is_sound(ask("/en/enquiry/", method="POST", body=b"a=1", CONTENT_LENGTH=length), of=length)


def test_ten_megabytes_of_form_are_refused_in_words(stranger):
    kind = "application/x-www-form-urlencoded"
    for page in ("/en/enquiry/", "/admin/login/"):
        answer = ask(page, method="POST", body=b"message=" + b"x" * 10**7, CONTENT_TYPE=kind)
        is_sound(answer, of=page)
        assert answer.status_code in (400, 403, 413)


# --- against a real server -----------------------------------------------------------------------

GET = b"GET /en/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /en/enquiry/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
RAW = {
    "no request at all": b"\r\n\r\n",
    "no version": b"GET /en/\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "bytes": bytes(range(256)),
    "a version to come": b"GET /en/ HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "no host": b"GET /en/ HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
    "nul in the path": b"GET /en/\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a path of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "another's address": b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a header without a name": GET + b": x\r\n\r\n",
    "a header in two lines": GET + b"A: b\r\n c\r\n\r\n",
    "nul in a header": GET + b"A: \x00\r\n\r\n",
    "ten thousand headers": GET + b"A: b\r\n" * 10_000 + b"\r\n",
    "a header of 10 MB": GET + b"A: " + b"x" * 10**7 + b"\r\n\r\n",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=1",
    "length and chunks": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a wrong chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a length of its own": POST + b"Content-Length: -5\r\n\r\n",
    "a method of its own": GET.replace(b"GET", b"BREW") + b"\r\n",
    "trace": GET.replace(b"GET", b"TRACE") + b"Cookie: a=secret\r\n\r\n",
    "a body of 10 MB": POST + FORM + b"Content-Length: 10000000\r\n\r\nmessage=" + b"x" * 9_999_992,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port of a production server of one process, and the file with what it says."""
    folder = tmp_path_factory.mktemp("malformed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "SECRET_KEY": secrets.token_urlsafe(60),
    }
    django = [sys.executable, "manage.py"]
    subprocess.run([*django, "migrate", "-v0"], cwd=ROOT, env=environ, check=True, timeout=120)  # noqa: S603
    said = folder / "said"
    gunicorn = [sys.executable, "-m", "gunicorn", "guizhou_portal.wsgi:application"]
    with said.open("wb") as out:
        running = subprocess.Popen(  # noqa: S603
            [*gunicorn, f"--bind=127.0.0.1:{port}", "--threads=4", "--no-control-socket"],
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=out,
        )
    try:
        for _ in range(300):
            if answered(port, b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"ok\n"):
                break
            time.sleep(0.2)
        yield port, said
    finally:
        running.terminate()
        running.wait(timeout=20)


def answered(port, raw, seconds=10):
    """What the server answers to these bytes; nothing if it hangs up."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
            try:
                line.sendall(raw)
                line.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it hung up before all was said, and may have answered
            while part := line.recv(65536):
                answer += part
    except OSError:
        pass
    return answer


@pytest.mark.thorough
def test_no_bytes_disturb_a_real_server(server):
    port, said = server
    for name, raw in RAW.items():
        answer = answered(port, raw)
        status = answer.split(b" ", 2)[1:2]
        assert status != [b"500"], name
        assert b"Traceback" not in answer, name
        assert b"secret" not in answer, name
    assert answered(port, b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"ok\n")
    words = said.read_text(errors="replace")
    assert "Traceback" not in words, words[-3000:]
