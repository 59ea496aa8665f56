"""Fifty companies write at the same moment: to a running server, with its processes and threads."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import psycopg
import pytest

from projects.enquiries.opened import QUICKEST

from .servers import KEY, Portal, manage, until
from .test_enquiries import WORDS

NUMBER = 50


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def answer(address, words=None):
    """``(status, body)``"""
    sent = urlencode(words).encode() if words else None
    try:
        with build_opener(Stay).open(address, sent, timeout=60) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def database(tmp_path):
    """``DATABASE_URL`` of an empty database, of the kind the tests run on."""
    tested = urlsplit(os.environ.get("DATABASE_URL", ""))
    if tested.scheme not in ("postgres", "postgresql"):
        yield f"sqlite:///{tmp_path / 'portal.sqlite3'}"
        return
    name = f"{tested.path.strip('/')}_at_once"
    with psycopg.connect(tested.geturl(), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        yield tested._replace(path=f"/{name}").geturl()
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def running(tmp_path, database):
    """``(address, variables)`` of a server with a database and a folder of mails of its own."""
    variables = {
        "DATABASE_URL": database,
        "MEDIA_ROOT": tmp_path / "media",
        "EMAIL_URL": f"file://{tmp_path / 'mails'}",
        "SECRET_KEY": KEY,
    }
    assert manage("serve", "--prepare-only", **variables).returncode == 0
    portal = Portal(variables, tmp_path / "log").start()
    try:
        yield portal.ready().url, variables
    finally:
        portal.stop()


def mails(variables):
    folder = Path(str(variables["EMAIL_URL"]).removeprefix("file://"))
    return [text for file in folder.glob("*") for text in file.read_text().split("-" * 79)[:-1]]


@pytest.mark.thorough
def test_fifty_enquiries_at_the_same_moment_are_fifty_with_a_number_and_a_mail_each(running):
    address, variables = running
    page = f"{address}/en/enquiry/"
    opened = [
        re.search(r'name="opened" value="([^"]+)"', answer(page)[1])[1] for _ in range(NUMBER)
    ]
    time.sleep(QUICKEST + 1)
    together = Barrier(NUMBER)

    def send(n):
        together.wait()
        words = {**WORDS, "opened": opened[n], "email": f"n{n}@example.org"}
        return answer(page, {**words, "message": f"Message {n}"})[0]

    with ThreadPoolExecutor(NUMBER) as pool:
        assert set(pool.map(send, range(NUMBER))) == {302}

    said = manage(
        "shell",
        "-c",
        "from projects.models import Enquiry as E;"
        "print('stored', E.objects.count(), E.objects.values('reference').distinct().count(),"
        " E.objects.filter(state='new').count())",
        **variables,
    ).stdout
    assert f"stored {NUMBER} {NUMBER} {NUMBER}" in said
    with suppress(AssertionError):  # those that are late go out with the command
        until(lambda: len(mails(variables)) >= NUMBER, 15)
    for _ in range(2):
        assert manage("send_pending_mail", **variables).returncode == 0
    sent = mails(variables)
    assert len(sent) == NUMBER
    assert len({re.search(r"^To: (.+)$", one, re.MULTILINE)[1] for one in sent}) == NUMBER
    assert len({re.search(r"GZ-\w{4}-\w{4}", one)[0] for one in sent}) == NUMBER
