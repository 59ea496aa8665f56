"""gunicorn's settings, beside those that ``manage.py serve`` gives it."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guizhou_portal.settings")

from django.conf import settings

from guizhou_portal.operations import metrics, probes

#: Its threads serve whole requests only: no slow client keeps one.
worker_class = "guizhou_portal.operations.worker.Worker"
logger_class = "guizhou_portal.operations.server_log.Logger"
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


def post_fork(server, worker):
    probes.is_stopping = lambda: not worker.alive


def child_exit(server, worker):
    metrics.forget_process(worker.pid)
