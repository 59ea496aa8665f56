"""What the portal is compared with: Wagtail's fresh start page and pretalx's demo event.

Both are installed by the benchmark, locked, each into an environment of its own in ``var/bench/``,
and kept there for the next run. Nothing of them is changed but what their own guides ask for:
``DEBUG`` off, a secret key, the database (SQLite, their default), collected static files.
"""

import hashlib
import inspect
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from .servers import ROOT, clean_environment, gunicorn

HERE = Path(__file__).parent
KEPT = ROOT / "var" / "bench"
SECRET = "only-for-the-benchmark-" + "x" * 40


class NotInstalledError(Exception):
    """Says in one sentence why there is nothing to compare with."""


class Other:
    """Another product: what it is called, where it is kept, how it is prepared and served."""

    name = ""
    page = ""  # the address that is measured
    application = ""
    uncached, cached = 0, 0  # so many times its requests per second the portal wants to answer

    def __init__(self):
        self.folder = KEPT / self.name.lower()
        self.python = self.folder / "environment" / "bin" / "python"
        self.site = self.folder / "site"
        self.requirements = HERE / f"requirements-{self.name.lower()}.txt"

    def variables(self):
        return {}

    def prepare(self):
        raise NotImplementedError

    def ready(self):
        """Install and prepare it unless that is done; an unfinished one begins again."""
        recipe = self.requirements.read_bytes() + inspect.getsource(type(self)).encode()
        wanted = hashlib.sha256(recipe + sys.version.encode()).hexdigest()
        stamp = self.folder / "ready"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.site.mkdir(parents=True)
        self.install()
        self.prepare()
        stamp.write_text(wanted)

    def install(self):
        self.run(sys.executable, "-m", "venv", self.folder / "environment")
        pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries=1")
        try:
            # With whatever this machine needs to reach a registry, be it a proxy or another one.
            self.run(
                *(self.python, *pip, "--timeout=15", "--require-hashes", "-r", self.requirements),
                **os.environ,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            said = (error.stderr or "").strip().splitlines()
            raise NotInstalledError(
                f"{self.name} could not be installed, perhaps since no package registry can be "
                f"reached; nothing is compared with it. {said[-1] if said else ''}".strip()
            ) from error

    def run(self, *command, **variables):
        subprocess.run(  # noqa: S603  (our own commands)
            [str(part) for part in command],
            cwd=self.site,
            env={**clean_environment(), **self.variables(), **variables},
            capture_output=True,
            text=True,
            timeout=900,
            check=True,
        )

    @contextmanager
    def served(self):
        self.ready()
        with gunicorn(
            self.name,
            self.application,
            python=self.python,
            folder=self.site,
            variables=self.variables(),
            path=self.page,
            log=self.folder / "server.log",
        ) as server:
            yield server


class Wagtail(Other):
    name = "Wagtail"
    page = "/"
    application = "welcome.wsgi:application"
    uncached, cached = 3, 25

    def variables(self):
        return {"DJANGO_SETTINGS_MODULE": "welcome.settings.production"}

    def prepare(self):
        self.run(self.python.with_name("wagtail"), "start", "welcome", ".")
        (self.site / "welcome" / "settings" / "local.py").write_text(
            f'SECRET_KEY = "{SECRET}"\nALLOWED_HOSTS = ["localhost"]\n'
        )
        self.run(self.python, "manage.py", "migrate")
        self.run(self.python, "manage.py", "collectstatic", "--noinput")


class Pretalx(Other):
    name = "pretalx"
    page = "/democon/"
    application = "pretalx.wsgi:application"
    uncached, cached = 10, 75

    def variables(self):
        return {
            "DJANGO_SETTINGS_MODULE": "pretalx.settings",
            "PRETALX_CONFIG_FILE": str(self.folder / "pretalx.cfg"),
            "PRETALX_NO_INITIAL_LOG": "1",
        }

    def prepare(self):
        (self.folder / "pretalx.cfg").write_text(
            f"[filesystem]\ndata = {self.site}\nstatic = {self.site / 'static'}\n"
            "[site]\ndebug = false\nurl = http://localhost\n"
        )
        pretalx = (self.python, "-m", "pretalx")
        account = {
            "DJANGO_SUPERUSER_EMAIL": "bench@example.org",
            "DJANGO_SUPERUSER_PASSWORD": SECRET,
        }
        self.run(*pretalx, "migrate")
        self.run(*pretalx, "collectstatic", "--noinput")
        self.run(*pretalx, "createsuperuser", "--noinput", **account)
        self.run(*pretalx, "create_test_event", "--seed", "1")


OTHERS = (Wagtail, Pretalx)
