"""Portals of their own, each in a folder, that commands back up and restore as operators do.

Run as a module it is what happens inside such a portal: ``python -m tests.backups fill`` and so on.
"""

import fcntl
import gzip
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.utils.functional import cached_property

ROOT = Path(__file__).parent.parent
PASSWORD = "a-long-password"
#: A form's own word for when it was opened.
OPENED = re.compile(rb'name="opened" value="[^"]+"')


def database_url(kind, name, like):
    """A PostgreSQL database beside the one the tests use, empty or ``like`` another; None for a
    file of its own.
    """
    if kind == "sqlite":
        return None
    template = f' TEMPLATE "{like}"' if like else ""
    on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"{template}')
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def on_server(*statements):
    """Run statements on the server that ``DATABASE_URL`` names."""
    import dj_database_url
    import psycopg

    given = dj_database_url.parse(os.environ["DATABASE_URL"])
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"] or None,
        dbname=given["NAME"],
        autocommit=True,
    ) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def under_way(command, folder):
    """As while a ``restore`` or a ``backup`` of the portal with this ``ENQUIRY_FILES`` runs."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX if command == "restore" else fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(handle)


class Portal:
    """A database, uploads and senders' files below ``folder``; ``kind`` of its database.

    Empty, or the same as ``like``.
    """

    def __init__(self, folder, kind="sqlite", like=None):
        self.folder, self.kind = folder, kind
        shutil.copytree(like.folder, folder) if like else folder.mkdir(parents=True)
        self.media, self.enquiries = folder / "media", folder / "enquiries"
        self.name = f"backup_{os.getpid()}_{folder.name}"
        self.database = (
            database_url(kind, self.name, like and like.name)
            or f"sqlite:///{folder / 'portal.sqlite3'}"
        )

    def close(self):
        if self.kind == "postgresql":
            on_server(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    @property
    def environment(self):
        given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return given | {
            "DATABASE_URL": self.database,
            "MEDIA_ROOT": str(self.media),
            "ENQUIRY_FILES": str(self.enquiries),
            "CACHE_URL": "dummycache://",
            "SECRET_KEY": secrets.token_urlsafe(60),
        }

    def run(self, *command, fails=False, timeout=300):
        """What ``command`` says: a sentence without a traceback also if it ``fails``."""
        done = subprocess.run(  # noqa: S603  (our own interpreter and commands)
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if fails else done.stdout

    def manage(self, *command, **how):
        return self.run("manage.py", *command, **how)

    def inside(self, *command, **how):
        """One of this module's own commands."""
        return self.run("-m", "tests.backups", *command, **how)

    def fill(self):
        """Migrate, and write something of everything that a backup must keep."""
        self.manage("migrate", "-v0")
        self.inside("fill")
        return self

    def pages(self):
        """``{address: [status, type, SHA-256 of what it shows]}`` of all the public reaches."""
        return json.loads(self.inside("pages"))

    def files(self):
        return {
            str(path.relative_to(self.folder)): (path.read_bytes(), int(path.stat().st_mtime))
            for folder in (self.media, self.enquiries)
            for path in folder.rglob("*")
            if path.is_file()
        }

    @cached_property
    def kept_records(self):
        """:meth:`records` of a portal that does not change."""
        return self.records()

    def records(self):
        """``{table: [its description, record, …]}``, as a backup has them."""
        file = self.folder / "records.backup"
        self.manage("backup", file, "-v0")
        return records_in(file)

    def leftovers(self):
        """What no command may leave behind."""
        names = [path.name for path in self.folder.rglob("*")]
        return [one for one in names if re.search(r"restoring|\.part$|\.copy", one)]


def records_in(file):
    with tarfile.open(file) as tar:
        return {
            member.name.removeprefix("database/").removesuffix(".jsonl.gz"): [
                json.loads(line)
                for line in gzip.decompress(tar.extractfile(member).read()).splitlines()
            ]
            for member in tar
            if member.name.startswith("database/")
        }


# --- inside --------------------------------------------------------------------------------------


def fill():
    """Records of every kind, files, an account with a second factor, history, a gap in the keys."""
    import reversion
    from django.contrib.auth import get_user_model
    from django.core.files.base import ContentFile
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from events.models import Document
    from guizhou_portal.content.loader import load

    from .enquiries import attached, enquiry
    from .factories import EventFactory, PhotoFactory, full_event

    load()
    with reversion.create_revision():
        event = full_event()
        event.slug = "as-it-is-called-now"
        event.country, event.starts_at = "CH", datetime(2026, 3, 4, 5, 6, 7, 89, UTC)
        event.save()
    PhotoFactory(event=event)
    document = Document(event=event, title_de="Programm", title_en="Programme", language="de")
    document.file.save("programme.pdf", ContentFile(b"%PDF-1.7\n%%EOF"))
    user = get_user_model().objects.create_superuser("ada", "ada@example.org", PASSWORD)
    TOTPDevice.objects.create(user=user, name="telephone", confirmed=True)
    attached(enquiry(name="Ада 李 \U0001f30f", message="“one”\r\n\ttwo"))
    EventFactory().delete()


def fill_a_little():
    """What ``fill`` does not write, and a file of the same name with another content."""
    from django.contrib.auth import get_user_model

    from .enquiries import attached, enquiry
    from .factories import PhotoFactory, picture_upload

    get_user_model().objects.create_superuser("bob", "", PASSWORD)
    attached(enquiry(name="Bob"))
    photo = PhotoFactory(image=picture_upload(colour="#aa3322"))
    same_name = Path(photo.image.path).with_name("de2d995eb96daf48df8e.jpg")
    same_name.write_bytes(b"not what the other portal has under this name")


def write_old():
    """A record in the tables as they once were."""
    from django.db import connection

    from guizhou_portal.operations.backup.states import applied_to, models_at

    (sector,) = [
        one for one in models_at(applied_to(connection)) if one._meta.db_table == "projects_sector"
    ]
    sector.objects.create(name_de="An old sector", name="An old sector", slug="an-old-sector")


def write_letters():
    """An enquiry with a mail that waits, one to be tried later, and one that was sent."""
    from datetime import timedelta

    from django.utils import timezone

    from .enquiries import enquiry, letter

    one = enquiry()
    letter(one, "waiting")
    letter(one, "sent", "notification")
    letter(one, "waiting", "answer", due=timezone.now() + timedelta(hours=5))


def go_on():
    """What happens next: somebody signs in, searches, writes."""
    from django.test import Client

    from .factories import EventFactory

    client = Client(HTTP_HOST="localhost")
    found = client.get("/en/search/", {"q": "food safety"}).content.decode()
    return {
        "signed in": client.login(username="ada", password=PASSWORD),
        "found": "/en/projects/food-safety-cloud/" in found,
        "next key": EventFactory().pk,
    }


def pages():
    """Follow the sitemap and every link from it within the portal."""
    from django.test import Client

    client, seen, waiting = Client(HTTP_HOST="localhost"), {}, ["/sitemap.xml", "/robots.txt", "/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        answer = client.get(address)
        content = answer.getvalue() if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        shown = _sheets(content) if kind.endswith("spreadsheetml.sheet") else content
        shown = OPENED.sub(b"", shown)
        seen[address] = [answer.status_code, kind, hashlib.sha256(shown).hexdigest()]
        waiting += _links(address, answer, kind, content)
    return seen


def _sheets(content):
    """What stands in a workbook, which also says when it was written."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if not name.startswith("docProps/"))
        return b"".join(book.read(name) for name in names)


def _links(address, answer, kind, content):
    found = [answer.headers["Location"]] if answer.headers.get("Location") else []
    if kind in ("text/html", "application/xml"):
        text = content.decode()
        found += re.findall(r"(?:href|src)=\"([^\"]+)\"|<loc>([^<]+)", text)
    for one in found:
        link = one if isinstance(one, str) else one[0] or one[1]
        parts = urlsplit(urljoin(f"http://localhost{address}", link.replace("&amp;", "&")))
        # What is drawn and worked out from the same records again and again is looked at once.
        is_one_of_many = parts.query or parts.path.startswith(("/static/", "/admin/"))
        if parts.hostname == "localhost" and not is_one_of_many:
            yield parts.path


def restore_until(place, file):
    """Restore, and be killed at a point."""
    _end_at(place, signal.SIGKILL)
    from guizhou_portal.operations.backup.restoring import restore

    restore(file, replace=True)


def ended(place, number, *command):
    """Run a command that gets a signal at a point."""
    from django.core.management import call_command

    _end_at(place, int(number))
    call_command(*command)


def _end_at(place, number):
    """Send this process a signal at a point: ``module.function:before`` or ``:after``."""
    from importlib import import_module

    name, _, when = place.partition(":")
    path, _, function = name.rpartition(".")
    module, _, holder = path.partition(".")
    owner = import_module(f"guizhou_portal.operations.backup.{module}")
    owner = getattr(owner, holder) if holder else owner
    real = getattr(owner, function)

    def deadly(*args, **kwargs):
        result = real(*args, **kwargs) if when == "after" else None
        os.kill(os.getpid(), number)
        return result

    setattr(owner, function, deadly)


def restore_failing(file):
    """Restore with an error at the last moment, after the files were added."""
    from guizhou_portal.operations.backup import replacing

    def failing():
        raise RuntimeError("something nobody thought of")

    replacing.take_over = failing
    from guizhou_portal.operations.backup.restoring import restore

    try:
        restore(file, replace=True)
    except RuntimeError:
        sys.exit("failed")


def watch(stop):
    """Read a page until the file ``stop`` is there: ``{status: how often}``."""
    from django.test import Client

    client, statuses = Client(HTTP_HOST="localhost"), Counter()
    while not Path(stop).exists():
        statuses[client.get("/en/contracts/").status_code] += 1
    return statuses


def write_pairs(stop, number):
    """Write two records in each transaction until the file ``stop`` is there; how many pairs."""
    from django.db import transaction

    from .factories import OrganisationFactory, PlaceFactory

    pairs = 0
    while not Path(stop).exists():
        with transaction.atomic():
            OrganisationFactory(name=f"Pair {number} {pairs}")
            PlaceFactory(name=f"Pair {number} {pairs}")
        pairs += 1
    return pairs


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guizhou_portal.settings")
    django.setup()
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    said = globals()[sys.argv[1]](*sys.argv[2:])
    if said is not None:
        json.dump(said, sys.stdout)
