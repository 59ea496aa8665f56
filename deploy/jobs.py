"""What timers do on a machine with systemd, for containers: runs the portal's commands by turns.

A job that fails is named and tried again at its next turn; what was missed while nothing ran is
made up for at the start. Ends at once when it is asked to.
"""

import signal
import subprocess
import sys
import time

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
#: The commands and the seconds from one run to the next.
JOBS = {
    "send_pending_mail": 5 * MINUTE,
    "anonymise_enquiries": DAY,
    "purge_deleted": DAY,
    "check_links": 7 * DAY,
}


def run(command):
    """Run one of the portal's commands; whether it succeeded."""
    done = subprocess.run(  # noqa: S603  (our own interpreter and commands)
        [sys.executable, "manage.py", command], timeout=HOUR, check=False
    )
    return done.returncode == 0


def due(last, now):
    """The jobs whose time has come; ``last``: when each ran, in seconds, if it did."""
    return [name for name, pause in JOBS.items() if now - last.get(name, -pause) >= pause]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    last = {}
    while True:
        for name in due(last, time.monotonic()):
            last[name] = time.monotonic()
            try:
                succeeded = run(name)
            except subprocess.TimeoutExpired:
                succeeded = False
            if not succeeded:
                print(f"{name} failed; it runs again in {JOBS[name]} s.", flush=True)
        time.sleep(15)


if __name__ == "__main__":
    main()
