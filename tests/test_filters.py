"""Lists narrowed and sorted by their address."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from events.models import Contract, Event
from projects.models import Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
)
from .facts import LANGUAGES

TITLE = re.compile(r'<h2 class="card__title"><a href="/\w[\w-]*/\w+/([\w-]+)/"')


def shown(client, path, language="en"):
    """The slugs of the records a list shows, in its order."""
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 200, path
    return TITLE.findall(response.content.decode())


def page(client, path, language="en"):
    return client.get(f"/{language}/{path}").content.decode()


@pytest.fixture
def projects(db):
    food, tourism = SectorFactory(slug="food"), SectorFactory(slug="tourism")
    office = OrganisationFactory(slug="office")
    mill = ProjectFactory(
        slug="mill",
        title="Zeta mill",
        sector=food,
        kind="ppp",
        stage="preparation",
        open_to_foreign_investors=True,
        public_authority=office,
        order=1,
        investment_volume=5,
        currency="EUR",
    )
    mill.places.add(PlaceFactory(slug="guiyang"), PlaceFactory(slug="zunyi"))
    ProjectFactory(
        slug="path",
        title="Öko path",
        sector=tourism,
        kind="ppp",
        order=2,
        open_to_foreign_investors=False,
        investment_volume=9,
        currency="EUR",
    )
    ProjectFactory(slug="farm", title="Orchard", sector=food, order=3)
    ProjectFactory(slug="hidden", sector=food, publication="draft")


PROJECTS = {
    "": ["mill", "path", "farm"],
    "sector=food": ["mill", "farm"],
    "sector=food&sector=tourism": ["mill", "path", "farm"],
    "sector=food&kind=ppp": ["mill"],
    "kind=not_published": ["farm"],
    "stage=preparation": ["mill"],
    "stage=not_published": ["path", "farm"],
    "open=yes": ["mill"],
    "open=no&open=unknown": ["path", "farm"],
    "place=guiyang&place=zunyi": ["mill"],
    "place=unknown": ["path", "farm"],
    "authority=office": ["mill"],
    "authority=unknown&sector=food": ["farm"],
    "sort=title": ["path", "farm", "mill"],
    "sort=volume": ["path", "mill", "farm"],
    "sort=title&sector=food": ["farm", "mill"],
    "q=orch": ["farm"],
    "q=zeta&sector=food": ["mill"],
    "q=zeta&sector=tourism": [],
}  # fmt: skip


def test_projects_are_narrowed_and_sorted(projects, client):
    for query, slugs in PROJECTS.items():
        assert shown(client, f"projects/?{query}") == slugs, query


@pytest.fixture
def contracts(db):
    event = EventFactory(slug="fair")
    secret = EventFactory(slug="secret", publication="draft")
    german = ContractFactory(
        slug="german",
        title="Beta",
        event=event,
        kind="framework",
        status="in_force",
        signed_on="2015-05-02",
        value=7,
        currency="EUR",
    )
    german.sectors.add(SectorFactory(slug="cloud"))
    ContractPartyFactory(contract=german, side="guizhou", organisation__country="CN")
    ContractPartyFactory(contract=german, organisation__country="DE")
    ContractPartyFactory(contract=german, organisation__country="DE")
    swiss = ContractFactory(slug="swiss", title="Alpha", event=None, signed_on="2016-01-01")
    ContractPartyFactory(contract=swiss, organisation=None, name_not_published=True, country="CH")
    ContractFactory(slug="bare", title="Gamma", event=secret, value=9, currency="EUR")


CONTRACTS = {
    "": ["swiss", "german", "bare"],
    "sort=oldest": ["german", "swiss", "bare"],
    "sort=value": ["bare", "german", "swiss"],
    "sort=title": ["swiss", "german", "bare"],
    "country=DE": ["german"],
    "country=CN": [],  # the country of the partner, not of Guizhou's side
    "country=DE&country=CH": ["swiss", "german"],
    "country=unknown": ["bare"],
    "sector=cloud": ["german"],
    "kind=framework&status=in_force": ["german"],
    "year=2015": ["german"],
    "year=2016&year=unknown": ["swiss", "bare"],
    "event=fair": ["german"],
    "event=unknown": ["swiss", "bare"],  # that of a draft is not told
}  # fmt: skip


def test_contracts_are_narrowed_and_sorted(contracts, client):
    for query, slugs in CONTRACTS.items():
        assert shown(client, f"contracts/?{query}") == slugs, query


def test_events_and_officials_are_narrowed(db, client):
    now = timezone.now()
    today = EventFactory(
        slug="today",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        country="DE",
    )
    EventFactory(slug="past", starts_at=datetime(2014, 6, 1, 8, tzinfo=UTC), country="CH")
    EventFactory(slug="undated")
    speaker = OfficialFactory(slug="speaker", organisation=OrganisationFactory(slug="office"))
    AppearanceFactory(official=speaker, programme_item=ProgrammeItemFactory(event=today))
    AppearanceFactory(official=speaker, programme_item=ProgrammeItemFactory(event=today))
    OfficialFactory(slug="other", name="ANOTHER Person", family_name="ANOTHER", organisation=None)
    for path, slugs in {
        "events/?time=upcoming": ["today"],
        "events/?time=past": ["past"],
        "events/?time=unknown&time=past": ["past", "undated"],
        "events/?year=2014": ["past"],
        "events/?year=unknown&country=unknown": ["undated"],
        "events/?country=DE&country=CH&sort=oldest": ["past", "today"],
        "officials/?organisation=office": ["speaker"],
        "officials/?organisation=unknown": ["other"],
        "officials/?event=today": ["speaker"],
        "officials/?event=unknown": ["other"],
    }.items():
        assert shown(client, path) == slugs, path


def test_each_choice_says_how_many_entries_it_leaves_beside_the_others(projects, client):
    words = page(client, "projects/?kind=ppp&sector=tourism")
    choices = dict(re.findall(r'name="sector" value="(\w+)".*?filter__count">(\d+)<', words))
    # Of the projects of this kind, not only of this sector; what leaves none is not offered.
    assert choices == {"food": "1", "tourism": "1"}
    kinds = dict(re.findall(r'name="kind" value="(\w+)".*?filter__count">(\d+)<', words))
    assert kinds == {"ppp": "1"}
    assert "1 entry" in words
    assert re.search(r'value="tourism" checked', words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_chosen_can_be_let_go_of_one_by_one_and_kept_in_another_language(
    projects, client, language
):
    words = page(client, "projects/?sort=title&q=mill&sector=food&kind=ppp", language)
    chips = re.findall(r'chip--remove" href="([^"]+)"', words)
    path = f"/{language}/projects/"
    assert chips == [
        f"{path}?sector=food&amp;kind=ppp&amp;sort=title",
        f"{path}?q=mill&amp;kind=ppp&amp;sort=title",
        f"{path}?q=mill&amp;sector=food&amp;sort=title",
    ]
    assert f'class="filters__reset" href="{path}"' in words
    for other in LANGUAGES:
        assert (
            f'href="/{other}/projects/?q=mill&amp;sector=food&amp;kind=ppp&amp;sort=title"' in words
        )
    assert '<meta name="robots" content="noindex">' in words
    assert '<meta name="robots" content="noindex">' not in page(client, "projects/", language)


def test_later_pages_keep_what_is_chosen(db, client):
    sector = SectorFactory(slug="food")
    for _ in range(25):
        ProjectFactory(sector=sector)
    words = page(client, "projects/?sector=food&sort=title")
    assert (
        '<a class="button" rel="next" href="/en/projects/?sector=food&amp;sort=title&amp;page=2">'
        in words
    )
    words = page(client, "projects/?page=2&sector=food")
    assert '<a class="button" rel="prev" href="/en/projects/?sector=food">' in words


def test_where_nothing_is_left_the_list_says_what_to_let_go_of(contracts, client):
    words = page(client, "contracts/?country=CH&kind=framework&q=nowhere")
    assert "No entry meets all that is chosen." in words
    assert not re.findall(r"<li><a[^>]*>Without", words)  # letting go of one alone does not help
    words = page(client, "contracts/?country=CH&kind=framework")
    ways = re.findall(r'<a href="([^"]+)">Without ([^<]+)</a> \((\d+) entry\)', words)
    assert ways == [
        ("/en/contracts/?kind=framework", "Country of the partner: Switzerland", "1"),
        ("/en/contracts/?country=CH", "Kind of contract: Framework agreement", "1"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "sector=nowhere", "sector=hidden-office", "kind=PPP", "stage=%00", "open=maybe",
        "place=%27+OR+1%3D1", "sort=secret", "sector=" + "x" * 5000, "kind=%F0%9F%92%A9",
        "stage=%ED%A0%80", "&".join(f"place=p{n}" for n in range(500)),
    ],
)  # fmt: skip
def test_what_a_list_does_not_have_is_left_out_and_said(projects, client, query):
    ProjectFactory(public_authority=OrganisationFactory(slug="hidden-office"), publication="draft")
    words = page(client, f"projects/?{query}")
    assert TITLE.findall(words) == ["mill", "path", "farm"]
    assert "it was left out" in words or "they were left out" in words


@pytest.mark.parametrize(
    "query",
    ["", "q=%00", "q=", "utm=x", "sector=", "sort=", "q=%22%29+OR+%28", "q=" + "y" * 9000],
)  # fmt: skip
def test_what_asks_for_nothing_is_no_mistake(projects, client, query):
    words = page(client, f"projects/?{query}")
    assert "left out" not in words


def test_a_draft_is_neither_listed_nor_counted_nor_named(contracts, client):
    title = Event.objects.get(slug="secret").title_en
    for query in ("event=secret", "event=fair", "", "q=event"):
        words = page(client, f"contracts/?{query}")
        assert title not in words, query
        assert 'value="secret"' not in words
    assert "left out" in page(client, "contracts/?event=secret")


def test_words_find_no_entry_by_the_name_of_a_draft_it_belongs_to(contracts, client):
    contract = Contract.objects.get(slug="german")
    contract.project = ProjectFactory(title="Geheimvorhaben", publication="draft")
    contract.save()
    signatory = OfficialFactory(name="GEHEIM Person", publication="draft")
    contract.parties.update(signatory=signatory)
    signatory.save()
    for words in ("Geheimvorhaben", "geheim"):
        assert shown(client, f"contracts/?q={words}") == [], words
    signatory.publication = contract.project.publication = "published"
    signatory.save()
    contract.project.save()
    for words in ("Geheimvorhaben", "geheim", "beta"):
        assert shown(client, f"contracts/?q={words}") == ["german"], words


def test_names_are_in_the_order_of_the_visitors_language(db, client):
    names = {"Zebra": "银行", "Äpfel": "啊", "apfel": "中国", "Öl": "不", "Orange": "安"}
    for number, (latin, chinese) in enumerate(names.items()):
        ProjectFactory(slug=f"p{number}", title_de=latin, title_en=latin, title_zh_hans=chinese)

    def titles(language):
        return [
            str(Project.objects.get(slug=slug).__dict__[f"title_{language.replace('-', '_')}"])
            for slug in shown(client, "projects/?sort=title", language)
        ]

    assert titles("de")[2:] == ["Öl", "Orange", "Zebra"]
    assert set(titles("de")[:2]) == {"apfel", "Äpfel"}
    assert titles("zh-hans") == ["啊", "安", "不", "银行", "中国"]


def test_a_list_that_is_empty_offers_nothing_to_choose(db, client):
    assert Contract.objects.count() == 0
    assert 'class="filters' not in page(client, "contracts/")
