"""Debian's servers, started for one test in its folder, on free ports, stopped by their ids."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from redis import Redis as Client

ROOT = Path(__file__).parent.parent
KEY = secrets.token_urlsafe(60)
POSTGRESQL = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
#: What a command of a test sees of the surroundings; nothing of the portal's own variables.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def needs(*programs):
    """Skips where Debian's programs are missing, and says which."""
    missing = [
        one for one in programs if not (POSTGRESQL if one == "postgresql" else shutil.which(one))
    ]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def surroundings(**variables):
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return {**kept, **{name: str(value) for name, value in variables.items()}}


def manage(*arguments, folder=ROOT, timeout=300, **variables):
    """Run one of the portal's commands, with only the given variables set."""
    return subprocess.run(  # noqa: S603  (our own interpreter and command)
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        env=surroundings(**variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def until(fact, seconds=60, pause=0.05):
    """Wait until ``fact()`` is true; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < end, f"still waiting after {seconds} s"
        time.sleep(pause)
    return found


def adapted(text, changes):
    """A configuration with ``{what it says: what a test needs}``, each of which is in it."""
    for given, ours in changes.items():
        assert given in text, given
        text = text.replace(given, str(ours))
    return text


def answers(url):
    """Whether a server gives this address with status 200."""
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310  (our own, on this machine)
            return response.status == 200
    except (URLError, OSError):
        return False


def stop(process, how=signal.SIGTERM, seconds=10):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


class PostgreSQL:
    """A cluster of its own on a socket in a folder; PostgreSQL refuses to run as root."""

    def __init__(self):
        # Not in pytest's folder: other accounts cannot pass through, and a socket's name is short.
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self.data = self.folder / "data"
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    def run(self, program, *arguments):
        user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        return subprocess.run(  # noqa: S603  (Debian's own program)
            [POSTGRESQL / program, *map(str, arguments)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            cwd=self.folder,
            timeout=60,
            **user,
        )

    def initialise(self):
        options = ["-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        self.run("initdb", "-D", self.data, *options)

    def start(self, *options):
        settings = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "",
            "fsync": "off",
            "shared_buffers": "32MB",
        }
        words = " ".join([*(f"-c {name}={value}" for name, value in settings.items()), *options])
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", words, "start")

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    def log(self):
        return (self.folder / "log").read_text()

    @property
    def url(self):
        return f"postgres://portal@{str(self.folder).replace('/', '%2F')}/postgres"

    def ask(self, statement, *parameters):
        """The rows a statement gives, in a session of its own."""
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="portal", dbname="postgres", autocommit=True
        ) as session:
            cursor = session.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgresql():
    server = PostgreSQL()
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.remove()


class Redis:
    """A Redis of its own, which writes nothing to the disk unless it is told to."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        self.process = subprocess.Popen(  # noqa: S603  (Debian's own program)
            [
                *(shutil.which("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        until(lambda: _listens(self.port))

    def client(self):
        return Client.from_url(self.url)

    def kill(self):
        stop(self.process, signal.SIGKILL)


@contextmanager
def redis(folder):
    """The address of a running :class:`Redis`."""
    server = Redis(folder)
    try:
        server.start()
        yield server.url
    finally:
        stop(server.process)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Portal:
    """One of the portal's server processes, as the unit in deploy/ starts it."""

    def __init__(self, place, log, folder=ROOT, port=None):
        self.place, self.log, self.folder = place, Path(log), folder
        self.port = port or free_port()
        self.process = None
        self.python, self.arguments = sys.executable, ["serve", "--no-prepare"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [self.python, "manage.py", *self.arguments],
                cwd=self.folder,
                env=surroundings(PORT=self.port, **self.place),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def ready(self, seconds=90):
        until(lambda: answers(f"{self.url}/readyz"), seconds)
        return self

    def stop(self):
        """As systemd does: ask, and wait for what is being answered."""
        stop(self.process, seconds=40)

    def kill(self):
        """As the kernel does when memory runs out: the whole group, in the middle of it all."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)
