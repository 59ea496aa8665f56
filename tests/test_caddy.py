"""deploy/Caddyfile, really run, in front of two server processes of which one is killed."""

import re
import shutil
import subprocess
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from .server import variables
from .servers import (
    ROOT,
    Portal,
    adapted,
    answers,
    free_port,
    manage,
    needs,
    stop,
    surroundings,
    until,
)

HOST = "portal.example"
pytestmark = [pytest.mark.rehearsal, needs("caddy")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("caddy")


@pytest.fixture(scope="module")
def processes(folder):
    """Two server processes of one portal."""
    place = variables(folder, WEB_CONCURRENCY=1, ALLOWED_HOSTS=HOST)
    assert manage("serve", "--prepare-only", **place).returncode == 0
    del place["PORT"]  # each has its own
    running = [Portal(place, folder / f"log-{number}").start() for number in range(2)]
    for one in running:
        until(lambda one=one: answers(f"{one.url}/healthz"))
    yield running
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def caddy(folder, processes):
    """Caddy's port. Only addresses and the folder of static files are this test's."""
    port = free_port()
    changes = {
        "portal.example {": f"http://:{port} {{",
        "127.0.0.1:8001 127.0.0.1:8002": " ".join(f"127.0.0.1:{one.port}" for one in processes),
        "/var/cache/guizhou-portal/static": ROOT / "var" / "static",
    }
    text = adapted((ROOT / "deploy" / "Caddyfile").read_text(), changes)
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\n{text}")
    command = [shutil.which("caddy"), "run", "--adapter", "caddyfile", "--config", "Caddyfile"]
    with (folder / "caddy.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603  (Debian's own program)
            command,
            cwd=folder,
            env=surroundings(XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        yield port
    finally:
        stop(process)


def ask(port, path, method="GET", body=None, **headers):
    """``(status, headers, content)``"""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        with suppress(BrokenPipeError):  # who is told that it is too much need not send it all
            connection.request(method, path, body, {"Host": HOST, **headers})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_pages_come_with_their_headers_and_a_name_nobody_else_chose(caddy):
    status, headers, page = ask(caddy, "/en/", **{"X-Request-ID": "chosen-by-a-visitor"})
    assert status == 200
    assert b"Guizhou" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Request-ID"] != "chosen-by-a-visitor"
    assert ask(caddy, "/en/", **{"If-None-Match": headers["ETag"]})[0] == 304
    assert ask(caddy, "/en/nothing/")[0] == 404


def test_static_files_are_caddys_own_and_stay_for_a_year(caddy):
    page = ask(caddy, "/en/")[2].decode()
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
    status, headers, _ = ask(caddy, sheet, **{"Accept-Encoding": "br"})
    assert status == 200
    assert headers["Content-Encoding"] == "br"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "script_name", "Script-Name", "PATH_INFO"])
def test_no_visitor_says_below_which_folder_the_portal_is(caddy, name):
    for _ in range(4):  # either process
        assert ask(caddy, "/below/en/", **{name: "/below"})[0] == 404
        assert ask(caddy, "/en/", **{name: "/below"})[0] == 200
        assert b"/below" not in ask(caddy, "/en/")[2]


def test_who_sends_too_much_is_told_so(caddy):
    assert ask(caddy, "/en/", "POST", b"a" * 70_000)[0] == 413
    assert ask(caddy, "/en/enquiry/", "POST", b"a" * 13_000_000)[0] == 413


def test_no_request_fails_when_a_process_is_killed(caddy, processes):
    processes[0].kill()
    statuses = [ask(caddy, path)[0] for path in ("/en/", "/de/projects/", "/zh-hans/") * 10]
    assert set(statuses) == {200}
