"""Two to four projects side by side, at an address that can be passed on."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .factories import (
    ContractFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
)
from .facts import LANGUAGES
from .test_pages import text_of

COMPARE = "/en/compare/"


def address(*names, path=COMPARE):
    return f"{path}?{'&'.join(f'project={name}' for name in names)}"


def columns(page):
    """The titles over the columns, in their order."""
    return re.findall(r'class="comparison__name"[^>]*>([^<]+)</a>', page)


def rows(page):
    """``{label: (cells in words, whether they are said to be the same)}``."""
    body = re.search(r"<tbody.*</tbody>", page, re.DOTALL)[0]
    found = {}
    for attributes, row in re.findall(r"<tr([^>]*)>(.*?)</tr>", body, re.DOTALL):
        label = re.search(r"<th[^>]*>\s*<span>([^<]+)", row)[1].strip()
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        words = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        found[label] = (words, "comparison__same" in attributes)
    return found


@pytest.fixture
def two(db):
    """Two projects that differ in some facts."""
    sector, place = SectorFactory(), PlaceFactory(name="Guiyang")
    one = ProjectFactory(
        slug="one",
        title="One",
        sector=sector,
        stage="preparation",
        kind="ppp",
        open_to_foreign_investors=True,
        investment_volume="1250000",
        currency="EUR",
        starts_on="2031-03-04",
        sought_from_partners_en="Sensors",
        public_authority=OrganisationFactory(name="Authority"),
    )
    two = ProjectFactory(
        slug="two", title="Two", sector=sector, open_to_foreign_investors=True, kind="ppp"
    )
    one.places.add(place)
    two.places.add(place)
    one.partners.add(OrganisationFactory(name="Partner"))
    one.key_figures.create(label_en="Sensors", value_en="12", source="Report")
    ContractFactory(project=one, title="Signed")
    ContractFactory(project=two, title="Secret", publication="draft")
    return one, two


def test_every_fact_stands_side_by_side_and_what_is_unknown_is_said_so(two, client):
    page = client.get(address("two", "one")).content.decode()
    assert columns(page) == ["Two (sample)", "One (sample)"]  # as the visitor put them
    sector = two[0].sector.name_en
    unknown = "not published"
    assert rows(page) == {
        "Sector": ([sector, sector], True),
        "Kind of project": (["Public-private partnership (PPP)"] * 2, True),
        "Project stage": ([unknown, "Preparation"], False),
        "Open to foreign investors": (["Yes", "Yes"], True),
        "Public authority": ([unknown, "Authority (sample)"], False),
        "Partners": ([unknown, "Partner (sample)"], False),
        "Place": (["Guiyang (sample)"] * 2, True),
        "Investment volume": ([unknown, "1,250,000\u00a0EUR".replace("\u00a0", " ")], False),
        "Period": ([unknown, "4 March 2031 – not published"], False),
        "Seeking partners for": ([unknown, "Sensors"], False),
        "Key figures": ([unknown, "12 Sensors · Source: Report"], False),
        "Contracts": ([unknown, "Signed (sample)"], False),
    }
    assert 'href="/en/projects/one/"' in page
    assert "Secret" not in page
    for header in ('<th scope="col"', '<th scope="row"'):
        assert header in page


def test_facts_that_are_the_same_can_be_hidden_by_a_link(two, client):
    every = client.get(address("one", "two")).content.decode()
    link = re.search(r'href="(\?[^"]*differences=1)"', every)[1].replace("&amp;", "&")
    page = client.get(COMPARE + link).content.decode()
    assert not any(same for _, same in rows(page).values())
    assert set(rows(page)) < set(rows(every))
    assert 'href="?project=one&amp;project=two"' in page.replace("&project", "&amp;project")
    for language in LANGUAGES:
        query = "project=one&amp;project=two&amp;differences=1"
        assert f'href="http://testserver/{language}/compare/?{query}"' in page
    twins = [ProjectFactory(sector=two[0].sector) for _ in range(2)]
    page = client.get(address(*(twin.slug for twin in twins)) + "&differences=1").content.decode()
    assert "do not differ" in page


def test_each_language_keeps_the_projects_and_search_engines_are_not_sent(portal, client):
    names = ("traffic-cloud", "food-safety-cloud")
    words = {"de": "Projektphase", "en": "Project stage", "zh-hans": "项目阶段"}
    for language in LANGUAGES:
        response = client.get(address(*names, path=f"/{language}/compare/"))
        page = response.content.decode()
        assert response.status_code == 200
        assert words[language] in text_of(response)
        canonical = address(*names, path=f"/{language}/compare/").replace("&", "&amp;")
        assert f'<link rel="canonical" href="http://testserver{canonical}">' in page
        assert 'content="noindex"' in page
        assert not response.cookies


@pytest.mark.parametrize(
    ("asked", "compared", "said"),
    [
        ("", [], "Choose two to four projects"),
        ("project=", [], "1 project of this address is not published"),
        ("project=one", [], "One project alone cannot be compared"),
        ("project=one&project=one", [], "One project alone cannot be compared"),
        ("project=one&project=two&project=one", ["One", "Two"], "side by side"),
        ("project=one&project=nothing&project=two", ["One", "Two"], "1 project of this address"),
        ("project=one&project=draft&project=two", ["One", "Two"], "1 project of this address"),
        ("project=two&project=former", ["Two", "One"], "side by side"),
        ("project=one&project=former", [], "One project alone cannot be compared"),
        (
            "&".join(f"project={name}" for name in ("six", "five", "four", "one", "two")),
            ["Six", "Five", "Four", "One"],
            "Up to 4 projects are compared; 1 more was left out.",
        ),
        ("project=one&project=%00&project=two", ["One", "Two"], "1 project of this address"),
        ("project=%FF%FE&project=a%20b&project='", [], "3 projects of this address"),
        (f"project={'x' * 5000}", [], "1 project of this address"),
        ("&".join(f"project={n}" for n in range(300)), [], "50 projects of this address"),
        ("project=one&project=two&differences=%00", ["One", "Two"], "side by side"),
    ],
)
def test_whatever_an_address_asks_the_page_helps(two, client, asked, compared, said):
    for name in ("four", "five", "six"):
        ProjectFactory(slug=name, title=name.title())
    ProjectFactory(slug="draft", title="Draft", publication="draft")
    two[0].slug = "former"
    two[0].save()
    two[0].slug = "one"
    two[0].save()
    response = client.get(f"{COMPARE}?{asked}")
    page = response.content.decode()
    assert response.status_code == 200
    assert columns(page) == [f"{title} (sample)" for title in compared]
    assert said in text_of(response)
    assert 'type="checkbox" name="project" value="five"' in page  # the way on
    assert "css/filters" in page  # what the choices look like
    assert "Draft" not in page


def test_each_column_can_be_left_out_by_a_link(two, client):
    ProjectFactory(slug="three")
    page = client.get(address("one", "two", "three") + "&differences=1").content.decode()
    links = re.findall(r'class="comparison__remove" href="([^"]+)"', page)
    assert [link.replace("&amp;", "&") for link in links] == [
        f"{address(*others)}&differences=1"
        for others in (("two", "three"), ("one", "three"), ("one", "two"))
    ]


def test_no_column_costs_a_query(two, client):
    for name in ("three", "four"):
        project = ProjectFactory(slug=name, public_authority=OrganisationFactory())
        project.places.add(PlaceFactory())
        project.partners.add(OrganisationFactory())
        ContractFactory(project=project)
    counts = []
    for names in (("one", "two"), ("one", "two", "three", "four")):
        client.get(address(*names))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(*names))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
    assert client.post(COMPARE).status_code == 405
