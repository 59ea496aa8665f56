"""A portal of each drill's own: database, folders, processes, all taken away afterwards."""

import fcntl
import os
import shutil
from contextlib import ExitStack
from itertools import count
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.servers import KEY, ROOT, Portal, manage, until

from .browser import PASSWORD

NUMBERS = count(os.getpid() * 1000)


def is_postgresql():
    return urlsplit(os.environ.get("DATABASE_URL", "")).scheme in ("postgres", "postgresql")


def make_database(name, template="template0"):
    """``DATABASE_URL`` of a new database in the cluster the tests run on."""
    cluster = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(cluster.geturl(), autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return cluster._replace(path=f"/{name}").geturl()


def drop_database(url):
    cluster, name = os.environ["DATABASE_URL"], urlsplit(url).path.strip("/")
    with psycopg.connect(cluster, autocommit=True) as session:
        session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def variables(folder, database):
    """What a server of a drill is told; nothing it writes is outside of ``folder``."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        "DRILL_FOLDER": folder,
        "DATABASE_URL": database,
        "MEDIA_ROOT": folder / "media",
        "EMAIL_URL": f"file://{folder / 'mails'}",
        "SECRET_KEY": KEY,
        "REQUIRE_2FA": "false",
        "ADMIN_USERNAME": "editor",
        "ADMIN_PASSWORD": PASSWORD,
        "LOG_FORMAT": "json",
    }


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """``(folder, database)`` that ``serve`` prepared once; every drill starts from a copy."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    folder = shared / "prepared"
    template = f"drills_{shared.name.replace('-', '_')}"
    database = f"sqlite:///{folder / 'portal.sqlite3'}"
    with (shared / "preparing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            if is_postgresql():
                database = make_database(template)
            done = manage("serve", "--prepare-only", **variables(folder, database))
            assert done.returncode == 0, done.stderr
    return folder, template


class Place:
    """Where a drill takes place: folders, settings, and the servers that run there."""

    def __init__(self, folder, database, stack):
        self.folder, self.database, self._stack = folder, database, stack
        self.variables = variables(folder, database)
        self.log = folder / "log"

    def serve(self, **more):
        """A server that answers; stopped when the drill ends."""
        portal = Portal({**self.variables, **more}, self.log).start()
        self._stack.callback(portal.stop)
        until(lambda: portal.process.poll() is not None or self.is_up(portal.port), 40)
        assert portal.process.poll() is None, self.log.read_text()
        return portal

    @staticmethod
    def is_up(port):
        from .browser import Browser

        return Browser(port, 5).status("/healthz") == 200

    def manage(self, *arguments, **more):
        done = manage(*arguments, **{**self.variables, **more})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, statement):
        """The rows of a statement, in a session of its own."""
        if self.database.startswith("sqlite"):
            import sqlite3

            with sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=20) as session:
                rows = session.execute(statement).fetchall()
            session.close()
            return rows
        with psycopg.connect(self.database, autocommit=True) as session:
            cursor = session.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def is_writing(self):
        """Whether somebody is in the middle of changing the database."""
        if not self.database.startswith("sqlite"):
            return bool(
                self.ask(
                    "select 1 from pg_stat_activity where datname = current_database()"
                    " and backend_xid is not null and pid <> pg_backend_pid()"
                )
            )
        import sqlite3

        session = sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=0)
        try:
            session.execute("BEGIN IMMEDIATE")
            session.rollback()
            return False
        except sqlite3.OperationalError:
            return True
        finally:
            session.close()

    def logged(self):
        return self.log.read_text()


@pytest.fixture
def drill_stack():
    with ExitStack() as stack:
        yield stack


def copied(prepared, folder, stack):
    """A :class:`Place` in ``folder`` with a copy of what is prepared."""
    origin, template = prepared
    if is_postgresql():
        database = make_database(f"{template}_{next(NUMBERS)}", template)
        stack.callback(drop_database, database)
    else:
        file = folder / "portal.sqlite3"
        shutil.copy(origin / "portal.sqlite3", file)
        database = f"sqlite:///{file}"
    if (origin / "media").exists():
        shutil.copytree(origin / "media", folder / "media")
    return Place(folder, database, stack)


@pytest.fixture
def place(prepared, tmp_path, drill_stack):
    return copied(prepared, tmp_path, drill_stack)


@pytest.fixture(scope="module")
def lasting(prepared, tmp_path_factory):
    """A :class:`Place` for all drills of a file, which leave it as it was."""
    with ExitStack() as stack:
        yield copied(prepared, tmp_path_factory.mktemp("lasting"), stack)


@pytest.fixture(scope="module")
def lasting_portal(lasting):
    """A server of one process for all drills of a file."""
    return lasting.serve(WEB_CONCURRENCY=1)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(ROOT / "tests/drills"):
            item.add_marker("drill")
