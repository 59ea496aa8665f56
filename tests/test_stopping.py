"""A server that is updated: what is in flight is finished, and it starts again quickly."""

import json
import os
import re
import signal
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from projects.enquiries.opened import QUICKEST

from .server import Server, serving
from .test_enquiries import WORDS

pytestmark = pytest.mark.thorough

FORM = {"content-type": "application/x-www-form-urlencoded"}
TOKEN = "a-token-of-a-monitor"


def figures(server):
    text = server.ask("/metrics", headers={"authorization": f"Bearer {TOKEN}"})[2]
    pairs = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(number) for name, _, number in pairs}


def test_an_enquiry_in_flight_is_answered_before_the_server_ends(tmp_path):
    with serving(tmp_path, WEB_CONCURRENCY=1) as server:
        form = server.ask("/en/enquiry/")[2]
        opened = re.search(r'name="opened" value="([^"]+)"', form)[1]
        time.sleep(QUICKEST)
        blocking = sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)
        blocking.execute("BEGIN IMMEDIATE")  # such as an import that takes its time
        with ThreadPoolExecutor() as beside:
            sent = beside.submit(
                server.ask, "/en/enquiry/", urlencode({**WORDS, "opened": opened}), FORM
            )
            time.sleep(1)
            proxy = HTTPConnection("127.0.0.1", server.port, timeout=20)  # keeps its connection
            proxy.request("GET", "/readyz")
            before = proxy.getresponse()
            assert json.loads(before.read())["ready"] is True
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.4)
            proxy.request("GET", "/readyz")
            during = proxy.getresponse()
            assert during.status == 503
            assert json.loads(during.read())["status"] == "stopping"
            with pytest.raises(OSError):  # noqa: PT011  (refused or reset)
                server.ask("/healthz", timeout=2)
            assert server.process.poll() is None
            blocking.execute("COMMIT")
            blocking.close()
            status, headers, _ = sent.result(30)
        assert status == 302
        assert "/en/enquiry/thanks/" in headers["Location"]
        assert server.process.wait(15) == 0
    with sqlite3.connect(tmp_path / "portal.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM projects_enquiry").fetchone() == (1,)
    assert [line for line in server.lines if line["level"] == "error"] == []


def test_a_server_that_is_prepared_starts_within_three_seconds(tmp_path):
    with serving(tmp_path) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == 0
        started = time.monotonic()
        again = Server(server.variables, server.log)
        try:
            again.wait()
            took = time.monotonic() - started
        finally:
            again.process.send_signal(signal.SIGTERM)
            again.process.wait(15)
    # Three on a machine with nothing else to do; here others may be at work beside it.
    assert took < 3 * max(1, os.getloadavg()[0] / os.cpu_count())


def test_all_processes_count_together_and_one_that_is_killed_is_replaced(tmp_path):
    with serving(tmp_path, METRICS_TOKEN=TOKEN, LOG_FORMAT="json", ACCESS_LOG="true") as server:

        def ask(_):
            return server.ask("/en/search/?q=cloud")[0]

        with ThreadPoolExecutor(8) as many:
            assert set(many.map(ask, range(60))) == {200}
        name = 'portal_request_seconds_count{method="GET",route="search",status="2xx"}'
        assert figures(server)[name] == 60
        killed = server.workers()[0]
        os.kill(killed, signal.SIGKILL)
        time.sleep(3)
        assert figures(server)[name] == 60
        assert killed not in server.workers()
        assert len(server.workers()) == 2
        assert not any(f'pid="{killed}"' in one for one in figures(server))
        assert ask(None) == 200
        lines = server.lines
    assert any(
        line["logger"] == "gunicorn.error" and "SIGKILL" in line["message"] for line in lines
    )
    requests = [line for line in lines if line["logger"] == "guizhou_portal.access"]
    assert len([line for line in requests if line["path"] == "/en/search/"]) == 61
    assert len({line["request"] for line in requests}) == len(requests)


def test_a_visitor_whose_connection_is_kept_is_answered_once_more(tmp_path):
    with serving(tmp_path, WEB_CONCURRENCY=1) as server:
        visitor = HTTPConnection("127.0.0.1", server.port, timeout=20)
        for _ in ("made", "kept and sent at once"):
            visitor.request("GET", "/en/")
            response = visitor.getresponse()
            assert (response.status, bool(response.read())) == (200, True)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        visitor.request("GET", "/en/")
        response = visitor.getresponse()
        assert (response.status, response.headers["Connection"]) == (200, "close")
        response.read()
        started = time.monotonic()
        assert server.process.wait(20) == 0
        assert time.monotonic() - started < 5


def test_the_service_manager_hears_that_it_listens(tmp_path):
    """systemd's Type=notify: whoever restarts one after the other leaves none without an answer."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(60)
        with serving(tmp_path, WEB_CONCURRENCY=1, NOTIFY_SOCKET=address) as server:
            assert b"READY=1" in manager.recv(1000)
            assert server.ask("/healthz")[0] == 200
