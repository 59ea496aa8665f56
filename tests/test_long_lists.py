"""Lists longer than what is counted: numbered at first, then read on by cursors."""

import html
import re

import pytest

from events.models import Contract
from guizhou_portal import counted
from guizhou_portal.filters import listed
from guizhou_portal.search import index
from projects import views as project_views

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    LocationFactorFactory,
    ProjectFactory,
    SectorFactory,
    many,
)
from .test_filters import shown

LINK = re.compile(r'<a class="button" rel="(prev|next)" href="/en/([^"]+)"')
DAYS = ["2024-05-01", "2024-05-01", "2024-05-01", "2023-01-01", "2022-01-01", None, None, None]


@pytest.fixture
def contracts(db, monkeypatch):
    """Eight where four are counted; of some the day is the same, of some it is not known."""
    monkeypatch.setattr(counted, "MOST", 4)
    monkeypatch.setattr("events.views.ContractList.paginate_by", 2)
    slugs = [f"contract-{n}" for n in range(len(DAYS))]
    kinds = ["framework", *["purchase"] * 7]
    made = many(ContractFactory, 8, slug=slugs, signed_on=DAYS, kind=kinds, event=None)
    many(ContractFactory, 1, slug=["draft"], publication="draft", event=None)
    return [one.slug for one in made]


def links(client, path):
    page = client.get(f"/en/{path}").content.decode()
    return {rel: html.unescape(address) for rel, address in LINK.findall(page)}


@pytest.mark.parametrize("query", ["", "?kind=purchase", "?sort=oldest"])
def test_a_reader_meets_each_contract_once_to_the_end_and_on_the_way_back(client, contracts, query):
    path, met = f"contracts/{query}", []
    while path:
        met.append(shown(client, path))
        last, path = path, links(client, path).get("next")
    everything = [slug for page in met for slug in page]
    expected = contracts[1:] if "kind" in query else contracts
    assert sorted(everything) == sorted(expected)
    if "oldest" not in query:
        assert everything == expected  # the latest first, the unknown last
    back = [shown(client, last)]
    while path := links(client, last).get("prev"):
        if "page=" in path:
            break
        back.insert(0, shown(client, path))
        last = path
    assert [slug for page in back for slug in page] == everything[-sum(map(len, back)) :]
    assert len(back) > 1


def test_a_long_list_says_that_there_is_more_and_counts_no_choice(client, contracts):
    page = client.get("/en/contracts/").content.decode()
    assert "More than 4 entries" in page
    assert "filter__count" not in page
    assert "Framework agreement" in page
    assert 'value="2023"' in page
    assert "By title" not in page
    assert '"numberOfItems"' not in page
    narrowed = client.get("/en/contracts/?kind=framework").content.decode()
    assert "1 entry" in narrowed
    assert "More than" not in narrowed


def test_an_order_without_an_index_is_left_to_short_lists(client, contracts):
    assert shown(client, "contracts/?sort=title") == contracts[:2]
    assert "left out" in client.get("/en/contracts/?sort=title").content.decode()
    Contract.objects.filter(signed_on=None).delete()
    Contract.objects.filter(slug="contract-4").delete()
    assert "left out" not in client.get("/en/contracts/?sort=title").content.decode()


def test_a_page_after_the_numbered_ones_is_a_page_of_its_own(client, contracts):
    following = links(client, "contracts/?page=2")["next"]
    page = client.get(f"/en/{following}").content.decode()
    assert "After page 2" in page
    assert f'<link rel="canonical" href="http://testserver/en/{html.escape(following)}">' in page
    for path in (
        "contracts/?page=3",
        "contracts/?cursor=x",
        following.replace("?", "?sort=value&"),
    ):
        assert client.get(f"/en/{path}").status_code == 404, path


def test_a_sector_of_many_contracts_is_read_on_like_the_whole(client, contracts):
    sector = SectorFactory(slug="food")
    for contract in Contract.objects.exclude(slug="contract-0"):
        contract.sectors.add(sector)
    assert shown(client, "contracts/?sector=food") == contracts[1:3]
    following = links(client, "contracts/?sector=food&page=2")["next"]
    assert shown(client, following) == contracts[5:7]


def read_on(client, path):
    """The slugs of all pages of a list, in their order."""
    met = []
    while path:
        met += shown(client, path)
        path = links(client, path).get("next")
    return met


@pytest.fixture
def contracts_to_find(contracts, monkeypatch):
    monkeypatch.setattr(listed, "FEW_FOUND", 2)
    index.fill()
    return contracts


@pytest.mark.parametrize("query", ["?q=contract", "?q=contract&kind=purchase"])
def test_what_words_find_of_very_many_is_read_on_to_the_end(
    client, contracts_to_find, monkeypatch, query
):
    contracts = contracts_to_find
    expected = contracts[1:] if "kind" in query else contracts
    assert read_on(client, f"contracts/{query}") == expected
    page = client.get(f"/en/contracts/{query}").content.decode()
    assert "More than 4 entries" in page
    # Those found stand far down the list.
    monkeypatch.setattr(listed, "WALKED", 0)
    assert read_on(client, f"contracts/{query}") == expected


@pytest.mark.parametrize("query", ["", "?kind=purchase", "?q=contract"])
def test_the_pages_after_the_first_records_go_on_where_these_end(
    client, contracts_to_find, monkeypatch, query
):
    monkeypatch.setattr(listed, "SAMPLE", 3)  # the second page is beyond
    expected = contracts_to_find[1:] if "kind" in query else contracts_to_find
    assert read_on(client, f"contracts/{query}") == expected


def test_a_few_of_very_many_found_are_counted(client, contracts_to_find):
    page = client.get("/en/contracts/?q=contract&kind=framework").content.decode()
    assert "1 entry" in page
    assert shown(client, "contracts/?q=contract&kind=framework") == contracts_to_find[:1]


def test_a_country_of_many_partners_is_read_on_wherever_it_is_written(client, contracts):
    for n, contract in enumerate(Contract.objects.exclude(slug="draft")):
        of_its_own = {"organisation": None, "name_not_published": True, "country": "CH"}
        place = of_its_own if n % 2 else {"organisation__country": "CH"}
        ContractPartyFactory(contract=contract, side="partner", **place)
        ContractPartyFactory(contract=contract, side="partner", organisation__country="CH")
    other = ContractPartyFactory(side="guizhou", organisation__country="CH").contract
    assert other.slug not in read_on(client, "contracts/?country=CH")
    assert read_on(client, "contracts/?country=CH") == contracts
    assert read_on(client, "contracts/?country=CH&kind=purchase") == contracts[1:]
    assert "More than 4 entries" in client.get("/en/contracts/?country=CH").content.decode()
    assert "More than" not in client.get("/en/contracts/?country=CH&year=2024").content.decode()


@pytest.mark.django_db
def test_the_home_page_says_that_more_projects_are_open_than_it_counts(client, monkeypatch):
    monkeypatch.setattr(counted, "MOST", 2)
    for _ in range(3):
        ProjectFactory(open_to_foreign_investors=True)
    words = re.sub(r"<[^>]+>", "", client.get("/en/").content.decode())
    assert "more than 2 projects open to foreign investors" in words


@pytest.mark.django_db
def test_the_location_page_leads_on_to_all_entries_of_a_kind(client, monkeypatch):
    monkeypatch.setattr(project_views, "MOST_OF_A_KIND", 2)
    monkeypatch.setattr(project_views.LocationKind, "paginate_by", 2)
    made = [LocationFactorFactory(order=n).slug for n in range(3)]
    page = client.get("/en/location/").content.decode()
    assert [f'id="entry-{slug}"' in page for slug in made] == [True, True, False]
    assert 'href="/en/location/data_centre/"' in page
    assert (
        f'id="entry-{made[2]}"' in client.get("/en/location/data_centre/?page=2").content.decode()
    )
    assert client.get("/en/location/nothing/").status_code == 404
