"""The projects a visitor remembers, as their address shows them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guizhou_portal.pages.models import Operator

from .factories import OrganisationFactory, PlaceFactory, ProjectFactory
from .facts import LANGUAGES
from .test_pages import text_of

SHORTLIST = "/en/shortlist/"


def address(*names, path=SHORTLIST):
    return f"{path}?{'&'.join(f'project={name}' for name in names)}"


def titles(page):
    return re.findall(r'<h3><a href="/en/projects/[^"]+">([^<]+)</a></h3>', page)


def mail_of(page):
    """``(to, subject, text)`` of the mail the page offers as an enquiry."""
    link = re.search(r'button--primary" href="(mailto:[^"]+)"', page)[1].replace("&amp;", "&")
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    return parts.path, query["subject"][0], query["body"][0].replace("\r\n", "\n"), link


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


def test_an_enquiry_carries_the_titles_and_addresses_in_the_visitors_language(portal, client):
    names = ("traffic-cloud", "food-safety-cloud")
    german = address(*names, path="/de/shortlist/")
    assert 'button--primary" href="/de/imprint/"' in client.get(german).content.decode()
    Operator(email="kontakt@example.org").save()
    to, _, text, _ = mail_of(client.get(german).content.decode())
    assert to == "kontakt@example.org"
    assert "Verkehrs-Cloud\nhttp://testserver/de/projects/traffic-cloud/" in text
    assert "http://testserver/de/shortlist/?project=traffic-cloud&project=food" in text
    chinese = client.get(address(*names, path="/zh-hans/shortlist/")).content.decode()
    assert "交通云\nhttp://testserver/zh-hans/projects/traffic-cloud/" in mail_of(chinese)[2]


def test_the_mail_of_a_long_list_is_short_enough_for_mail_programs(db, client):
    Operator(email="contact@example.org").save()
    names = [f"project-{n}" for n in range(20)]
    for name in names:
        ProjectFactory(slug=name)
    page = client.get(address(*names)).content.decode()
    *_, text, link = mail_of(page)
    assert len(link) < 1900
    assert "project=project-19" in text
    assert text.count("http://") == 1


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
