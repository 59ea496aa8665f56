"""Outgoing links are checked by a command; what is broken is said where it can be mended."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from guizhou_portal.backoffice import link_probe
from guizhou_portal.backoffice.link_probe import probe
from guizhou_portal.backoffice.links import all_links
from guizhou_portal.backoffice.models import LinkCheck
from guizhou_portal.pages.models import Page
from projects.models import Organisation, Project

from .factories import EventFactory, OfficialFactory, OrganisationFactory, ProjectFactory
from .forms import filled_in, save
from .test_dashboard import findings, listed

Reason = LinkCheck.Reason


class Website(BaseHTTPRequestHandler):
    """Answers with the status its path names; other paths are said below."""

    def do_GET(self):
        self.server.asked.append(f"{self.command} {self.path}")
        path = urlsplit(self.path).path.strip("/")
        if path == "page":
            status = 404 if self.server.gone else 200
        elif path == "only-get":
            status = 405 if self.command == "HEAD" else 200
        elif path in ("on", "loop", "away"):
            status = 302
        else:
            status = int(path) if path.isdecimal() else 200
        time.sleep(1 if path == "slow" else 0)
        self.send_response(status)
        if status == 302:
            self.send_header(
                "Location",
                {"on": "/page/", "loop": "/loop", "away": "http://169.254.169.254/"}[path],
            )
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture
def website(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Website)
    server.asked, server.gone = [], False
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def check_links(**options):
    call_command("check_links", allow_private=True, pause=0, timeout=0.6, **options)


def broken():
    return set(LinkCheck.objects.broken().values_list("address", flat=True))


def test_what_each_answer_means(website):
    for path, reason in {
        "/page/": "",
        "/on": "",
        "/only-get": "",
        "/404": Reason.NOT_FOUND,
        "/410": Reason.NOT_FOUND,
        "/403": Reason.REFUSED,
        "/429": Reason.REFUSED,
        "/503": Reason.ERROR,
        "/loop": Reason.REDIRECTS,
        "/slow": Reason.TIMEOUT,
    }.items():
        assert probe(website.url + path, 0.6, allow_private=True).reason == reason, path
    assert website.asked.count("HEAD /loop") == 6  # itself and five redirects
    assert "GET /page/" not in website.asked
    assert probe("https://[", 1).reason == Reason.INVALID
    assert probe("http://" + "x" * 64 + ".invalid/", 1).reason == Reason.INVALID
    website.server_close()
    assert probe(website.url, 0.6, allow_private=True).reason == Reason.UNREACHABLE


PRIVATE = (
    "127.0.0.1 localhost 127.1 2130706433 10.0.0.1 192.168.1.1 169.254.169.254 0.0.0.0 "
    "[::1] [fe80::1] [::ffff:127.0.0.1] [64:ff9b::7f00:1]"
)


def test_a_private_address_is_not_asked(website):
    for host in PRIVATE.split():
        address = f"http://{host}:{website.server_port}/page/"
        assert probe(address, 1).reason == Reason.PRIVATE, host
    assert website.asked == []


def test_a_redirect_into_a_private_network_is_not_followed(website, monkeypatch):
    is_public = link_probe._is_public
    monkeypatch.setattr(link_probe, "_is_public", lambda ip: ip == "127.0.0.1" or is_public(ip))
    assert probe(f"{website.url}/away", 2).reason == Reason.PRIVATE


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(website, monkeypatch):
    lookups = []

    def look_up(host, *args, **kwargs):
        lookups.append(host)
        ip = "93.184.215.14" if len(lookups) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, website.server_port))]

    connected = []

    def connect(place, *args):
        connected.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(link_probe.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(link_probe.socket, "create_connection", connect)
    probe("http://rebinding.example/", 0.2)
    assert set(connected) == {"93.184.215.14"}
    assert lookups == ["rebinding.example"]


def test_a_proxy_of_the_environment_is_asked_instead(website, monkeypatch):
    monkeypatch.setenv("http_proxy", website.url)
    monkeypatch.setenv("no_proxy", "")
    assert probe("http://93.184.215.14/404", 1).reason == Reason.NOT_FOUND
    assert website.asked[0] == "HEAD http://93.184.215.14/404"
    assert probe("http://127.0.0.1/404", 1).reason == Reason.PRIVATE


@pytest.mark.django_db
def test_every_address_of_every_language_is_found_once():
    link = '<p><a href="{}">x</a> <a href="mailto:a@b.example">y</a></p>'
    EventFactory(
        registration_link="https://a.example/", report_zh_hans=link.format("HTTP://B.example")
    )
    ProjectFactory(
        description_de=link.format("https://a.example/"),
        description_en=link.format("https://c.example/?a=1&amp;b=2"),
    )
    OrganisationFactory(website="https://d.example/")
    OfficialFactory(biography_en=link.format("/en/projects/"))
    Page.objects.create(key="home", title="x", body_de=link.format("https://e.example/"))
    assert all_links() == {
        "https://a.example/",
        "HTTP://B.example",
        "https://c.example/?a=1&b=2",
        "https://d.example/",
        "https://e.example/",
    }


def test_a_broken_link_is_on_the_overview_until_the_record_is_mended(backoffice, website, capsys):
    gone = f"{website.url}/404?a=1&b=2"
    project = ProjectFactory(description_en=f'<p><a href="{gone}">x</a></p>')
    ProjectFactory(description_en=f'<p><a href="{website.url}/404">x</a></p>')
    ProjectFactory(description_en=f'<p><a href="{website.url}/other/?in=/404">x</a></p>')
    organisation = OrganisationFactory(website=f"{website.url}/page/")
    website.asked.clear()
    with pytest.raises(CommandError, match="broken"):
        check_links(fail_on_broken=True)
    assert "Could not be checked" not in capsys.readouterr().out
    lines = findings(backoffice)
    assert lines["Projects with a broken link"][0] == 2
    assert listed(backoffice, lines["Projects with a broken link"][1]) == 2
    assert "Organisations with a broken link" not in lines
    website.gone = True
    check_links()
    assert findings(backoffice)["Organisations with a broken link"][0] == 1
    asked = len(website.asked)
    form = filled_in(backoffice, project)
    page = backoffice.get(form.address).content.decode()
    assert f"{website.url}/404?a=1&amp;b=2</a>" in page
    assert "The page does not exist (404)." in page
    save(backoffice, form, description_en=f'<p><a href="{website.url}/new/">x</a></p>')
    save(backoffice, filled_in(backoffice, organisation), website="")
    lines = findings(backoffice)
    assert lines["Projects with a broken link"][0] == 1
    assert "Organisations with a broken link" not in lines
    assert len(website.asked) == asked
    Project.objects.all().delete()
    Organisation.objects.all().delete()
    check_links()
    assert LinkCheck.objects.count() == 0


@pytest.mark.thorough
def test_what_may_pass_counts_only_when_it_happens_again(backoffice, website, capsys):
    OrganisationFactory(website=f"{website.url}/loop")
    OrganisationFactory(website=f"{website.url}/503")
    OrganisationFactory(website=f"{website.url}/slow")
    check_links()
    assert broken() == set()
    first = LinkCheck.objects.get(address=f"{website.url}/loop").failing_since
    check_links()
    assert broken() == {f"{website.url}/loop"}
    assert LinkCheck.objects.get(address=f"{website.url}/loop").failing_since == first
    said = capsys.readouterr().out
    assert f"Could not be checked: {website.url}/503  The website reports an error (503)." in said
    assert "3 addresses: 0 answer, 1 broken, 2 could not be checked" in said
    for language, words in {"de": "defekten Link", "zh-hans": "失效链接"}.items():
        with translation.override(language):
            backoffice.defaults["HTTP_ACCEPT_LANGUAGE"] = language
            assert words in backoffice.get("/admin/").content.decode(), language


def test_a_machine_without_network_blames_no_link(db, monkeypatch):
    for n in range(3):
        OrganisationFactory(website=f"https://site{n}.invalid/")

    def nowhere(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(link_probe.socket, "getaddrinfo", nowhere)
    with pytest.raises(CommandError, match="connected"):
        check_links()
    assert LinkCheck.objects.count() == 0
    Organisation.objects.last().delete()
    check_links()
    assert {one.reason for one in LinkCheck.objects.broken()} == {Reason.UNKNOWN_HOST}


def test_the_command_ends_in_time(db, website):
    for n in range(3):
        OrganisationFactory(website=f"{website.url}/slow?{n}")
    start = time.monotonic()
    check_links(time_limit=0.3)
    assert time.monotonic() - start < 2
    assert LinkCheck.objects.count() <= 1
