"""gunicorn's settings, beside those that ``manage.py serve`` gives it."""

import gc
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guizhou_portal.settings")

from django.conf import settings

from guizhou_portal.operations import content_version, metrics, probes

#: Its threads serve whole requests only: no slow client keeps one.
worker_class = "guizhou_portal.operations.worker.Worker"
logger_class = "guizhou_portal.operations.server_log.Logger"
# Threads that make pages take turns less often than Python lets them: with its 5 ms four of them
# spend half of the processor's time on handing it to each other. Who waits for the database, or for
# a client, gives way at once in any case.
sys.setswitchinterval(0.02)

#: No header names a folder the portal is in. gunicorn would believe ``SCRIPT_NAME`` of a proxy,
#: which may pass on what a visitor made up: all links would begin with it, on kept pages, too.
forwarder_headers = ""

#: Seconds for requests in flight after SIGTERM: a long import, a large download.
graceful_timeout = 30

# Of the server alone, not of migrations and other commands: no page waits for half a minute, and
# one that hangs holds no lock. An address that says otherwise, with ``?options=``, wins.
os.environ.setdefault(
    "PGOPTIONS",
    "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
)

# A file that is gone for a while is not made anew, empty, by whoever asks for a page meanwhile.
database = settings.DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    file = Path(database["NAME"]).absolute().as_uri()
    database["OPTIONS"] = {**database["OPTIONS"], "database": f"{file}?mode=rw"}

if settings.METRICS_TOKEN:
    metrics.prepare_folder(settings.VAR / "metrics" / str(settings.PORT))


def when_ready(server):
    """What has been loaded by now stays: the garbage collector need not look at it again, which
    held up one page in a hundred for ten times its time.
    """
    gc.collect()
    gc.freeze()


def post_fork(server, worker):
    probes.is_stopping = lambda: not worker.alive
    # After a loss of power a cache that came back from its disk may be older than the last change.
    content_version.advance()


def child_exit(server, worker):
    metrics.forget_process(worker.pid)
