"""The back office at a host of its own, and for some addresses only."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from guizhou_portal import environment
from projects.models import Enquiry, Mail

from .factories import ProjectFactory
from .signing_in import LOGIN

PUBLIC, OWN = "portal.example", "edit.portal.example"
SETLANG = "/admin/language/setlang/"
CLOSED = ["/admin", "/admin/", LOGIN, "/admin/projects/project/", SETLANG, "/admin/jsi18n/"]


@pytest.fixture
def two_hosts(settings):
    settings.ALLOWED_HOSTS, settings.ADMIN_HOST = [PUBLIC, OWN], OWN


@pytest.fixture
def listed(settings):
    settings.ADMIN_ADDRESSES = [ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")]


def at(host, path, **options):
    return Client(**options).get(path, headers={"host": host, "accept-language": "en"})


def test_the_back_office_is_found_at_its_own_host_alone(db, two_hosts):
    for path in CLOSED:
        answer = at(PUBLIC, path)
        assert answer.status_code == 404, path
        assert "password" not in answer.content.decode()
    assert 'name="password"' in at(OWN, LOGIN).content.decode()
    assert 'name="password"' in at(f"{OWN.upper()}:8000", LOGIN).content.decode()
    assert at("evil.example", LOGIN).status_code == 404


def test_at_its_host_public_addresses_lead_to_the_public_site(db, two_hosts):
    ProjectFactory(slug="cloud")
    for path in ("/", "/en/projects/cloud/?a=1", "/api/v1/projects/", "/preview/token/en/"):
        moved = at(OWN, path)
        assert (moved.status_code, moved["Location"]) == (302, f"http://{PUBLIC}{path}")
    assert at(f"{OWN}:8000", "/en/")["Location"] == f"http://{PUBLIC}:8000/en/"
    assert at(OWN, "/healthz").content == b"ok\n"
    page = at(PUBLIC, "/en/projects/cloud/").content.decode()
    assert f'<link rel="canonical" href="http://{PUBLIC}/en/projects/cloud/">' in page


def test_links_lead_to_the_host_that_answers_them(editor, two_hosts):
    project = ProjectFactory(publication="draft")
    client = Client(headers={"host": OWN, "accept-language": "en"})
    client.force_login(editor)
    preview = f"/admin/projects/project/{project.pk}/preview/"
    client.post(preview)
    assert f"http://{PUBLIC}/preview/" in client.get(preview).content.decode()
    page = client.get(f"{preview}en/").content.decode()
    assert f"http://{PUBLIC}/en/projects/{project.slug}/" in page
    assert f"http://{OWN}" not in page


def test_the_mail_about_an_enquiry_leads_to_the_back_office(db, two_hosts):
    from projects.enquiries import letters
    from projects.models import Mailbox

    Mailbox.objects.create(email="office@portal.example")
    enquiry = Enquiry.objects.create(
        consented_at=timezone.now(),
        name="Name",
        email="me@example.org",
        message="Words",
        country="DE",
        language="en",
    )
    letters.write(enquiry, f"http://{PUBLIC}")
    body = Mail.objects.get(kind=Mail.Kind.NOTIFICATION).body
    assert f"http://{OWN}/admin/projects/enquiry/{enquiry.pk}/change/" in body


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("192.0.2.77", True),
        ("2001:db8:1::7", True),
        ("::ffff:192.0.2.77", True),
        ("198.51.100.7", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_the_back_office_is_found_from_listed_addresses_alone(db, listed, address, is_open):
    for path in (LOGIN, SETLANG):
        answer = at("testserver", path, REMOTE_ADDR=address)
        assert (answer.status_code == 404) is not is_open
    assert at("testserver", "/en/projects/", REMOTE_ADDR=address).status_code == 200


def test_behind_a_proxy_the_visitors_address_counts_and_no_claim(db, listed, settings):
    settings.HTTPS = True
    office, elsewhere = "192.0.2.7", "198.51.100.7"
    for forwarded, is_open in (
        (office, True),
        (f"{elsewhere}, {office}", True),
        (f"{office}, {elsewhere}", False),
        (f"{office}, nonsense", False),
        ("", False),
    ):
        answer = Client().get(LOGIN, headers={"x-forwarded-for": forwarded})
        assert (answer.status_code == 404) is not is_open, forwarded


def test_who_is_signed_in_and_goes_elsewhere_is_outside(backoffice, settings, listed):
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.cookies = backoffice.cookies
    assert client.get("/admin/").status_code == 404


def test_without_either_setting_nothing_is_asked(db, client):
    assert client.get(LOGIN).status_code == 200
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize(
    ("value", "public", "words"),
    [
        ("one.example,two.example", [PUBLIC], "must be one host name"),
        (".portal.example", [PUBLIC], "must be one host name"),
        ("https://edit.portal.example", [PUBLIC], "must be host names"),
        (OWN, [OWN, PUBLIC], "ALLOWED_HOSTS must begin with"),
        (OWN, ["*"], "ALLOWED_HOSTS must begin with"),
    ],
)
def test_a_host_that_cannot_be_is_one_sentence(monkeypatch, value, public, words):
    monkeypatch.setenv("ADMIN_HOST", value)
    with pytest.raises(ImproperlyConfigured, match=words):
        environment.admin_host("ADMIN_HOST", public)


def test_addresses_that_cannot_be_are_one_sentence(monkeypatch):
    monkeypatch.setenv("ADMIN_ADDRESSES", "192.0.2.0/24, 2001:db8::1")
    assert len(environment.networks("ADMIN_ADDRESSES", https=True)) == 2
    monkeypatch.setenv("ADMIN_ADDRESSES", "192.0.2.1/24")
    with pytest.raises(ImproperlyConfigured, match="ADMIN_ADDRESSES must be addresses or"):
        environment.networks("ADMIN_ADDRESSES", https=False)
    monkeypatch.setenv("ADMIN_ADDRESSES", "127.0.0.1")
    assert environment.networks("ADMIN_ADDRESSES", https=False)
    with pytest.raises(ImproperlyConfigured, match="must not hold this machine itself"):
        environment.networks("ADMIN_ADDRESSES", https=True)
