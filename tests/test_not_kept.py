"""What the page cache never keeps, and what makes no page of its own in it."""

import pytest
from django.test import Client

from guizhou_portal.publishing.models import Publication

from .factories import ContractFactory, ProjectFactory
from .kept import HOME, LIST, kept_pages, status

pytestmark = pytest.mark.usefixtures("kept")


def test_a_signed_in_editor_neither_fills_the_cache_nor_sees_what_is_in_it(
    portal, editor, kept, client
):
    at_work = Client()
    at_work.force_login(editor)
    for _ in range(2):
        response = at_work.get(HOME)
        assert response["Cache-Control"] == "private, no-cache"
        assert "Cache-Status" not in response
    assert not kept_pages(kept)
    client.get(HOME)
    assert "Cache-Status" not in at_work.get(HOME)


def test_no_page_sets_a_cookie(portal, client):
    for address in (HOME, LIST, "/en/projects/", "/en/location/", "/en/imprint/"):
        assert not client.get(address).cookies
        assert not client.get(address).cookies


@pytest.mark.parametrize(
    "address",
    [
        "/en/nothing/",
        "/en/search/?q=cloud",
        "/en/contracts/?q=cloud",
        "/en/contracts/?x=1",
        "/en/contracts/?page=1",
        "/en/contracts/?status=nothing",
        "/en/enquiry/",
        "/",
        "/healthz",
        "/admin/login/",
        "/api/v1/",
    ],
)
def test_what_anybody_can_make_up_and_what_is_personal_is_not_kept(portal, client, kept, address):
    client.get(address)
    client.get(address)
    assert not kept_pages(kept)


def test_a_list_that_is_narrowed_is_kept_under_its_own_address(portal, client, kept):
    ProjectFactory()
    for address in ("/en/projects/", "/en/projects/?stage=unpublished", "/en/projects/?sort=title"):
        client.get(address)
    made = len(kept_pages(kept))
    assert made >= 2
    assert b"noindex" in client.get("/en/projects/?sort=title").content
    assert b"noindex" not in client.get("/en/projects/").content
    assert len(kept_pages(kept)) == made


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/en/projects/traffic-cloud/embed/", "theme=dark"),
        ("/en/events/feed/", "country=DE"),
        ("/en/events.ics", "country=DE"),
    ],
)
def test_what_other_sites_and_programs_ask_for_is_kept_with_its_own_query(
    portal, client, kept, address, query
):
    for _ in range(2):
        response = client.get(f"{address}?{query}")
        client.get(f"{address}?{query}&made=up")
    assert (response.status_code, status(response)) == (200, "hit")
    assert len(kept_pages(kept)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/en/contracts/?year=1066",  # finds nothing
        "/en/contracts/feed/?year=1066",
        "/en/events.ics?country=CH",
        "/en/projects/?kind=ppp&kind=other",
        "/en/shortlist/?project=traffic-cloud&project=tourism-cloud",
        "/en/compare/?project=traffic-cloud&project=tourism-cloud",
    ],
)
def test_what_there_are_millions_of_is_not_kept(portal, client, kept, address):
    for _ in range(2):
        response = client.get(address)
        assert response.status_code == 200
        assert "stored" not in response.get("Cache-Status", "")
    assert not kept_pages(kept)


def test_a_list_without_records_is_kept_as_long_as_nobody_narrows_it(client, kept):
    assert status(client.get(LIST)) == "fwd=miss; stored"
    assert status(client.get(LIST)) == "hit"


def test_a_page_that_has_no_use_for_a_query_is_the_same_under_each(portal, client, kept):
    for query in ("", "?x=1", "?y=2&z=3", "?utm_source=letter"):
        client.get(f"/en/imprint/{query}")
    assert len(kept_pages(kept)) == 1
    assert status(client.get("/en/imprint/?made=up")) == "hit"


def test_what_advertisers_add_to_an_address_makes_no_other_page(portal, client):
    client.get(LIST)
    for query in ("?utm_source=a&utm_medium=b", "?fbclid=123", "?gclid=1&UTM_campaign=c"):
        assert status(client.get(LIST + query)) == "hit"


@pytest.mark.parametrize("port", ["1", "8443", "65535"])
def test_made_up_ports_in_the_host_header_do_not_fill_the_cache(portal, client, kept, port):
    response = client.get(HOME, headers={"host": f"localhost:{port}"})
    assert response.status_code == 200
    assert not kept_pages(kept)


def test_the_case_of_the_host_makes_no_other_page_and_is_not_repeated(portal, client, kept):
    for host in ("LOCALHOST", "localhost", "LocalHost"):
        response = client.get(HOME, headers={"host": host})
    assert b"http://localhost/en/" in response.content
    assert len(kept_pages(kept)) == 1


def test_a_withdrawn_record_and_a_preview_are_not_kept(client, editor, commit, kept):
    with commit():
        contract = ContractFactory(publication=Publication.DRAFT, publish_at=None)
    assert client.get(contract.get_absolute_url()).status_code == 404
    assert not kept_pages(kept)


def test_parts_of_a_page_are_not_cut_from_a_kept_one(portal, client):
    client.get(HOME)
    response = client.get(HOME, headers={"range": "bytes=0-10"})
    assert "Cache-Status" not in response


def test_with_the_cache_off_there_is_no_such_thing(portal, settings):
    settings.PAGE_CACHE = False
    assert "Cache-Status" not in Client().get(HOME)
