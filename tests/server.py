"""The portal as operators start it: a process of its own, with its own database."""

import json
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection

from .servers import KEY, ROOT, answers, free_port, manage, stop, surroundings, until


class Server:
    """A running ``manage.py serve``; ``lines``: what it wrote to its log so far."""

    def __init__(self, variables, log):
        self.variables, self.log = variables, log
        self.port = variables["PORT"]
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=surroundings(**variables),
                stdout=subprocess.DEVNULL,
                stderr=file,
            )

    def wait(self, seconds=60):
        """Until it answers."""
        until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), seconds)

    def ask(self, path, body=None, headers=None, timeout=40):
        """``(status, headers, text)``"""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("POST" if body else "GET", path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    @property
    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def workers(self):
        """The numbers of its processes that answer requests."""
        found = subprocess.run(  # noqa: S603
            ["/usr/bin/pgrep", "-P", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(number) for number in found.stdout.split()]


def variables(folder, **more):
    """Settings of a server that shares nothing with another."""
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "MEDIA_ROOT": folder / "media",
        "EMAIL_URL": f"file://{folder / 'mails'}",
        "SECRET_KEY": KEY,
        "PORT": free_port(),
        **more,
    }


@contextmanager
def serving(folder, **more):
    """A server that is prepared and answers; ended afterwards, whatever happened."""
    chosen = variables(folder, **more)
    prepared = manage("serve", "--prepare-only", **chosen)
    assert prepared.returncode == 0, prepared.stderr
    server = Server(chosen, folder / "log")
    try:
        server.wait()
        yield server
    finally:
        stop(server.process, seconds=40)
