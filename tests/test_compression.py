"""What travels compressed, how, and what goes as it lies."""

import gzip

import brotli
import pytest
from django.test import Client

from .factories import PhotoFactory

HOME = "/de/"
OPENED = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0.000", "gzip"),
    ],
)
@pytest.mark.parametrize("path", ["/en/search/?q=cloud", "/sitemap.xml"])
def test_pages_travel_compressed_as_the_browser_likes_it(portal, client, path, accepted, coding):
    plain = client.get(path).content
    packed = client.get(path, headers={"accept-encoding": accepted})
    assert packed["Content-Encoding"] == coding
    assert OPENED[coding](packed.content) == plain
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain) / 2
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "zstd", "br;q=0, gzip;q=0"])
def test_who_takes_neither_gets_the_page_as_it_is(portal, client, accepted):
    page = client.get(HOME, headers={"accept-encoding": accepted})
    assert "Content-Encoding" not in page
    assert "Accept-Encoding" in page["Vary"]


def test_pictures_go_as_they_lie(portal, client):
    address = PhotoFactory().image.url
    assert "Content-Encoding" not in client.get(address, headers={"accept-encoding": "gzip, br"})


def test_a_page_with_secrets_of_ones_own_has_another_length_each_time(backoffice):
    """Whoever can see lengths and have the page repeat a guess would find them out otherwise."""
    asked = {"accept-encoding": "gzip, br"}
    pages = [backoffice.get("/admin/", headers=asked) for _ in range(5)]
    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 1


def test_what_is_too_short_and_what_has_no_text_is_left_alone(db, client):
    answer = client.get("/healthz", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in answer


def test_an_etag_says_that_it_is_the_same_in_other_bytes(portal):
    plain = Client().get("/en/contracts/feed/")
    packed = Client().get("/en/contracts/feed/", headers={"accept-encoding": "br"})
    assert packed["Content-Encoding"] == "br"
    assert packed["ETag"].startswith("W/")
    assert packed["ETag"].removeprefix("W/") == plain["ETag"].removeprefix("W/")
