"""What machines look for at fixed addresses: robots.txt, security.txt, the web app manifest."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone
from PIL import Image

from guizhou_portal.exchange.well_known import end_of_next_quarter
from guizhou_portal.pages.models import Operator

from .facts import LANGUAGES


def forbidden(rules, address):
    """Whether RFC 9309 lets a robot leave ``address`` alone: the longest rule that fits."""
    fitting = [
        (len(path), rule == "allow")
        for rule, path in rules
        if re.match(re.escape(path).replace(r"\*", ".*"), address)
    ]
    return bool(fitting) and not max(fitting)[1]


@pytest.mark.parametrize(
    ("address", "is_forbidden"),
    [
        ("/de/", False),
        ("/en/projects/traffic-cloud/", False),
        ("/zh-hans/projects/?page=2", False),
        ("/en/projects/?utm_source=letter&utm_medium=mail", False),
        ("/sitemap-projects.xml?p=2", False),
        ("/en/card/page/home.png", False),
        ("/static/css/base.css", False),
        ("/en/projects/?sector=tourism", True),
        ("/en/projects/?page=2&sector=tourism", True),
        ("/en/contracts/?country=DE&sort=value", True),
        ("/de/search/?q=cloud", True),
        ("/de/compare/?project=traffic-cloud&project=tourism-cloud", True),
        ("/api/v1/projects?cursor=abc", True),
        ("/admin/", True),
        ("/preview/abc/de/", True),
    ],
)
def test_robots_find_every_page_once_and_no_selections(client, address, is_forbidden):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line.split(": ", 1) for line in response.content.decode().splitlines() if line]
    assert lines[0] == ["User-agent", "*"]
    assert lines[-1] == ["Sitemap", "http://testserver/sitemap.xml"]
    rules = [(name.lower(), path) for name, path in lines[1:-1]]
    assert {name for name, _ in rules} <= {"allow", "disallow"}
    assert forbidden(rules, address) is is_forbidden


@pytest.mark.parametrize(
    ("mail", "contacts"),
    [
        ("", ["https://testserver/en/imprint/"]),
        ("it+safe@example.org", ["mailto:it+safe@example.org", "https://testserver/en/imprint/"]),
        ("a%b?c@example.org", ["mailto:a%25b%3Fc@example.org", "https://testserver/en/imprint/"]),
    ],
)
def test_whoever_finds_a_weakness_learns_whom_to_tell(db, client, mail, contacts):
    if mail:
        Operator.objects.create(email=mail)
    assert client.get("/security.txt")["Location"] == "/.well-known/security.txt"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in response.content.decode().splitlines()]
    assert [value for name, value in fields if name == "Contact"] == contacts
    others = dict(field for field in fields if field[0] != "Contact")
    assert others.keys() == {"Expires", "Preferred-Languages", "Canonical"}
    assert others["Preferred-Languages"] == "de, en, zh"
    assert others["Canonical"] == "https://testserver/.well-known/security.txt"
    expires = datetime.fromisoformat(others["Expires"])
    assert timedelta(days=80) < expires - timezone.now() < timedelta(days=365)
    assert client.get("/.well-known/security.txt").content == response.content
    assert client.get("/en/imprint/").status_code == 200


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-01-01T00:00:00Z", "2026-06-30T23:59:59Z"),
        ("2026-09-30T23:59:59Z", "2026-12-31T23:59:59Z"),
        ("2026-11-25T12:00:00Z", "2027-03-31T23:59:59Z"),
        ("2027-01-01T00:30:00+01:00", "2027-03-31T23:59:59Z"),
    ],
)
def test_the_contact_is_good_until_the_end_of_the_next_quarter(now, end):
    assert end_of_next_quarter(datetime.fromisoformat(now)) == datetime.fromisoformat(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_site_can_be_put_on_a_home_screen_in_each_language(portal, client, language):
    page = client.get(f"/{language}/projects/").content.decode()
    address = re.search(r'<link rel="manifest" href="([^"]+)"', page)[1]
    response = client.get(address)
    assert response["Content-Type"] == "application/manifest+json"
    manifest = json.loads(response.content)
    assert manifest["lang"].lower() == language
    assert manifest["start_url"] == f"/{language}/"
    assert manifest["start_url"].startswith(manifest["scope"])
    assert len(manifest["description"]) > 10
    assert {(one["sizes"], one["purpose"]) for one in manifest["icons"]} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
    for icon in manifest["icons"]:
        image = Image.open(finders.find(icon["src"].removeprefix("/static/")))
        assert "{}x{}".format(*image.size) == icon["sizes"]
        if icon["purpose"] == "maskable":
            assert image.convert("RGBA").getextrema()[3] == (255, 255)  # paper to the edges


def test_a_manifest_says_nothing_of_a_text_that_is_not_there(db, client):
    assert "description" not in json.load(BytesIO(client.get("/de/manifest.webmanifest").content))
