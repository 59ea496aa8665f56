"""Load on a server of this machine: with wrk where it is installed, else with threads of Python.

Either way from one process of its own, over connections that are kept open, with the headers a
browser sends.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WRK = shutil.which("wrk")
LOAD = "wrk" if WRK else "a client in Python (wrk is not installed: ratios come out flatter)"

BROWSER = {
    "Host": "localhost",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, br",
    "Connection": "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
}


@dataclass
class Load:
    """What came of it: times in seconds, ``cpu`` the server's own time for one request."""

    requests: int
    seconds: float
    failed: int
    median: float
    p99: float
    cpu: float = 0.0

    @property
    def rate(self):
        return self.requests / self.seconds


def load(server, paths, *, connections, seconds, headers=None):
    """Ask ``server`` for the ``paths`` in turn for so many whole seconds."""
    headers = {**BROWSER, **(headers or {})}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("".join(f"{path}\n" for path in paths))
        listed.flush()
        before = server.cpu_seconds()
        said = subprocess.run(  # noqa: S603  (our own commands, on this machine)
            command(server.port, listed.name, connections, seconds, headers),
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        ).stdout
    line = next(one for one in said.splitlines() if one.startswith("RESULT "))
    result = Load(**json.loads(line.removeprefix("RESULT ")))
    result.cpu = (server.cpu_seconds() - before) / max(result.requests, 1)
    # A server that refuses is fast: its figures would be of nothing.
    assert result.requests, f"{server.name} did not answer in {seconds} s"
    assert not result.failed, f"{server.name} failed {result.failed} of {result.requests} requests"
    return result


def command(port, paths, connections, seconds, headers):
    if not WRK:
        options = json.dumps([port, paths, connections, seconds, headers])
        return [sys.executable, str(HERE / "load.py"), options]
    given = [f"-H{name}: {value}" for name, value in headers.items()]
    return [
        *(WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=30s"),
        *("-s", str(HERE / "wrk.lua"), *given, f"http://127.0.0.1:{port}/", "--", paths),
    ]


def ask_with_threads(port, paths, connections, seconds, headers):
    """The stand-in for wrk; prints what it prints."""
    import http.client
    import itertools
    import threading
    import time

    turns = itertools.cycle(Path(paths).read_text().split())
    times, failed = [], []
    until = time.perf_counter() + seconds

    def visitor():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (start := time.perf_counter()) < until:
            try:
                connection.request("GET", next(turns), headers=headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                failed.append(error)
                connection.close()
                continue
            if answer.status >= 400:
                failed.append(answer.status)
            times.append(time.perf_counter() - start)

    visitors = [threading.Thread(target=visitor) for _ in range(connections)]
    start = time.perf_counter()
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    result = Load(
        requests=len(times),
        seconds=time.perf_counter() - start,
        failed=len(failed),
        median=statistics.median(times) if times else 0.0,
        p99=sorted(times)[int(len(times) * 0.99)] if times else 0.0,
    )
    del result.cpu
    print("RESULT " + json.dumps(vars(result)))


if __name__ == "__main__":
    ask_with_threads(*json.loads(sys.argv[1]))
