"""Uploaded files leave as what they were checked to be: never as a page, a script or a drawing."""

import pytest
from django.conf import settings as live
from django.test import Client

from guizhou_portal.documents import SIGNATURES
from guizhou_portal.operations.uploads import KEPT, SHOWN
from guizhou_portal.pictures.originals import ENDINGS

from .signing_in import LOGIN, give_password, visitor

HOSTILE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture
def stored(settings):
    """Puts a file into the folder of uploads, past every form; its address."""

    def store(name, content=HOSTILE):
        file = settings.MEDIA_ROOT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return f"/media/{name}"

    return store


def test_every_kind_that_may_be_uploaded_has_its_type():
    assert set(ENDINGS.values()) <= SHOWN.keys()
    assert SIGNATURES.keys() == KEPT.keys()


@pytest.mark.parametrize(
    "name", ["photo.jpg", "PHOTO.JPEG", "a.b.png", "x.webp", "deep/er/x.avif", "x.gif"]
)
def test_a_picture_is_shown_as_a_picture_whatever_is_in_it(client, stored, name):
    response = client.get(stored(name))
    assert response["Content-Type"].startswith("image/")
    assert "svg" not in response["Content-Type"]
    assert response.get("Content-Disposition", "inline").startswith("inline")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    [
        *("x.svg", "x.svgz", "x.html", "x.htm", "x.xhtml", "x.shtml", "x.xml", "x.xsl", "x.mht"),
        *(
            "x.js",
            "x.mjs",
            "x.css",
            "x.json",
            "x.wasm",
            "x.swf",
            "x.jar",
            "x.exe",
            "x.php",
            "x.txt",
        ),
        *(
            "x",
            ".htaccess",
            "x.jpg.svg",
            "x.jpg.",
            "x.jpg ",
            "x.png;.html",
            'ü<b>".html',
            "x.unknown",
        ),
    ],
)
def test_any_other_kind_is_bytes_to_keep_and_nothing_else(client, stored, name):
    response = client.get(stored(name))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("ending", sorted(KEPT))
def test_a_document_is_kept_under_its_name_and_not_opened_within_the_portal(client, stored, ending):
    response = client.get(stored(f"documents/facts-1a2b.{ending}"))
    assert response["Content-Type"] == KEPT[ending]
    assert response["Content-Disposition"] == f'attachment; filename="facts-1a2b.{ending}"'


def test_a_compressed_name_does_not_make_the_browser_unpack(client, stored):
    response = client.get(stored("x.html.gz"))
    assert response["Content-Type"] == "application/octet-stream"
    assert "Content-Encoding" not in response


def test_uploads_are_asked_for_and_answered_without_a_cookie(anna, stored):
    """Not even an editor's browser sends one there: no cookie of ours leaves the back office."""
    address = stored("photo.jpg")
    assert not Client().get(address, headers={"cookie": "portal_session=x"}).cookies
    client = visitor()
    client.get(LOGIN)
    give_password(client, "anna")
    client.post("/admin/language/setlang/", {"language": "en"})
    names = {live.SESSION_COOKIE_NAME, live.CSRF_COOKIE_NAME, live.LANGUAGE_COOKIE_NAME}
    assert {name: one["path"] for name, one in client.cookies.items()} == dict.fromkeys(
        names, "/admin/"
    )
    assert not client.get(address).cookies


def test_an_upload_may_be_shown_on_other_sites_and_not_framed(client, stored):
    response = client.get(stored("photo.jpg"))
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "immutable" in response["Cache-Control"]


def test_what_is_unchanged_is_not_sent_again(client, stored):
    address = stored("x.svg")
    modified = client.get(address)["Last-Modified"]
    response = client.get(address, headers={"if-modified-since": modified})
    assert response.status_code == 304
    assert "Content-Type" not in response
