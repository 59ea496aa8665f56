"""Servers to be measured: each in processes of its own, one gunicorn worker as the portal's."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.servers import KEY, free_port

from .load import BROWSER

ROOT = Path(__file__).parent.parent.parent
#: As ``manage.py serve`` starts it, with one worker.
GUNICORN = (
    *("--workers=1", "--threads=4", "--preload", "--log-level=warning"),
    *("--graceful-timeout=5", "--no-control-socket"),
)
#: What makes it the portal's own server; the products compared with know nothing of it.
OWN_WORKER = ("--worker-class=guizhou_portal.operations.worker.Worker",)
TICKS = os.sysconf("SC_CLK_TCK")


def clean_environment():
    """What a process needs of ours, without settings of whoever runs the benchmark."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG", "TMPDIR")
    }


class Server:
    """A running server: its port, its worker, what it used."""

    def __init__(self, name, process, port):
        self.name, self.process, self.port = name, process, port

    @property
    def worker(self):
        """The process id of the one worker."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 1, f"{self.name} has {len(children)} workers, not one"
        return int(children[0])

    def cpu_seconds(self):
        """Seconds of processor the worker has used since its start."""
        # The name of the process, in brackets, may hold blanks.
        fields = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """``(RSS, PSS)`` of the worker in MB: PSS has its part alone of what processes share."""
        said = Path(f"/proc/{self.worker}/smaps_rollup").read_text()
        return tuple(
            int(re.search(rf"^{name}:\s+(\d+) kB", said, re.MULTILINE)[1]) / 1024
            for name in ("Rss", "Pss")
        )

    def answer(self, path, **headers):
        """``(status, headers, content)`` as a browser gets it, still compressed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={**BROWSER, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def first_answer(process, port, path, log, patience=60):
    """Wait until the server answers; the seconds this took."""
    start = time.perf_counter()
    server = Server("", process, port)
    while time.perf_counter() - start < patience:
        if process.poll() is not None:
            break
        try:
            status, _, _ = server.answer(path)
        except OSError:
            time.sleep(0.01)
            continue
        assert status == 200, f"{path} answered {status}: {log.read_text()[-2000:]}"
        return time.perf_counter() - start
    raise AssertionError(f"The server does not answer: {log.read_text()[-2000:]}")


@contextmanager
def started(name, command, *, folder, variables, port, path, log):
    """A server that answers at ``path``; ended with the block, it alone."""
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  (our own commands, on this machine)
            command,
            cwd=folder,
            env={**clean_environment(), **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(name, process, port)
        server.start = first_answer(process, port, path, log)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def gunicorn(name, application, *options, python=sys.executable, folder=ROOT, variables, path, log):
    """``application`` on a server of the same kind as the portal's."""
    port = free_port()
    bind = f"--bind=127.0.0.1:{port}"
    command = [str(python), "-m", "gunicorn", application, bind, *GUNICORN, *options]
    with started(
        name, command, folder=folder, variables=variables, port=port, path=path, log=log
    ) as server:
        yield server


def constant(folder):
    return gunicorn(
        "constant",
        "tests.benchmarks.constant.wsgi:application",
        *OWN_WORKER,
        variables={},
        path="/100/",
        log=folder / "constant.log",
    )


class Portal:
    """The portal with its source content in a database of the benchmark's own."""

    def __init__(self, folder):
        self.folder = folder
        self.variables = {
            "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": KEY,
            "WEB_CONCURRENCY": "1",
        }
        subprocess.run(
            [sys.executable, "manage.py", "serve", "--prepare-only"],
            cwd=ROOT,
            env={**clean_environment(), **self.variables},
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=300,
        )

    def served(self, *, cached, remembering=True):
        """As ``manage.py serve`` starts it, with or without its page cache and its memory."""
        port = free_port()
        kind = "cached" if cached else "uncached" if remembering else "nothing remembered"
        return started(
            f"portal, {kind}",
            [sys.executable, "manage.py", "serve"],
            folder=ROOT,
            variables={
                **self.variables,
                "PORT": str(port),
                "PAGE_CACHE": "true" if cached else "false",
                "REMEMBER_CONTENT": "true" if remembering else "false",
            },
            port=port,
            path="/en/",
            log=self.folder / f"{kind}.log",
        )
