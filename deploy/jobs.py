"""What timers do on a machine with systemd, for containers: runs the portal's commands by turns.

A job that fails is named and tried again within the hour, for the database may have started after
it; what was missed while nothing ran is made up for at the start. Ends at once when it is asked to.

``--healthy``, for the container's health: exit status 0 if the jobs take their turns and none
failed in its last run.
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
#: The commands and the seconds from one run to the next.
JOBS = {
    "send_pending_mail": 5 * MINUTE,
    "anonymise_enquiries": DAY,
    "purge_deleted": DAY,
    "check_links": 7 * DAY,
}
#: The jobs that failed in their last run, one a line; written at each turn.
FAILED = Path(tempfile.gettempdir()) / "guizhou-portal-jobs"


def run(command):
    """Run one of the portal's commands; whether it succeeded."""
    done = subprocess.run(  # noqa: S603  (our own interpreter and commands)
        [sys.executable, "manage.py", command], timeout=HOUR, check=False
    )
    return done.returncode == 0


def pause(name, failed):
    """Seconds from the last run of a job to the next; ``failed``: the jobs whose last run did."""
    return min(JOBS[name], HOUR) if name in failed else JOBS[name]


def due(last, failed, now):
    """The jobs whose time has come; ``last``: when each ran, in seconds, if it did."""
    return [name for name in JOBS if name not in last or now - last[name] >= pause(name, failed)]


def is_healthy():
    """Whether a turn was taken lately, a job of the longest kind allowed for, and none failed."""
    try:
        age = time.time() - FAILED.stat().st_mtime
        return age < HOUR + MINUTE and not FAILED.read_text()
    except FileNotFoundError:
        return False


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    last, failed = {}, set()
    while True:
        for name in due(last, failed, time.monotonic()):
            last[name] = time.monotonic()
            try:
                succeeded = run(name)
            except subprocess.TimeoutExpired:
                succeeded = False
            if succeeded:
                failed.discard(name)
            else:
                failed.add(name)
                print(f"{name} failed; it runs again in {pause(name, failed)} s.", flush=True)
            FAILED.write_text("\n".join(sorted(failed)))
        FAILED.touch()
        time.sleep(15)


if __name__ == "__main__":
    if sys.argv[1:] == ["--healthy"]:
        sys.exit(not is_healthy())
    main()
