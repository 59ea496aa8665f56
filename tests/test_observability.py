"""What operators see: lines of the log, reports and mails of faults; nothing personal."""

import importlib
import json
import logging
import re
import secrets
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from guizhou_portal import environment
from guizhou_portal.operations import error_mail, logs, queries, sentry

from .test_start import manage


class Written(logging.Handler):
    """What the console would show."""

    def __init__(self, log_format):
        super().__init__()
        self.setFormatter(logs.formatter(log_format))
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def written(request):
    """The lines of the log, as JSON unless a test asks for text."""
    handler = Written(getattr(request, "param", "json"))
    for name in ("", "django.request"):
        logging.getLogger(name).addHandler(handler)
    yield handler.lines
    for name in ("", "django.request"):
        logging.getLogger(name).removeHandler(handler)


@pytest.fixture
def broken(monkeypatch):
    """The list of projects fails, with words in the fault that no log may hold."""

    def fail(view, request, *args, **kwargs):
        code = "4711"
        raise RuntimeError(f"mail to ada@example.org failed{code[4:]}")

    monkeypatch.setattr("projects.views.ProjectList.get", fail)


@pytest.fixture
def calm(client):
    """A visitor who is shown the page about a fault."""
    client.raise_request_exception = False
    return client


# --- lines of the log --------------------------------------------------------------------------


def test_a_fault_is_one_line_that_programs_read(calm, broken, written):
    response = calm.get("/en/projects/?q=my+secret", headers={"x-request-id": "proxy-0123456789"})
    assert response.status_code == 500
    (line,) = map(json.loads, written)
    assert line["level"] == "error"
    assert line["logger"] == "django.request"
    assert line["message"] == "Internal Server Error: /en/projects/"
    assert line["request"] == response["X-Request-ID"] == "proxy-0123456789"
    assert line["time"].endswith("Z")
    assert line["traceback"].startswith("Traceback")
    assert "RuntimeError" in line["traceback"]
    for personal in ("ada@", "secret", "127.0.0.1"):
        assert personal not in written[0]


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_people_read_the_same_as_text(calm, broken, written):
    name = calm.get("/en/projects/")["X-Request-ID"]
    assert f"ERROR django.request: Internal Server Error: /en/projects/ [{name}]" in written[0]
    assert "RuntimeError: mail to …@… failed" in written[0]


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "with space 1", "line\nbreak-1", "ü" * 9])
def test_a_request_without_a_sound_name_gets_one(client, given):
    first, second = (
        client.get("/robots.txt", headers={"x-request-id": given})["X-Request-ID"] for _ in range(2)
    )
    assert first != second
    assert given not in (first, second)
    assert len(first) == 16


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("from ada.lovelace+x@mail.example.org now", "from …@… now"),
        ("/preview/a1:b2/de/ was asked for", "/preview/…/de/ was asked for"),
        ("GET /de/search/?q=Anna+Nym&page=2 failed", "GET /de/search/?… failed"),
        ("postgres://portal:hunter2@db/portal", "postgres://…@db/portal"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer …"),
        ("Is 10 > 9? Yes.", "Is 10 > 9? Yes."),
    ],
)
def test_no_line_holds_what_is_personal_or_secret(written, text, left):
    logging.getLogger("guizhou_portal.test").error("%s", text)
    assert json.loads(written[0])["message"] == left


@pytest.fixture
def each_request(settings, caplog):
    """Each request is a line of the log."""
    settings.ACCESS_LOG = True
    caplog.set_level(logging.INFO, "guizhou_portal.access")


def test_each_request_is_a_line_if_that_is_wanted(client, each_request, written):
    client.get("/robots.txt?q=Ada", headers={"user-agent": "Somebody's", "referer": "https://a.b/"})
    client.head("/en/nothing/here/")
    got, headed = map(json.loads, written)
    assert set(got) == {
        *("time", "level", "logger", "message", "request"),
        *("method", "path", "status", "ms", "bytes"),
    }
    assert (got["method"], got["path"], got["status"]) == ("GET", "/robots.txt", 200)
    assert got["bytes"] > 20
    assert 0 < got["ms"] < 10_000
    assert (headed["method"], headed["status"]) == ("HEAD", 404)
    assert not any(word in written[0] for word in ("Ada", "Somebody", "127.0.0.1", "a.b"))


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_nobody_writes_a_line_of_their_own_or_moves_the_cursor(client, each_request, written):
    client.get("/de/x%0A2026-11-27 signed in: user=admin%0D%1B%5B2J%C2%85%E2%80%A8y")
    (line,) = written
    assert len(line.splitlines()) == 1
    assert "\\n2026-11-27 signed in: user=admin\\r\\x1b[2J\\x85\\u2028y" in line


def test_requests_are_no_lines_otherwise(client, written):
    client.get("/robots.txt")
    assert written == []


def test_a_person_reads_text_and_a_program_json(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert logs.usual_format(debug=False) == "text"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert logs.usual_format(debug=False) == "json"
    assert logs.usual_format(debug=True) == "text"


@pytest.mark.parametrize("path", ["/media/a.png", "/robots.txt"])
def test_the_server_is_given_no_body_where_none_is_sent(db, same_connection, settings, path):
    """It would write a line about each."""
    from guizhou_portal.wsgi import application

    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "a.png").write_bytes(b"not really one")
    environ = {
        "REQUEST_METHOD": "HEAD",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": sys.stdin.buffer,
    }
    begun = []
    response = application(environ, lambda status, headers: begun.append((status, dict(headers))))
    assert b"".join(response) == b""
    response.close()
    assert begun[0][0].startswith("200")
    assert int(begun[0][1]["Content-Length"]) > 0


# --- slow statements ---------------------------------------------------------------------------


def test_a_slow_statement_is_told_without_its_values(db, client, settings, written, monkeypatch):
    settings.SLOW_QUERY_MS = 1
    monkeypatch.setattr(queries.time, "perf_counter", iter(range(10_000)).__next__)
    response = client.get("/en/search/?q=verysecret")
    lines = [json.loads(line) for line in written]
    assert lines
    assert all(line["logger"] == "guizhou_portal.slow" for line in lines)
    assert {line["request"] for line in lines} == {response["X-Request-ID"]}
    assert lines[0]["ms"] >= 1000
    assert any(line["sql"].startswith("SELECT") for line in lines)
    assert "verysecret" not in "".join(written)


def test_quick_statements_are_not_told(db, client, settings, written):
    settings.SLOW_QUERY_MS = 60_000
    client.get("/en/projects/")
    assert written == []
    assert connection.execute_wrappers == []


# --- faults, reported and mailed ---------------------------------------------------------------


@pytest.fixture
def mailed(settings, tmp_path, monkeypatch):
    """Sends faults by mail, and waits until they are sent: the mails."""
    settings.ERROR_MAIL_TO = ["ops@agency.example", "night@agency.example"]
    settings.ERROR_MAIL_STATE = tmp_path / "var" / "error-mails.json"
    handler = error_mail.Handler(logging.ERROR)
    for name in ("", "django.request"):
        logging.getLogger(name).addHandler(handler)

    def mails():
        for thread in threading.enumerate():
            if thread.name == "error-mail":
                thread.join(30)
        return mail.outbox

    yield mails
    for name in ("", "django.request"):
        logging.getLogger(name).removeHandler(handler)


def test_a_fault_is_mailed_once_an_hour_and_how_often_it_happened(
    calm, broken, mailed, monkeypatch
):
    response = calm.get("/en/projects/?q=secretword", headers={"cookie": "sessionid=sesame"})
    for _ in range(3):
        calm.get("/de/projects/")
    (first,) = mailed()
    assert first.to == ["ops@agency.example", "night@agency.example"]
    assert first.subject == "[Guizhou Portal] ERROR: Internal Server Error: /en/projects/"
    assert "Request: GET /en/projects/" in first.body
    assert response["X-Request-ID"] in first.body
    assert "RuntimeError: mail to …@… failed" in first.body
    for personal in ("secretword", "sesame", "4711 ", "ada@"):
        assert personal not in first.body
    now = error_mail.time.time()
    monkeypatch.setattr(error_mail.time, "time", lambda: now + 3601)
    calm.get("/en/projects/")
    assert "The same happened 3 more times" in mailed()[1].body


def test_ten_mails_an_hour_are_enough_for_any_number_of_faults(mailed, monkeypatch):
    for number in range(25):
        logging.getLogger(f"part{number}").error("broken")
    assert len(mailed()) == 10
    now = error_mail.time.time()
    monkeypatch.setattr(error_mail.time, "time", lambda: now + 3601)
    logging.getLogger("part30").error("broken")
    assert "Since the last mail, 15 other faults were not mailed" in mailed()[-1].body
    assert len(mailed()) == 11


def test_a_disk_that_takes_nothing_leaves_the_mails(mailed, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(error_mail, "_of_this_process", error_mail.Sent())
    (tmp_path / "full").write_text("in the way")
    settings.ERROR_MAIL_STATE = tmp_path / "full" / "error-mails.json"
    for _ in range(3):
        logging.getLogger("part").error("No space left on device")
    assert len(mailed()) == 1


def test_a_mail_server_that_is_down_does_no_harm(calm, broken, mailed, monkeypatch, written):
    def down(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    assert calm.get("/en/projects/").status_code == 500
    assert mailed() == []
    told = {json.loads(line)["message"] for line in written}
    assert "A fault could not be mailed: ConnectionRefusedError" in told


def test_a_report_says_what_broke_and_nothing_about_the_visitor():
    event = {
        "message": "no answer for ada@example.org",
        "user": {"ip_address": "192.0.2.1", "email": "ada@example.org"},
        "extra": {"sys.argv": ["ada"]},
        "breadcrumbs": {"values": [{"message": "SELECT"}]},
        "request": {
            "method": "POST",
            "url": "http://portal.example/preview/key:1/de/",
            "query_string": "q=Ada",
            "cookies": {"sessionid": "sesame"},
            "headers": {"User-Agent": "Ada's"},
            "data": {"message": "Dear Ada"},
            "env": {"REMOTE_ADDR": "192.0.2.1"},
        },
        "exception": {
            "values": [
                {
                    "type": "ValueError",
                    "value": "ada@example.org is taken",
                    "stacktrace": {"frames": [{"function": "save", "vars": {"name": "Ada"}}]},
                }
            ]
        },
    }
    left = sentry.without_personal_data(event, {})
    assert left["request"] == {"method": "POST", "url": "/preview/…/de/"}
    told = json.dumps(left, ensure_ascii=False)
    assert "ValueError" in told
    assert "save" in told
    for personal in ("Ada", "ada", "192.0.2.1", "sesame"):
        assert personal not in told


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": "gzip", "br": "brotli", None: None}[self.headers["Content-Encoding"]]
        body = importlib.import_module(unpack).decompress(body) if unpack else body
        self.server.received.append(body.decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


@pytest.mark.thorough
def test_a_fault_arrives_at_a_service_like_sentry():
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.received = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    code = (
        "from django.test import Client; from projects.views import ProjectList\n"
        "def fail(self, request): secretvar = 'Ada'; raise RuntimeError('for ada@example.org')\n"
        "ProjectList.get = fail; c = Client(raise_request_exception=False)\n"
        "c.cookies['sessionid'] = 'sesame'\n"
        "print(c.get('/en/projects/?q=secretword', headers={'host': 'localhost'}).status_code)\n"
        "import sentry_sdk; sentry_sdk.flush(10)"
    )
    dsn = f"http://key@127.0.0.1:{server.server_port}/1"
    try:
        result = manage(
            "shell",
            "--no-imports",
            "-c",
            code,
            SENTRY_DSN=dsn,
            SECRET_KEY=secrets.token_urlsafe(60),
        )
    finally:
        server.shutdown()
        server.server_close()
    assert result.stdout.strip() == "500", result.stderr
    told = "".join(server.received)
    assert "RuntimeError" in told
    assert "for …@…" in json.dumps(json.loads(told.splitlines()[-1]), ensure_ascii=False)
    assert "project_list" in told or "/en/projects/" in told
    for personal in ("ada@", "secretword", "sesame", "'Ada'\""):
        assert personal not in told


# --- wrong settings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "value", "sentence"),
    [
        ("milliseconds", "-1", "must be between 0 and 3600000, not “-1”"),
        ("milliseconds", "fast", "must be a whole number, not “fast”"),
        ("token", "short", "must have 16 to 200 letters"),
        ("token", "with a space in the middle", "and no spaces"),
        ("addresses", "ops@agency.example,nobody", "must be e-mail addresses"),
        ("sentry_dsn", "https://host.example/1", "must look like https://KEY@HOST/NUMBER"),
        ("sentry_dsn", "https://key@host.example/x", "must look like https://KEY@HOST/NUMBER"),
        ("sentry_dsn", "https://key@host:port/1", "must look like https://KEY@HOST/NUMBER"),
        ("choice", "xml", "must be json or text, not “xml”"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(monkeypatch, reader, value, sentence):
    monkeypatch.setenv("ANY", value)
    more = {"milliseconds": [0], "choice": [["json", "text"], "text"]}.get(reader, [])
    with pytest.raises(ImproperlyConfigured, match="ANY .*" + re.escape(sentence)):
        getattr(environment, reader)("ANY", *more)


def test_sound_settings_are_taken_as_they_are(monkeypatch):
    monkeypatch.setenv("MAIL", "ops@agency.example, night@agency.example")
    monkeypatch.setenv("DSN", "https://key@host.example:8443/sentry/17")
    monkeypatch.delenv("NONE", raising=False)
    assert environment.addresses("MAIL") == ["ops@agency.example", "night@agency.example"]
    assert environment.sentry_dsn("DSN") == "https://key@host.example:8443/sentry/17"
    assert environment.sentry_dsn("NONE") == environment.token("NONE") == ""
    assert environment.addresses("NONE") == []
