"""The public search: what is found, in which order, how it is shown, and what never is."""

import re
from html import unescape
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from events.models import Contract, Official
from guizhou_portal.pages.models import Page
from guizhou_portal.search import engines, index, ranking
from guizhou_portal.search.hits import hits
from guizhou_portal.search.marks import excerpt, marked, places
from guizhou_portal.search.ranking import find
from guizhou_portal.search.sought import understood
from guizhou_portal.search.spelling import corrected
from projects.models import Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
)
from .test_search_index import HOSTILE

RELEVANCE = yaml.safe_load((Path(__file__).parent / "search_relevance.yaml").read_text("utf-8"))


def addresses(typed, language="de"):
    """The addresses of what is found, without their language, the best first."""
    with translation.override(language):
        words = understood(typed).words
        found = find(words, language)
        return [hit.address.split("/", 2)[2] for one in found for hit in hits(one, words)]


def searched(client, typed, language="de", **more):
    response = client.get(f"/{language}/search/", {"q": typed, **more})
    assert response.status_code == 200
    return response.content.decode()


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.mark.parametrize("language", RELEVANCE)
def test_what_is_looked_for_in_the_portal_comes_first(portal, language):
    wrong = []
    for typed, first, *more in RELEVANCE[language]:
        more = more[0] if more else {}
        found, meant = addresses(typed, language), ""
        if not found:
            near = corrected(understood(typed).words, language) or ()
            meant = " ".join(word.typed for word in near)
            found = addresses(meant, language)
        if (
            found[:1] != [first]
            or meant.casefold() != more.get("meant", "").casefold()
            or not {*more.get("also", ())} <= {*found}
            or {*more.get("not", ())} & {*found}
        ):
            wrong.append((typed, meant, found[:4]))
    assert wrong == []


def test_the_list_of_queries_is_long_and_in_three_scripts():
    typed = "".join(one[0] for some in RELEVANCE.values() for one in some)
    assert sum(map(len, RELEVANCE.values())) >= 70
    assert re.search("[a-z]", typed)
    assert re.search("[äöüß]", typed)
    assert re.search("[\u4e00-\u9fff]", typed)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Straße der Verständigung", ["strasse", "STRASSE", "Straße", "verstaendig", "verstandig"]),
        ("ökologisch", ["oekologisch", "okologisch", "Ökologisch"]),
        ("Verkehrs-Cloud", ["verkehr", "cloud", "verkehrscloud", "kehrs"]),
        ("Smart cities, one contract", ["SMART", "city", "cities", "contracts", "smart Contract"]),
        ("Two contracts of a city", ["contract", "cities contracts"]),
        ("智能交通云", ["交通", "云", "智", "智能交通", "交通云", "智能交通云", "智能 云"]),
        ("Ｂｉｇ　Ｄａｔａ ５Ｇ", ["big data", "5g", "ＤＡＴＡ"]),
    ],
)
def test_a_text_is_found_however_its_words_are_written(db, text, typed):
    wanted = ProjectFactory(description_de=text, slug="wanted")
    ProjectFactory(description_de="etwas anderes 其他")
    for words in typed:
        assert addresses(words) == [f"projects/{wanted.slug}/"], words


def test_chinese_is_found_in_one_piece_only(db):
    ProjectFactory(description_zh_hans="交通。通云，智能。能交通", slug="apart")
    ProjectFactory(description_zh_hans="智能交通云", slug="together")
    assert addresses("交通云") == ["projects/together/"]
    assert addresses("智能交通") == ["projects/together/"]
    assert len(addresses("交通")) == len(addresses("通云")) == 2


def test_the_best_come_first(db):
    """Title before text, whole word before beginning before part, the visitor's language first."""
    in_order = [
        ("whole", {"title_de": "Hafen"}),
        ("whole-elsewhere", {"title_de": "A", "title_en": "Hafen"}),
        ("beginning", {"title_de": "Hafenstadt"}),
        ("part", {"title_de": "Flughafen"}),
        ("text", {"title_de": "A", "summary_de": "Am Hafen"}),
        ("text-elsewhere", {"title_de": "A", "summary_zh_hans": "Hafen 港"}),
        ("text-part", {"title_de": "A", "summary_de": "Am Flughafen"}),
    ]
    for slug, values in reversed(in_order):
        ProjectFactory(slug=slug, **values)
    assert addresses("hafen") == [f"projects/{slug}/" for slug, _ in in_order]
    assert addresses("hafen", "en")[:2] == ["projects/whole-elsewhere/", "projects/whole/"]


def test_kinds_stand_in_the_order_of_their_best_and_hits_of_one_rank_in_that_of_their_age(db):
    project = ProjectFactory(title="A", summary_de="Hafen", slug="project")
    contracts = [ContractFactory(title="Hafen", slug=f"contract-{n}") for n in (2, 1)]
    assert addresses("hafen") == [
        *(f"contracts/{one.slug}/" for one in contracts),
        f"projects/{project.slug}/",
    ]


def test_organisations_sectors_and_places_are_found_by_what_names_them(db):
    company, place = OrganisationFactory(name="Nordwerk"), PlaceFactory(name="Bergstadt")
    project = ProjectFactory(slug="project", sector=SectorFactory(name="Schiffbau"))
    project.places.add(place)
    ContractPartyFactory(organisation=company, contract__slug="contract")
    LocationFactorFactory(organisation=company, slug="factor")
    item = ProgrammeItemFactory(event__slug="event")
    AppearanceFactory(programme_item=item, official=None, organisation=company)
    assert addresses("schiffbau bergstadt") == ["projects/project/"]
    assert addresses("nordwerk") == [
        "contracts/contract/",
        "location/#entry-factor",
        "events/event/#programme",
    ]


def test_drafts_are_never_found_nor_by_what_they_are_called_elsewhere(client, db):
    person = OfficialFactory(name="GEHEIM Anna", slug="anna", publication="draft")
    project = ProjectFactory(title="Verborgen", slug="hidden", publication="draft")
    item = ProgrammeItemFactory(event__slug="event")
    AppearanceFactory(programme_item=item, official=person, topic_de="Vertrauliches")
    ContractPartyFactory(signatory=person, contract__project=project, contract__slug="contract")
    ProgrammeItemFactory(title="Verschwiegen", event__publication="draft")
    typed = ("geheim", "anna", "verborgen", "vertrauliches", "verschwiegen", "geheim item")
    for words in typed:
        assert addresses(words) == [], words
        assert client.get("/de/search/suggestions/", {"q": words}).json() == {"suggestions": []}
    # Nor is their name told to whom mistypes it.
    assert "Geheim" not in searched(client, "Gehiem").replace("Gehiem", "")
    assert "verborgen" not in searched(client, "Verborgne").replace("Verborgne", "").lower()
    # Past the portal, as an import or a command might: the index is not told, and need not be.
    Official.objects.update(publication="published")
    assert addresses("geheim item") == ["events/event/#programme"]
    assert addresses("vertrauliches") == ["events/event/#programme"]
    assert addresses("geheim") == [
        "officials/anna/",
        "contracts/contract/",
        "events/event/#programme",
    ]
    Project.objects.update(publication="published")
    assert addresses("verborgen") == ["projects/hidden/", "contracts/contract/"]
    Project.objects.update(publication="withdrawn")
    Contract.objects.update(publication="withdrawn")
    assert addresses("verborgen") == []
    assert "Verborgen" not in searched(client, "Vreborgen").replace("Vreborgen", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Stadtvrekehr", "Stadtverkehr"),  # two letters changed places
        ("Stadverkehr", "Stadtverkehr"),  # one is missing
        ("Statdverkher", "Stadtverkehr"),  # two errors in a long word
        ("Hafn", None),  # too short by itself
        ("Stadtverkehr Hafn", "Stadtverkehr Hafen"),
        ("Rednerliste", None),  # only a text has "Rednerlisten" near
        ("Wuerttenberg", "Württemberg"),
    ],
)
def test_a_typing_error_is_read_as_the_word_of_a_title(client, db, typed, meant):
    ProjectFactory(title_de="Stadtverkehr am Hafen", summary_de="Rednerlistum")
    ProjectFactory(title_de="Württemberg")
    page = searched(client, typed, "en")
    assert (f"Showing results for {meant}" in text_of(page)) is (meant is not None)
    if meant:
        literal = re.search(r'href="([^"]+exact=1)"', page)[1]
        page = client.get(unescape(literal)).content.decode()
        assert f"Did you mean {meant}?" in text_of(page)
        assert "<mark>" not in page


@pytest.mark.parametrize(
    ("text", "typed", "wanted"),
    [
        ("Die Verkehrs-Cloud", "verkehrscloud", "Die <mark>Verkehrs-Cloud</mark>"),
        ("Stadtverkehr", "verkehr", "Stadt<mark>verkehr</mark>"),
        ("Größte Straße", "groesste strasse", "<mark>Größte</mark> <mark>Straße</mark>"),
        ("Straßenbau", "strasse", "<mark>Straße</mark>nbau"),
        ("Fußgänger", "gaeng", "Fuß<mark>gäng</mark>er"),
        ("Two contracts", "contract", "Two <mark>contract</mark>s"),
        ("A contract", "contracts", "A <mark>contract</mark>"),
        ("智能交通云", "交通", "智能<mark>交通</mark>云"),
        ("Ｂｉｇ Data", "big", "<mark>Ｂｉｇ</mark> Data"),
        ("Łódź & <b>", "lodz", "<mark>Łódź</mark> &amp; &lt;b&gt;"),
        ("QIN Rupei", "rupei qin", "<mark>QIN</mark> <mark>Rupei</mark>"),
    ],
)
def test_what_was_typed_is_marked_where_it_stands(db, text, typed, wanted):
    ProjectFactory(description_de="Straßenbau Fußgänger")
    assert marked(text, places(text, understood(typed).words)) == wanted


def test_an_excerpt_is_short_and_shows_the_first_place(db):
    text = "Anfang " * 60 + "Fundort " + "Ende " * 60
    shown = excerpt(text, places(text, understood("fundort").words))
    assert "<mark>Fundort</mark>" in shown
    assert 120 < len(text_of(shown)) < 190
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "Anfan " not in shown


def test_the_excerpt_is_in_the_visitors_language_if_it_can_be_and_says_if_not(client, db):
    ProjectFactory(
        title_de="Brücke",
        title_en="Bridge",
        title_zh_hans="桥梁",
        summary_de="Ein Tunnel und mehr",
        summary_en="A tunnel and more",
        summary_zh_hans="隧道",
    )
    assert "Ein <mark>Tunnel</mark>" in searched(client, "tunnel", "de")
    assert "A <mark>tunnel</mark>" in searched(client, "tunnel", "en")
    page = searched(client, "隧道", "de")
    assert '<p class="hit__excerpt" lang="zh-hans"><mark>隧道</mark></p>' in page
    assert '<p class="hit__excerpt" lang="zh-hans"><mark>桥梁</mark></p>' in searched(
        client, "桥梁"
    )
    assert 'lang="en"><mark>Bridge</mark></p>' in searched(client, "bridge")


def test_one_kind_has_pages_and_the_other_languages_the_same_question(client, db):
    for n in range(23):
        ProjectFactory(title=f"Hafen {n}", slug=f"hafen-{n}")
    ContractFactory(title="Hafen")
    page = searched(client, "hafen", "en")
    assert "24 results for “hafen”" in text_of(page)
    assert page.count('class="hit"') == 6
    assert 'href="/en/search/?q=hafen&amp;kind=project"' in page
    page = searched(client, "hafen", "en", kind="project", page=2)
    assert page.count('class="hit"') == 3
    assert "Page 2 of 2" in text_of(page)
    assert 'href="/de/search/?q=hafen&amp;kind=project&amp;page=2"' in page
    assert '<meta name="robots" content="noindex">' in page
    for wrong in (
        {"kind": "nothing"},
        {"kind": "official"},
        {"page": "x"},
        {"page": "99999999999"},
    ):
        assert searched(client, "hafen", "en", **wrong).count('class="hit"') == 6
    assert "nothing of the kind" in text_of(searched(client, "hafen", "en", kind="nothing"))


def test_of_a_great_many_the_best_are_shown_and_the_number_is_not_made_up(client, db, monkeypatch):
    monkeypatch.setattr(ranking, "MOST", 10)
    for n in range(9):
        ProjectFactory(title="A", summary_de="Hafen", slug=f"text-{n}", publication="draft")
    for n in range(12):
        ProjectFactory(title="A", summary_de="Hafen", slug=f"other-{n}")
    best = [ProjectFactory(title_de="Hafen", slug=f"best-{n}") for n in (1, 2)]
    assert addresses("hafen")[:3] == [
        *(f"projects/{one.slug}/" for one in best),
        "projects/other-0/",
    ]
    assert len(addresses("hafen")) == 10
    page = text_of(searched(client, "hafen", "en"))
    assert "More than 10 results for “hafen”" in page


@pytest.mark.parametrize("holding", [{36, 38}, {1, 30, 31, 38, 39}, set(range(0, 40, 3)), {39}])
def test_the_first_are_found_however_far_from_each_other(db, monkeypatch, holding):
    monkeypatch.setattr(ranking, "MOST", 4)
    monkeypatch.setattr(index, "GROUP", 5)
    monkeypatch.setattr(engines, "NEAR", 2)
    for n in range(40):
        publication = "draft" if n in (3, 6, 30) else "published"
        summary = "Hafen" if n in holding else "Brücke"
        # With keys of its own choice: those of a sequence begin somewhere on PostgreSQL.
        ProjectFactory(
            pk=n + 1, title="A", summary_de=summary, slug=f"p-{n}", publication=publication
        )
    public = [f"projects/p-{n}/" for n in sorted(holding - {3, 6, 30})]
    assert addresses("hafen") == public[:4]


def test_the_empty_page_helps_with_examples_that_have_hits(portal, client):
    page = searched(client, "", "de")
    examples = re.findall(r'<a class="button" href="(/de/search/\?q=[^"]+)"', page)
    assert len(examples) >= 6
    for address in examples:
        assert 'class="hit"' in client.get(unescape(address)).content.decode(), address
    assert "noindex" not in page
    assert 'class="hit"' not in page


def test_where_nothing_is_found_the_page_says_for_what_and_shows_ways_on(client, portal):
    page = searched(client, "nirgendwo projekte", "en")
    assert "Nothing was found for “nirgendwo projekte”." in text_of(page)
    for way in ("?q=nirgendwo", "?q=projekte"):
        assert f'href="/en/search/{way}"' in page
    for path in ("projects", "contracts", "events", "officials", "location"):
        assert f'<a class="button" href="/en/{path}/">' in page


@pytest.mark.parametrize(
    "typed", [*HOSTILE, '"foo" OR -bar NEAR(', "<script>alert(1)</script>", "智" * 300, "$1 %s {0}"]
)
def test_whatever_is_typed_gets_a_page(client, db, typed):
    ProjectFactory(title="Foo <script>", slug="foo")
    typed = typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    page = searched(client, typed, "en")
    assert "<script>alert" not in page
    assert client.get("/en/search/suggestions/", {"q": typed}).status_code == 200
    assert ("only the beginning was looked for" in page) is (len(typed) > 200)
    addresses("\ud800 \x00 foo")


def test_operators_are_words_like_others(db):
    ProjectFactory(title="Foo Bar", slug="foo")
    assert addresses('"foo" -bar*') == ["projects/foo/"]
    assert addresses("foo OR bar") == []


def test_suggestions_are_titles_and_those_come_first_that_begin_so(client, db):
    ProjectFactory(title_de="Am Hafen", slug="inside")
    ProjectFactory(title_de="Hafenbau", slug="begins")
    ContractFactory(title_de="Hafen", slug="contract", publication="withdrawn")
    ProjectFactory(title_de="Anderes", summary_de="Hafen", slug="text")
    response = client.get("/de/search/suggestions/", {"q": " hafe"})
    assert [one["address"] for one in response.json()["suggestions"]] == [
        "/de/projects/begins/",
        "/de/projects/inside/",
    ]
    assert response.json()["suggestions"][0] == {
        "title": "Hafenbau",
        "language": "de",
        "kind": "Projekte",
        "address": "/de/projects/begins/",
    }
    assert response["Cache-Control"] == "private, max-age=15"
    for n in range(9):
        ProjectFactory(title=f"港口{n}")
    assert len(client.get("/en/search/suggestions/", {"q": "港"}).json()["suggestions"]) == 8


def test_what_is_found_asks_the_database_no_more_for_more_records(client, db):
    def queries(typed):
        searched(client, typed)
        with CaptureQueriesContext(connection) as captured:
            searched(client, typed)
        return len(captured)

    def records():
        ProjectFactory(title="Hafen")
        ContractFactory(title="Hafen", event=EventFactory(title="Hafen"))
        AppearanceFactory(
            programme_item=ProgrammeItemFactory(title="Hafen"),
            official=OfficialFactory(name="HAFEN Rot"),
        )
        LocationFactorFactory(title="Hafen")

    Page.objects.create(key="home", title="Hafen")
    records()
    at_one = queries("hafen"), queries("hafen rot"), queries("nothing")
    records()
    records()
    assert (queries("hafen"), queries("hafen rot"), queries("nothing")) == at_one
    assert max(at_one) <= 24


def test_each_page_leads_to_the_search_and_the_one_that_is_not_there_has_a_field(client, db):
    assert 'class="search-link" data-live href="/en/search/"' in client.get("/en/").content.decode()
    missing = client.get("/en/nothing/")
    assert 'role="search" action="/en/search/"' in missing.content.decode()
