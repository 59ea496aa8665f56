"""The projects a visitor remembers, as their address shows them."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .factories import OrganisationFactory, PlaceFactory, ProjectFactory
from .facts import LANGUAGES
from .test_pages import text_of

SHORTLIST = "/en/shortlist/"


def address(*names, path=SHORTLIST):
    return f"{path}?{'&'.join(f'project={name}' for name in names)}"


def titles(page):
    return re.findall(r'<h3><a href="/en/projects/[^"]+">([^<]+)</a></h3>', page)


def test_the_address_is_the_list_in_its_order(portal, client):
    names = ("tourism-cloud", "traffic-cloud")
    words = {"de": "Merkliste", "en": "Shortlist", "zh-hans": "收藏夹"}
    for language in LANGUAGES:
        response = client.get(address(*names, path=f"/{language}/shortlist/"))
        page = response.content.decode()
        assert words[language] in text_of(response)
        tourism, traffic = (page.index(f'href="/{language}/projects/{one}/"') for one in names)
        assert tourism < traffic
        assert 'content="noindex"' in page
        assert not response.cookies
        for other in LANGUAGES:
            query = "project=tourism-cloud&amp;project=traffic-cloud"
            assert f'hreflang="{other}" href="http://testserver/{other}/shortlist/?{query}"' in page
    assert "not published" in client.get(address(*names)).content.decode()


def test_an_empty_list_says_how_to_fill_it(db, client):
    response = client.get(SHORTLIST)
    assert response.status_code == 200
    assert "without an account and without cookies" in text_of(response)
    assert "mailto:" not in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "listed", "said"),
    [
        ("project=one", ["One"], "1 project."),
        ("project=one&project=two&project=one", ["One", "Two"], "2 projects."),
        ("project=draft&project=two&project=nothing", ["Two"], "2 projects of this address"),
        ("project=former&project=two", ["One", "Two"], "2 projects."),
        ("project=%00&project=<script>&project=%FF", [], "3 projects of this address"),
        (
            "&".join(f"project={n}" for n in ["one", *range(60)]),
            ["One"],
            "up to 50 projects; 11 more were left out",
        ),
    ],
)
def test_whatever_an_address_names_the_page_shows_what_is_published(
    db, client, asked, listed, said
):
    one = ProjectFactory(slug="former", title="One")
    ProjectFactory(slug="two", title="Two")
    ProjectFactory(slug="draft", title="Draft", publication="draft")
    one.slug = "one"
    one.save()
    response = client.get(f"{SHORTLIST}?{asked}")
    page = response.content.decode()
    assert response.status_code == 200
    assert titles(page) == [f"{title} (sample)" for title in listed]
    assert said in text_of(response)
    assert "Draft" not in page
    assert "<script>&" not in page
    slugs = re.search(r'data-projects="([^"]*)"', page)[1]
    assert slugs.split() == [title.lower() for title in listed]


def test_one_can_be_removed_and_some_compared_without_javascript(db, client):
    for name in ("one", "two", "three"):
        ProjectFactory(slug=name)
    page = client.get(address("one", "two", "three")).content.decode()
    assert 'href="/en/shortlist/?project=one&amp;project=three"' in page
    assert '<form class="wrap" action="/en/compare/" method="get">' in page
    assert page.count('type="checkbox" name="project"') == 3
    alone = client.get(address("one")).content.decode()
    assert 'href="/en/shortlist/" rel="nofollow" data-forget="one"' in alone
    assert 'type="checkbox"' not in alone


def test_one_enquiry_asks_about_all_of_them(portal, client):
    names = ("traffic-cloud", "food-safety-cloud")
    page = unescape(client.get(address(*names, path="/de/shortlist/")).content.decode())
    link = re.search(r'button--primary" href="([^"]+/enquiry/[^"]*)"', page)[1]
    assert link == address(*names, path="/de/enquiry/")
    form = client.get(link).content.decode()
    assert all(f'href="/de/projects/{name}/"' in form for name in names)
    # The same projects in another language.
    assert address(*names, path="/zh-hans/enquiry/") in unescape(form)


def test_no_entry_costs_a_query(db, client):
    for name in ("one", "two", "three"):
        project = ProjectFactory(slug=name, public_authority=OrganisationFactory())
        project.places.add(PlaceFactory())
    counts = []
    for names in (("one",), ("one", "two", "three")):
        client.get(address(*names))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(*names))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8


def test_fifty_long_names_are_no_error(db, client):
    names = [f"{'long-name-' * 7}{n}" for n in range(50)]
    for name in names:
        ProjectFactory(slug=name)
    response = client.get(address(*names))
    assert response.status_code == 200
    assert "50 projects." in text_of(response)
    assert "qr-code" not in response.content.decode()  # it would not fit


def test_published_projects_can_be_remembered_and_no_others(portal, client):
    card = 'data-project="traffic-cloud"'
    assert client.get("/de/projects/").content.decode().count(card) == 1
    assert card in client.get("/de/projects/traffic-cloud/").content.decode()
    assert 'class="remember' not in client.get("/de/contracts/").content.decode()
