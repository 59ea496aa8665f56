"""Projects as open data in OC4IDS, checked by the standard's own checker."""

import datetime
import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date

from events.models import Contract, ContractParty
from guizhou_portal.pages.models import Operator
from guizhou_portal.publishing.models import Publication
from projects.models import Project, ProjectDocument

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    picture_upload,
)
from .oc4ids import findings

ALL = "/api/v1/oc4ids.json"
REGISTERED = "oc4ids-a1b2c3"  # made up: as a registered prefix looks
OWN_SCHEMES = {"guizhou-portal-kind", "guizhou-portal-sector"}


def package_at(client, path=ALL):
    response = client.get(path)
    assert response.status_code == 200, response
    assert response["Content-Type"] == "application/json"
    return json.loads(response.getvalue())


def remarks(package, monkeypatch):
    """What the checker finds, but for the schemes of our own, which the standard invites."""
    found = findings(package, monkeypatch)
    schemes = "projects/additionalClassifications/scheme"
    own = found.get("additional_open_codelist_values", {}).pop(schemes, {"values": []})
    assert set(own["values"]) <= OWN_SCHEMES
    return {name: what for name, what in found.items() if what}


def complete_project(**values):
    """A published project with everything the standard can take of it."""
    project = ProjectFactory(
        sector=SectorFactory(slug=f"sector-{Project.objects.count()}"),
        summary_de="Kurz „gesagt“",
        summary_en="In short",
        summary_zh_hans="简而言之",
        kind="ppp",
        stage="operation",
        public_authority=OrganisationFactory(
            name="Authority", kind="government", country="CN", website="https://authority.example/"
        ),
        investment_volume=Decimal("1500000.50"),
        currency="CNY",
        starts_on=datetime.date(2030, 1, 2),
        ends_on=datetime.date(2032, 3, 4),
        image=picture_upload(),
        image_alt_de="Eine Halle",
        image_alt_en="A hall",
        image_alt_zh_hans="一座大厅",
        **values,
    )
    project.partners.add(OrganisationFactory(name="Partner"))
    project.places.add(PlaceFactory(latitude="26.64700", longitude="106.63000"), PlaceFactory())
    ProjectDocument.objects.create(
        project=project,
        title_de="Bericht",
        title_en="Report",
        title_zh_hans="报告",
        language="zh-hans",
        file=SimpleUploadedFile("report.pdf", b"%PDF-1.7"),
    )
    contract = ContractFactory(
        project=project,
        signed_on=datetime.date(2031, 5, 6),
        value=Decimal(2000),
        currency="EUR",
        kind="investment",
    )
    ContractPartyFactory(contract=contract, side="guizhou", organisation=project.public_authority)
    ContractPartyFactory(contract=contract, organisation=OrganisationFactory(name="Supplier"))
    ContractParty.objects.create(
        contract=contract,
        side="partner",
        name_not_published=True,
        country="CH",
        described_as_en="companies from Switzerland",
    )
    contract.milestones.create(note_en="Ground", state="met", date=datetime.date(2031, 7, 8))
    contract.milestones.create(note_en="Roof", date=datetime.date(2032, 1, 1))
    return project


# --- the standard ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_the_portals_own_projects_keep_the_standard(portal, client, monkeypatch, language):
    package = package_at(client, f"{ALL}?lang={language}")
    found = remarks(package, monkeypatch)
    # No prefix has been registered, and the portal does not pretend to have one.
    assert [one["check_id"] for one in found.pop("conformance_checks")] == ["invalid-project-ids"]
    assert found == {}
    assert len(package["projects"]) == 6
    assert not any("contractingProcesses" in project for project in package["projects"])
    assert {project["publicAuthority"]["id"] for project in package["projects"]} == {
        party["id"] for project in package["projects"] for party in project["parties"]
    }


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_a_project_with_everything_keeps_it_under_a_registered_prefix(
    db, client, settings, monkeypatch, language
):
    settings.OC4IDS_PREFIX = REGISTERED
    projects = [complete_project(), complete_project()]
    package = package_at(client, f"{ALL}?lang={language}")
    assert remarks(package, monkeypatch) == {}
    assert [one["id"] for one in package["projects"]] == [
        f"{REGISTERED}-project-{project.pk}" for project in projects
    ]
    assert {one["language"] for one in package["projects"]} == {
        {"zh-hans": "zh-Hans"}.get(language, language)
    }


def test_the_checker_would_have_found_something(portal, client, monkeypatch):
    package = package_at(client)
    package["projects"][0] |= {"status": "operation", "colour": "jade", "title": ""}
    package["projects"][1]["parties"][0]["roles"] = ["friend"]
    found = remarks(package, monkeypatch)
    assert {
        "validation_errors",
        "additional_fields",
        "additional_open_codelist_values",
        "additional_checks",
    } <= found.keys()


def test_each_fact_stands_where_the_standard_wants_it(db, client):
    project = complete_project()
    [told] = package_at(client, f"{ALL}?lang=en")["projects"]
    authority, partner, supplier, unnamed = told.pop("parties")
    [process] = told.pop("contractingProcesses")
    page, report, image = told.pop("documents")

    assert told["title"] == str(project.title_en)
    assert told["description"] == "In short"
    assert told["identifiers"] == [{"id": project.slug, "scheme": "guizhou-portal"}]
    assert told["status"] == "maintenance"
    assert told["period"] == {
        "startDate": "2030-01-02T00:00:00Z",
        "endDate": "2032-03-04T23:59:59Z",
    }
    assert told["budget"] == {"amount": {"amount": 1500000.5, "currency": "CNY"}}
    assert told["locations"][0]["geometry"] == {"type": "Point", "coordinates": [106.63, 26.647]}
    assert "geometry" not in told["locations"][1]

    assert authority["name"] == "Authority (sample)"
    assert authority["roles"] == ["publicAuthority"]
    assert authority["address"] == {"countryName": "China"}
    assert authority["contactPoint"] == {"url": "https://authority.example/"}
    assert told["publicAuthority"] == {"id": authority["id"], "name": authority["name"]}
    assert "roles" not in partner
    assert supplier["roles"] == unnamed["roles"] == ["supplier"]
    assert "name" not in unnamed
    assert unnamed["address"] == {"countryName": "Switzerland"}

    assert page["url"] == f"http://testserver/en/projects/{project.slug}/"
    assert (report["title"], report["format"], report["language"]) == (
        "Report",
        "application/pdf",
        "zh-Hans",
    )
    assert client.get(report["url"].removeprefix("http://testserver")).status_code == 200
    assert (image["documentType"], image["title"]) == ("illustration", "A hall")

    summary = process["summary"]
    assert summary["status"] == "active"
    assert summary["contractValue"] == {"amount": 2000, "currency": "EUR"}
    assert summary["suppliers"] == [
        {"id": supplier["id"], "name": "Supplier (sample)"},
        {"id": unnamed["id"]},
    ]
    signed, ground, roof = summary["milestones"]
    assert (signed["title"], signed["dateMet"]) == ("Signed", "2031-05-06T00:00:00Z")
    assert (ground["title"], ground["dateMet"]) == ("Ground", "2031-07-08T00:00:00Z")
    assert (roof["dueDate"], roof["status"]) == ("2032-01-01T00:00:00Z", "scheduled")


@pytest.mark.parametrize(
    ("kind", "status", "told", "role"),
    [
        ("investment", "being_implemented", "active", "supplier"),
        ("not_published", "signed", "active", "supplier"),
        ("purchase", "completed", "closed", "supplier"),
        ("memorandum", "in_force", "pre-award", "interestedParty"),
        ("memorandum", "ended", "closed", "interestedParty"),
    ],
)
def test_a_memorandum_is_no_awarded_contract(db, client, kind, status, told, role):
    contract = ContractFactory(project=ProjectFactory(), kind=kind, status=status)
    ContractPartyFactory(contract=contract)
    [project] = package_at(client)["projects"]
    summary = project["contractingProcesses"][0]["summary"]
    assert summary["status"] == told
    assert project["parties"][0]["roles"] == [role]
    assert ("suppliers" in summary) == (role == "supplier")


def test_what_is_not_known_is_left_out(db, client):
    ProjectFactory()
    [project] = package_at(client)["projects"]
    assert project.keys() == {
        "id",
        "identifiers",
        "updated",
        "title",
        "additionalClassifications",
        "documents",
        "language",
    }


# --- what is public --------------------------------------------------------------------------


def test_drafts_and_contracts_of_no_project_are_not_there(db, client):
    project = ProjectFactory(title="Shown")
    ProjectFactory(title="Secret", publication="draft")
    ProjectFactory(title="Secret", publication="withdrawn")
    ContractFactory(title="Secret", project=project, publication="draft")
    ContractFactory(title="Lonely")
    response = client.get(ALL)
    told = response.getvalue().decode()
    assert "Shown" in told
    assert "Secret" not in told
    assert "Lonely" not in told
    [draft] = Project.objects.filter(publication="draft")
    for slug in (draft.slug, "unknown"):
        response = client.get(f"/api/v1/projects/{slug}/oc4ids.json")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


def test_a_portal_without_projects_has_no_package(db, client):
    assert client.get(ALL).status_code == 404


def test_the_list_is_narrowed_as_the_projects_page_is(db, client):
    wanted, _other = ProjectFactory(kind="ppp"), ProjectFactory(kind="private")
    package = package_at(client, f"{ALL}?kind=ppp&lang=en")
    assert [one["identifiers"][0]["id"] for one in package["projects"]] == [wanted.slug]
    assert package["uri"] == f"http://testserver{ALL}?lang=en&kind=ppp"


def test_one_project_comes_as_a_package_of_its_own_also_at_its_old_address(db, client):
    project, _other = ProjectFactory(slug="old"), ProjectFactory()
    project.slug = "new"
    project.save()
    package = package_at(client, "/api/v1/projects/new/oc4ids.json")
    assert [one["identifiers"][0]["id"] for one in package["projects"]] == ["new"]
    moved = client.get("/api/v1/projects/old/oc4ids.json?lang=en")
    assert moved.status_code == 301
    assert moved["Location"] == "/api/v1/projects/new/oc4ids.json?lang=en"


def test_the_operator_publishes_once_there_is_one(db, client):
    ProjectFactory()
    assert package_at(client)["publisher"]["name"] == "Guizhou Portal"
    assert "license" not in package_at(client)
    Operator.objects.create(name="Agentur „Süd“")
    assert package_at(client)["publisher"] == {"name": "Agentur „Süd“"}
    Operator.objects.update(data_licence="CC-BY-4.0")
    assert package_at(client)["license"] == "https://creativecommons.org/licenses/by/4.0/"


# --- how it is answered ----------------------------------------------------------------------


def test_an_unchanged_package_is_not_sent_again_and_a_changed_one_is(db, client):
    project = ProjectFactory()
    first = client.get(ALL)
    asked = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    assert first["Last-Modified"] == http_date(project.updated.timestamp())
    assert client.get(ALL, **asked).status_code == 304
    since = {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
    assert client.get(ALL, **since).status_code == 304
    assert client.get(f"{ALL}?lang=en", **asked).status_code == 200

    other = ProjectFactory()
    later = project.updated + datetime.timedelta(days=1)
    Project.objects.filter(pk=other.pk).update(publication=Publication.WITHDRAWN, updated=later)
    told = client.get(ALL, **since)
    assert told.status_code == 200  # that a project went is a change, too
    assert json.loads(told.getvalue())["publishedDate"] == f"{later:%Y-%m-%dT%H:%M:%SZ}"

    contract = ContractFactory(project=project)
    Contract.objects.filter(pk=contract.pk).update(updated=later + datetime.timedelta(days=1))
    assert client.get(ALL, HTTP_IF_MODIFIED_SINCE=told["Last-Modified"]).status_code == 200


def test_the_date_of_a_package_does_not_tell_what_a_withdrawn_project_is(db, client):
    ProjectFactory(kind="ppp")
    ProjectFactory(kind="private")
    gone = ProjectFactory(kind="ppp", publication=Publication.WITHDRAWN)
    later = gone.updated + datetime.timedelta(days=1)
    Project.objects.filter(pk=gone.pk).update(updated=later)
    dates = {
        package_at(client, f"{ALL}?kind={kind}")["publishedDate"] for kind in ("ppp", "private")
    }
    assert len(dates) == 1


def test_scripts_of_other_sites_may_read_it_and_nobody_may_write(db, client):
    ProjectFactory(title="Straße")
    response = client.get(ALL)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Straße" in response.getvalue().decode()
    assert not response.cookies
    assert client.head(ALL).status_code == 200
    for method in (client.post, client.put, client.delete):
        assert method(ALL).status_code == 405


@pytest.mark.parametrize(
    ("query", "language"), [("", "de"), ("?lang=zh-Hans", "zh-Hans"), ("?lang=", "de")]
)
def test_the_language_is_chosen_in_the_address_alone(db, client, query, language):
    ProjectFactory()
    response = client.get(f"{ALL}{query}", HTTP_ACCEPT_LANGUAGE="en")
    assert json.loads(response.getvalue())["projects"][0]["language"] == language


@pytest.mark.parametrize(
    "query",
    [
        *("lang=fr", "lang=%00", "lang=" + "x" * 3000, "lang=%FF%FE", "setcor=a", "%00=%00"),
        *("stage=running", "kind=%00", "sort=-", "kind=ppp&kind=' OR 1=1"),
    ],
)
def test_a_wrong_parameter_is_named_and_does_not_give_everything(db, client, query):
    ProjectFactory(kind="ppp")
    response = client.get(f"{ALL}?{query}")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["errors"]


def test_hostile_texts_stay_texts(db, client, settings, monkeypatch):
    settings.OC4IDS_PREFIX = REGISTERED
    hostile = 'a"b\\c</script>\u2028\U0001f40d\t' + "长" * 100
    project = ProjectFactory(title_de=hostile, summary_de=hostile * 50, title=None)
    ContractFactory(project=project, title_de=hostile, title=None)
    package = package_at(client)
    assert package["projects"][0]["title"] == hostile
    assert remarks(package, monkeypatch) == {}


def test_it_asks_the_database_as_often_for_three_projects_as_for_one(db, client):
    complete_project()
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            package_at(client)
        asked.append(len(captured))
        complete_project()
        complete_project()
    assert asked[0] == asked[1] <= 10


def test_a_package_larger_than_memory_allows_is_the_same(db, client, monkeypatch):
    for _ in range(3):
        complete_project()
    whole = client.get(ALL).getvalue()
    monkeypatch.setattr("guizhou_portal.exchange.oc4ids.package.IN_MEMORY", 100)
    monkeypatch.setattr("guizhou_portal.exchange.oc4ids.package.AT_ONCE", 2)
    assert client.get(ALL).getvalue() == whole
