"""The deployment in deploy/, really run: nginx, two server processes, PostgreSQL and Redis.

Nobody's request may fail while a process is killed, another is restarted, or a release is changed.
"""

import http.client
import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from .servers import (
    KEY,
    ROOT,
    Portal,
    PostgreSQL,
    adapted,
    free_port,
    manage,
    needs,
    postgresql,
    redis,
    stop,
    until,
)

HOST = "portal.example"
CONFIGURATION = ROOT / "deploy" / "nginx"
pytestmark = [pytest.mark.rehearsal, needs("postgresql", "redis-server", "nginx", "openssl")]


class Nginx:
    """nginx with deploy/'s own configuration; only addresses and folders are this test's."""

    def __init__(self, folder, ports, static):
        self.folder, self.plain, self.port = folder, free_port(), free_port()
        folder.mkdir()
        subprocess.run(  # noqa: S603
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
                *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={HOST}"),
                *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
            ],
            check=True,
            capture_output=True,
        )
        self.site = self.adapted(
            "guizhou-portal.conf",
            {
                "/etc/nginx/snippets": folder,
                f"/etc/letsencrypt/live/{HOST}": folder,
                "/var/cache/nginx/guizhou-portal": folder / "cache",
                "/var/log/nginx": folder,
                "/var/cache/guizhou-portal/static": static,
                "/srv/guizhou-portal/current": ROOT,
                "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
                "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
                "listen 80;": f"listen 127.0.0.1:{self.plain};",
                "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
                "    listen [::]:80;\n": "",
                "    listen [::]:443 ssl http2;\n": "",
            },
        )
        for name in ("limits", "locations", "page-cache"):
            self.adapted(f"guizhou-portal-{name}.conf", {})
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"user root;\npid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 1;\n"
            "daemon off;\nevents { worker_connections 1024; }\n"
            f"http {{\ninclude /etc/nginx/mime.types;\n{temporary}include {self.site};\n}}\n"
        )

    def adapted(self, name, changes):
        (self.folder / name).write_text(adapted((CONFIGURATION / name).read_text(), changes))
        return self.folder / name

    def command(self, *options):
        return ["nginx", "-c", str(self.folder / "nginx.conf"), *options]

    def check(self):
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr

    @contextmanager
    def running(self):
        self.check()
        process = subprocess.Popen(self.command())  # noqa: S603
        try:
            until(lambda: (self.folder / "pid").exists())
            yield self
        finally:
            stop(process)

    def connection(self):
        unknown = ssl.create_default_context()
        unknown.check_hostname, unknown.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=unknown)

    def ask(self, path, method="GET", body=None, **headers):
        """``(status, headers, body)``."""
        connection = self.connection()
        try:
            connection.request(method, path, body, {"Host": HOST, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Visitors:
    """Several at once who go from page to page, each on one connection, until they are told."""

    PAGES = ("/de/", "/en/events/", "/zh-hans/projects/", "/de/contracts/", "/en/officials/")

    def __init__(self, nginx, number=6):
        self.nginx, self.number = nginx, number
        self.enough, self.served, self.failed = threading.Event(), 0, []
        self.counted = itertools.count()

    def addresses(self):
        for number in self.counted:
            yield self.PAGES[number % len(self.PAGES)]
            yield f"/en/search/?q=cloud+{number}"  # nobody asked for it before: from the database

    def visit(self):
        connection = self.nginx.connection()
        for address in self.addresses():
            if self.enough.is_set():
                break
            try:
                connection.request("GET", address, headers={"Host": HOST})
                answer = connection.getresponse()
                answer.read()
                self.served += 1
                if answer.status != 200:
                    self.failed.append((address, answer.status))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append((address, repr(error)))
                connection.close()
        connection.close()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.visit) for _ in range(self.number)]
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_exception):
        self.enough.set()
        for one in self.threads:
            one.join(60)

    def go_on(self, more=30, seconds=120):
        """Until so many more were served."""
        wanted = self.served + more
        until(lambda: self.served >= wanted, seconds)


class Site:
    """All of it; ``portals``: the two server processes."""

    def __init__(self, database, place, portals, nginx):
        self.database, self.place, self.portals, self.nginx = database, place, portals, nginx


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as running:
        database = running.enter_context(postgresql())
        place = {
            "DATABASE_URL": database.url,
            "CACHE_URL": running.enter_context(redis(folder)),
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "HTTPS": "true",
            "SECRET_KEY": KEY,
            "MEDIA_ROOT": folder / "media",
            "STATIC_ROOT": folder / "static",
            "WEB_CONCURRENCY": 2,
            "ADMIN_PASSWORD": "a-long-password-of-a-test",
            "EMAIL_URL": "memory://",
        }
        prepared = manage("serve", "--prepare-only", **place)
        assert prepared.returncode == 0, prepared.stderr
        portals = [Portal(place, folder / f"portal-{n}.log") for n in (1, 2)]
        for one in portals:
            one.start()
            running.callback(lambda one=one: one.stop())
        for one in portals:
            one.ready()
        ports = [one.port for one in portals]
        nginx = Nginx(folder / "nginx", ports, place["STATIC_ROOT"])
        yield Site(database, place, portals, running.enter_context(nginx.running()))


def test_the_web_server_serves_pages_and_files_as_its_configuration_says(site):
    status, headers, page = site.nginx.ask("/de/")
    assert status == 200
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert len(headers["X-Request-ID"]) == 32
    sheet = page.decode().split('rel="stylesheet" href="', 1)[1].split('"')[0]
    status, headers, _sheet = site.nginx.ask(sheet, **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "text/css; charset=utf-8"
    # HTTP/2 is offered, and from http one is led to https.
    offered = ssl.create_default_context()
    offered.check_hostname, offered.verify_mode = False, ssl.CERT_NONE
    offered.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", site.nginx.port)) as plain,
        offered.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"
    plain = http.client.HTTPConnection("127.0.0.1", site.nginx.plain)
    plain.request("GET", "/de/?a=b", headers={"Host": HOST})
    assert plain.getresponse().headers["Location"] == f"https://{HOST}/de/?a=b"
    plain.close()


def test_the_web_server_lets_through_what_each_form_may_send_and_no_more(site):
    def is_refused(path, megabytes):
        """By the web server itself; what the portal says of such a request is its own affair."""
        kind = {"Content-Type": "application/octet-stream", "Cookie": "__Secure-portal_session=x"}
        body = b"0" * int(megabytes * 2**20)
        status, _headers, page = site.nginx.ask(path, "POST", body, **kind)
        return status == 413 and b"<center>nginx</center>" in page

    assert not is_refused("/de/enquiry/", 11.5)
    assert is_refused("/de/enquiry/", 12.5)
    assert not is_refused("/admin/events/event/add/", 99)
    assert is_refused("/admin/events/event/add/", 101)
    assert is_refused("/de/search/", 1)
    # The back office is nobody's to keep.
    assert "no-store" in site.nginx.ask("/admin/login/")[1]["Cache-Control"]


def test_a_slow_client_is_given_up_and_others_do_not_notice(site):
    """It never ends the head of its request; the web server waits for ten seconds."""
    slow = site.nginx.connection()
    slow.connect()
    slow.sock.settimeout(30)
    slow.send(b"GET / HTTP/1.1\r\nHost: portal.example\r\nX-Slow: ")
    begun = time.monotonic()
    assert site.nginx.ask("/de/")[0] == 200
    assert slow.sock.recv(1000) == b""
    assert 8 < time.monotonic() - begun < 20
    slow.close()


def test_nobody_notices_that_a_process_is_killed_and_another_restarted(site):
    first, second = site.portals
    with Visitors(site.nginx) as visitors:
        visitors.go_on()
        first.kill()
        visitors.go_on()
        first.start().ready()
        second.stop()
        visitors.go_on()
        second.start().ready()
        visitors.go_on()
    assert visitors.failed == []
    assert visitors.served >= 120
    log = (site.nginx.folder / "guizhou-portal.log").read_text()
    assert " 502, 200 " in log  # the second of two, after the first refused


def next_release(folder):
    """The portal as it might be after the next update: a column and an index more."""
    for name in ("guizhou_portal", "events", "projects", "templates", "static", "locale"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    with (folder / "events" / "models" / "event.py").open("a") as model:
        model.write(
            "\n\nmodels.PositiveIntegerField('seats', db_default=0)"
            ".contribute_to_class(Event, 'seats')\n"
        )
    migrations = folder / "events" / "migrations"
    newest = max(path.stem for path in migrations.glob("0*.py"))
    (migrations / "9998_seats.py").write_text(
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = [('events', '{newest}')]\n"
        "    operations = [migrations.AddField('event', 'seats',"
        " models.PositiveIntegerField('seats', db_default=0))]\n"
    )
    (migrations / "9999_seats_index.py").write_text(
        "from django.db import migrations, models\n"
        "from guizhou_portal.operations.schema import AddIndexBesideWriters\n\n\n"
        "class Migration(migrations.Migration):\n"
        "    atomic = False\n"
        "    dependencies = [('events', '9998_seats')]\n"
        "    operations = [AddIndexBesideWriters('event',"
        " models.Index(fields=['seats'], name='events_seats'))]\n"
    )
    return newest


def columns(site):
    rows = site.database.ask(
        "select column_name from information_schema.columns where table_name = 'events_event'"
    )
    return {name for (name,) in rows}


def test_nobody_notices_an_update_of_the_database_and_the_way_back(site, tmp_path):
    """Migrations while visitors and a long report read, then one process after the other."""
    import psycopg

    newest = next_release(tmp_path)
    old, place = [one.folder for one in site.portals], site.place

    def migrate(*target):
        done = manage("migrate", *target, folder=tmp_path, **place)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def restart_each(folder):
        for one in site.portals:
            one.folder = folder
            one.stop()
            one.start().ready()

    with Visitors(site.nginx, number=4) as visitors:
        visitors.go_on()
        with (
            psycopg.connect(
                host=str(site.database.folder), user="portal", dbname="postgres"
            ) as report,
            ThreadPoolExecutor() as others,
        ):
            report.execute("select count(*) from events_event")
            update = others.submit(migrate, "events")
            try:
                until(lambda: "due to lock timeout" in site.database.log() or update.done())
            finally:
                report.rollback()
            said = update.result()
        assert "A table is in use; the migration is tried again." in said
        assert "seats" in columns(site)
        visitors.go_on()  # the earlier release on the next one's tables
        restart_each(tmp_path)
        visitors.go_on()
        restart_each(old[0])
        migrate("events", newest)
        assert "seats" not in columns(site)
        visitors.go_on()
        migrate("events")
        assert "seats" in columns(site)
        migrate("events", newest)
        visitors.go_on()
    assert visitors.failed == []
    assert visitors.served >= 150


@pytest.fixture
def streaming(site):
    """A replica that follows the site's primary."""
    replica = PostgreSQL()
    try:
        replica.run(
            *("pg_basebackup", "-h", site.database.folder, "-U", "portal", "-D", replica.data),
            *("-R", "-X", "stream", "--checkpoint=fast"),
        )
        with (replica.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("wal_receiver_timeout = 5s\n")  # as docs/deployment.md says
        replica.start()
        yield replica
    finally:
        replica.remove()


def test_public_pages_are_read_from_a_replica_for_as_long_as_it_keeps_up(site, streaming, tmp_path):
    place = {
        **site.place,
        "CACHE_URL": "dummycache://",
        "HTTPS": "false",
        "DATABASE_REPLICA_URLS": streaming.url,
        "WEB_CONCURRENCY": 1,
    }
    portal = Portal(place, tmp_path / "portal.log")
    number = itertools.count()

    def title():
        connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)
        connection.request("GET", f"/en/projects/?{next(number)}", headers={"Host": "127.0.0.1"})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        assert answer.status == 200
        return "Replicated" in page

    def is_named(name):
        site.database.ask("update projects_project set title_en = %s where true", name)

    def is_read():
        """Whether the portal asked the replica for more than how far behind it is just now."""
        asked = (
            "select now() - max(query_start) < interval '2 s' from pg_stat_activity"
            " where backend_type = 'client backend' and query like 'SELECT %\"%'"
        )
        return streaming.ask(asked) == [(True,)]

    before = site.database.ask("select id, title_en from projects_project")
    caught_up = (
        "select pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
        " and now() - pg_last_xact_replay_timestamp() < interval '2 s'"
    )
    try:
        portal.start().ready()
        assert not title()
        # The replica hears of a change and does not show it yet: pages are as they were.
        site.database.ask("update projects_project set title_en = title_en")
        until(lambda: streaming.ask(caught_up) == [(True,)])
        streaming.ask("select pg_wal_replay_pause()")
        until(lambda: streaming.ask("select pg_get_wal_replay_pause_state()") == [("paused",)])
        is_named("Replicated")
        assert not title()
        # Further behind than may be: from the primary.
        until(title, 15, pause=0.3)
        # It catches up, and is asked again; then the primary's change is not seen at once.
        streaming.ask("select pg_wal_replay_resume()")
        until(lambda: title() and is_read(), 60, pause=0.3)
        # It is gone in the middle of it: nobody notices.
        streaming.stop()
        assert all(title() for _ in range(5))
        streaming.start()
        until(lambda: title() and is_read(), 60, pause=0.3)
    finally:
        portal.stop()
        for key, name in before:
            site.database.ask("update projects_project set title_en = %s where id = %s", name, key)
    said = (tmp_path / "portal.log").read_text()
    assert "The database replica1 is down or behind" in said
    assert "The database replica1 serves again." in said
