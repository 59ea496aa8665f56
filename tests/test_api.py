"""The open data API: what programs get, and what they are told when they ask wrongly."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from events.models import Contract, Event, Milestone, Official
from guizhou_portal.pages.models import Operator
from projects.models import Organisation, Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
    many,
)
from .programs import API, NAMES, everything, problem, records

# --- what there is -------------------------------------------------------------------------------


def test_the_index_leads_to_every_list_and_each_record_to_itself(portal, client):
    index = client.get(API).json()
    assert [one["name"] for one in index["resources"]] == sorted(NAMES)
    for resource in index["resources"]:
        listed = client.get(resource["url"], {"limit": 100}).json()
        assert listed["count"] == resource["count"] == len(listed["results"]) > 0
        first = listed["results"][0]
        assert client.get(first["api_url"]).json() == first
    assert index["licence"] is None
    Operator(data_licence="CC-BY-4.0").save()
    assert client.get(API).json()["licence"] == {
        "code": "CC-BY-4.0",
        "name": "CC BY 4.0",
        "url": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_every_address_the_api_gives_leads_somewhere(portal, client):
    addresses = set()

    def collect(value):
        if isinstance(value, dict):
            addresses.add(value.get("api_url"))
            addresses.update((value.get("page_urls") or {}).values())
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, dict | list):
                collect(one)

    for name in NAMES:
        collect(client.get(f"{API}{name}/", {"limit": 1}).json())
    for address in addresses - {None}:
        assert client.get(address).status_code == 200, address


def test_texts_come_in_all_languages_or_in_one_that_is_named(db, client):
    project = ProjectFactory(title="Wald")
    Project.objects.update(summary_de="Nur deutsch", title_zh_hans="")
    path = f"{API}projects/{project.slug}/"
    found = client.get(path).json()
    assert found["title"] == {"de": "Wald (Muster)", "en": "Wald (sample)", "zh-hans": None}
    assert found["summary"] == {"de": "Nur deutsch", "en": None, "zh-hans": None}
    assert found["tagline"] is None
    assert "languages" not in found
    for language, title, title_in in (
        ("de", "Wald (Muster)", "de"),
        ("en", "Wald (sample)", "en"),
        ("zh-hans", "Wald (sample)", "en"),
    ):
        found = client.get(path, {"lang": language}).json()
        assert found["title"] == title
        assert found["languages"]["title"] == title_in
        assert found["languages"]["summary"] == "de"
        assert "tagline" not in found["languages"]
        assert found["sector"]["languages"] == {"name": language}


def test_the_language_of_the_browser_changes_nothing(portal, client):
    answers = {
        client.get(f"{API}projects/", headers={"accept-language": language}).content
        for language in ("de", "en", "zh")
    }
    response = client.get(f"{API}projects/", headers={"accept-language": "zh"})
    assert answers == {response.content}
    assert "交通云".encode() in response.content  # not \u4ea4…
    assert "Language" not in response["Vary"]
    assert "Cookie" not in response["Vary"]
    assert not response.has_header("Content-Language")
    assert not response.cookies


def test_an_event_tells_its_programme_times_in_its_zone_and_pictures_with_their_terms(db, client):
    event = EventFactory(starts_at="2031-06-05T08:00Z", time_zone="Asia/Shanghai")
    item = ProgrammeItemFactory(event=event, starts_at="2031-06-05T09:00Z")
    AppearanceFactory(programme_item=item, office_held_de="Amt")
    PhotoFactory(event=event, credit="Somebody", licence="CC-BY-4.0")
    found = client.get(f"{API}events/{event.slug}/").json()
    assert found["starts_at"] == "2031-06-05T16:00:00+08:00"
    assert found["ends_at"] is None
    (item,) = found["programme"]
    assert item["starts_at"] == "2031-06-05T17:00:00+08:00"
    assert item["appearances"][0]["office"]["de"] == "Amt"
    picture = found["photos"][0]["image"]
    assert (picture["credit"], picture["licence"]) == ("Somebody", "CC-BY-4.0")
    assert picture["alt"]["en"] == "What the photo shows (sample)"
    assert client.get(picture["url"]).status_code == 200


def test_a_contract_tells_its_sides_and_amounts_as_they_are(db, client):
    contract = ContractFactory(value="1500000.50", currency="EUR")
    ContractPartyFactory(contract=contract, signatory=OfficialFactory())
    ContractPartyFactory(
        contract=contract, side="guizhou", organisation=None, name_not_published=True, country="CN"
    )
    Milestone.objects.create(contract=contract, note_de="Baubeginn", date="2031-06-05")
    found = records(client, "contracts")[0]
    assert (found["value"], found["currency"]) == ("1500000.50", "EUR")
    named, unnamed = found["parties"]
    assert named["country"] == "DE"
    assert named["signatory"]["name"].startswith("SAMPLE")
    assert unnamed["organisation"] is None
    assert unnamed["country"] == "CN"
    assert found["milestones"][0]["date"] == "2031-06-05"


def test_a_former_address_leads_to_the_present_one(db, client):
    project = ProjectFactory(title="Before")
    former = project.slug
    project.slug = "after"
    project.save()
    response = client.get(f"{API}projects/{former}/?lang=en")
    assert response.status_code == 301
    assert response["Location"].endswith(f"{API}projects/after/?lang=en")
    project.publication = "draft"
    project.save()
    problem(client.get(f"{API}projects/{former}/"), 404)


# --- what there is not ---------------------------------------------------------------------------

HIDDEN = [
    {"publication": "draft"},
    {"publication": "review"},
    {"publication": "withdrawn"},
    {"publication": "published", "publish_at": timezone.now() + timedelta(days=9)},
]


def secret_surroundings(state):
    """One published record of each kind, and everything around it that is not public."""
    secret = {"title": "Geheim", **state}
    own = {"name": "Geheim"}
    event, official, contract, project = (
        EventFactory(title="Offen"),
        OfficialFactory(name="OFFEN Person"),
        ContractFactory(title="Offen", event=EventFactory(**secret)),
        ProjectFactory(title="Offen"),
    )
    contract.project = ProjectFactory(**secret, sector=SectorFactory(**own))
    contract.project.places.add(PlaceFactory(**own))
    contract.project.partners.add(OrganisationFactory(**own))
    contract.save()
    person = {"name": "GEHEIM Person", **state, "organisation": OrganisationFactory(**own)}
    ContractPartyFactory(contract=contract, signatory=OfficialFactory(**person))
    project.related_projects.add(contract.project)
    hidden = ContractFactory(**secret, event=event, project=project)
    hidden.sectors.add(SectorFactory(**own))
    ContractPartyFactory(
        contract=hidden, organisation=OrganisationFactory(**own), signatory=official
    )
    item = ProgrammeItemFactory(event=event)
    AppearanceFactory(
        programme_item=item, official=OfficialFactory(**person), topic_de="Geheim",
        organisation=OrganisationFactory(**own),
    )  # fmt: skip
    elsewhere = ProgrammeItemFactory(event=contract.event, title="Geheim")
    AppearanceFactory(programme_item=elsewhere, official=official, topic_de="Geheim")
    contract.event.organisers.add(OrganisationFactory(**own))
    LocationFactorFactory(
        **secret, organisation=OrganisationFactory(**own), place=PlaceFactory(**own)
    )
    SectorFactory(**own)  # named by nothing at all


def test_nothing_that_is_not_public_is_told_in_whatever_way(db, client):
    for state in HIDDEN:
        secret_surroundings(state)
    told = everything(client)
    for name in ("contracts", "events", "location", "officials", "projects"):
        told += b"".join(client.get(f"/en/data/{name}.csv").streaming_content).decode()
        told += client.get(f"{API}{name}/?lang=zh-hans").content.decode()
    told += client.get("/en/data/").content.decode() + client.get("/en/data/api/").content.decode()
    assert told.count("Offen") > 5
    assert "geheim" not in told.casefold()
    for model in (Event, Contract, Project, Official, Organisation):
        slug = model.objects.filter(slug__contains="geheim").values_list("slug", flat=True)[0]
        for name in NAMES:
            problem(client.get(f"{API}{name}/{slug}/"), 404)
    # Nor do the values of a filter tell of it.
    for query in ("event=geheim-sample", "sector=geheim-sample", "sector=nothing"):
        found = problem(client.get(f"{API}contracts/?{query}"), 422)
        assert "geheim" not in json.dumps(found["errors"][0].get("allowed", []))


def test_a_record_appears_when_its_time_has_come_and_is_among_the_changes(db, client):
    now = timezone.now()
    due = ProjectFactory(publish_at=now - timedelta(hours=1))
    Project.objects.update(updated=now - timedelta(days=30))
    ProjectFactory(publish_at=now + timedelta(hours=1))
    since = (now - timedelta(days=1)).isoformat()
    (found,) = records(client, "projects", updated_since=since)
    assert found["slug"] == due.slug
    assert parse_datetime(found["updated"]) == due.publish_at
    assert records(client, "projects", updated_since=now.isoformat()) == []
    assert records(client, "projects", updated_since="2179-11-15T13:17:12-18:21") == []


# --- lists ---------------------------------------------------------------------------------------


def test_lists_are_filtered_and_sorted_as_their_pages(db, client):
    for number, stage in enumerate(("preparation", "operation", "cancelled")):
        ProjectFactory(title=f"P{number}", stage=stage, order=9 - number)
    slugs = lambda **query: [one["slug"] for one in records(client, "projects", **query)]  # noqa: E731
    assert slugs() == ["p2-sample", "p1-sample", "p0-sample"]
    assert slugs(sort="title") == ["p0-sample", "p1-sample", "p2-sample"]
    assert slugs(stage=["preparation", "cancelled"]) == ["p2-sample", "p0-sample"]
    assert slugs(q="P1") == ["p1-sample"]
    assert slugs(open="unknown", stage="operation") == ["p1-sample"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "value", "title"])
def test_pages_hold_every_record_once_forwards_and_backwards(db, client, sort):
    event = EventFactory()
    days = ["2031-01-01", None, "2030-01-01", "2031-01-01", None, "2029-01-01", None]
    many(
        ContractFactory,
        7,
        event=event,
        signed_on=days,
        slug=[f"c{number}" for number in range(7)],
        value=[None, 5, 5, None, 9, 1, 9],
        currency=["", "EUR", "EUR", "", "EUR", "EUR", "EUR"],
    )
    expected = [one["slug"] for one in records(client, "contracts", sort=sort)]
    page, forwards = client.get(f"{API}contracts/?sort={sort}&limit=2").json(), []
    while True:
        forwards += page["results"]
        if page["next"] is None:
            break
        response = client.get(page["next"])
        page = response.json()
        assert f'<{page["previous"]}>; rel="prev"' in response["Link"]
    assert [one["slug"] for one in forwards] == expected
    backwards = page["results"]
    while page["previous"]:
        page = client.get(page["previous"]).json()
        backwards = page["results"] + backwards
    assert [one["slug"] for one in backwards] == expected


def test_a_place_in_a_list_stays_right_while_records_come_and_go(db, client):
    stored = [ProjectFactory(title=f"P{number}", order=number * 10) for number in range(6)]
    page = client.get(f"{API}projects/?limit=2").json()
    assert client.get(f"{API}projects/?limit=2").json()["next"] == page["next"]
    ProjectFactory(title="New first", order=0)
    stored[1].delete()  # where the page ended
    stored[2].delete()
    following = client.get(page["next"]).json()
    assert [one["slug"] for one in following["results"]] == ["p3-sample", "p4-sample"]
    for project in stored[3:]:
        project.delete()
    assert client.get(following["next"]).json()["results"] == []
    before = client.get(following["previous"]).json()["results"]
    assert [one["slug"] for one in before] == ["p0-sample", "new-first-sample"]


@pytest.mark.parametrize(
    ("query", "name", "allowed"),
    [
        ("stage=nothing", "stage", "identification"),
        ("open=perhaps", "open", "unknown"),
        ("sector=nothing", "sector", "sector-x-sample"),
        ("sort=nothing", "sort", "listed"),
        ("lang=fr", "lang", "zh-hans"),
        ("limit=0", "limit", None),
        ("limit=101", "limit", None),
        ("limit=ten", "limit", None),
        ("limit=1&limit=2", "limit", None),
        ("updated_since=yesterday", "updated_since", None),
        ("updated_since=99999-01-01", "updated_since", None),
        ("updated_since=1", "updated_since", None),
        ("updated_since=2031-01-01T00:00:00", "updated_since", None),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since", None),
        ("cursor=nothing", "cursor", None),
        (f"cursor={'x' * 5000}", "cursor", None),
        ("q=%00", "q", None),
        ("q=%FF%FE", "q", None),
        (f"q={'x' * 5000}", "q", None),
        ("sector=%00", "sector", None),
        (f"sector={'x' * 5000}", "sector", None),
        ("&".join(f"sector=s{number}" for number in range(50)), "sector", None),
        ("sektor=tourism", "sektor", "sector"),
        ("page=2", "page", "cursor"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_possible(db, client, query, name, allowed):
    ProjectFactory(sector__name="Sector x")
    found = problem(client.get(f"{API}projects/?{query}"), 422)
    assert name in found["detail"]
    error = next(one for one in found["errors"] if one["parameter"] == name)
    assert error["detail"]
    assert allowed is None or allowed in error["allowed"]


def test_a_cursor_is_good_for_its_own_list_and_order_alone(db, client):
    for number in range(3):
        ProjectFactory(order=number)
        EventFactory()
    cursor = client.get(f"{API}projects/?limit=1").json()["next"].split("cursor=")[1]
    for other in (f"projects/?sort=title&cursor={cursor}", f"events/?cursor={cursor}"):
        assert problem(client.get(API + other), 422)["errors"][0]["parameter"] == "cursor"
    forged = cursor[:-3] + ("AAA" if not cursor.endswith("AAA") else "BBB")
    problem(client.get(f"{API}projects/?cursor={forged}"), 422)


@pytest.mark.parametrize("key", ["nothing", "%00", "%FF", "Ü", "a" * 3000, "..", "%2e%2e%2f", "１"])
def test_a_key_of_nothing_is_not_found(db, client, key):
    for name in NAMES:
        response = client.get(f"{API}{name}/{key}/")
        assert response.status_code in (301, 404) if key == ".." else problem(response, 404)
