"""The data page, the reference of the API, and the records as CSV and XLSX."""

import csv
import io
import re
import shlex
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from events.models import Milestone
from guizhou_portal import counted
from guizhou_portal.exchange.open_data.resources import resources
from guizhou_portal.pages.models import Operator
from projects.models import KeyFigure, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OrganisationFactory,
    PhotoFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
    many,
)
from .facts import LANGUAGES

SHEETS = [one.name for one in resources() if one.in_sheet]


def rows_of(response):
    """The rows of a CSV file as dictionaries."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def workbook_of(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_page_tells_what_there_is_in_three_languages(portal, client, language):
    page = client.get(f"/{language}/data/").content.decode()
    title = {"de": "Offene Daten", "en": "Open data", "zh-hans": "开放数据"}[language]
    assert f"<h1>{title}</h1>" in page
    for name in SHEETS:
        assert f'href="/{language}/data/{name}.csv"' in page
        assert f'href="/{language}/data/{name}.xlsx"' in page
    for resource in resources():
        assert f'href="/api/v1/{resource.name}/"' in page
        assert f'id="fields-{resource.name}"' in page
    assert "<code>parties.described_as</code>" in page
    stage = {"de": "Vorbereitung", "en": "Preparation", "zh-hans": "筹备"}[language]
    assert f"<code>preparation</code> {stage}" in page
    assert f'href="/{language}/data/"' in client.get(f"/{language}/").content.decode()


def test_every_address_on_the_data_page_leads_somewhere(portal, client):
    page = client.get("/en/data/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    addresses = set(re.findall(r'href="(/[^"]*)"', main))
    assert len(addresses) > 20
    for address in addresses:
        assert client.get(address).status_code == 200, address
    anchors = set(re.findall(r'href="#([^"]*)"', main))
    assert all(f'id="{anchor}"' in main for anchor in anchors)


def test_without_a_licence_the_page_says_so_and_with_one_it_names_it(portal, client):
    page = client.get("/en/data/").content.decode()
    assert "not yet stated by the operator" in page
    assert "needs the operator’s consent" in page
    Operator(data_licence="CC-BY-4.0").save()
    page = client.get("/en/data/").content.decode()
    assert (
        'href="https://creativecommons.org/licenses/by/4.0/" rel="license noopener">CC BY 4.0'
        in page
    )
    assert "needs the operator’s consent" not in page


def test_the_lists_lead_to_the_same_selection_as_data(portal, client):
    page = client.get("/en/projects/?stage=not_published&sector=tourism").content.decode()
    query = "sector=tourism&amp;stage=not_published"
    for address in ("/en/data/projects.csv", "/en/data/projects.xlsx", "/api/v1/projects/"):
        assert f'href="{address}?{query}"' in page
        assert client.get(f"{address}?{query.replace('&amp;', '&')}").status_code == 200
    for name in SHEETS:
        assert f"/en/data/{name}.csv" in client.get(f"/en/{name}/").content.decode()


def test_the_commands_of_the_reference_work(portal, client):
    page = client.get("/de/data/api/").content.decode()
    commands = re.findall(r"<code>(curl .*?)</code>", page)
    assert len(commands) == 2 * len(resources()) + 1
    for command in commands:
        _curl, address = shlex.split(command.replace("&amp;", "&").replace("&quot;", '"'))
        parts = urlsplit(address)
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200, command
    assert "<script" not in page[page.index("<main") : page.index("</main>")]
    types = set(re.findall(r'href="#(type-[^"]*)"', page))
    assert all(f'id="{one}"' in page for one in types)
    assert 'lang="en"' in page


def test_the_page_says_of_very_many_records_that_there_are_more_and_the_api_counts_all(
    db, client, monkeypatch
):
    monkeypatch.setattr(counted, "MOST", 2)
    projects = many(ProjectFactory, 3, slug=["one", "two", "three"], sector=SectorFactory())
    last = datetime(2031, 6, 5, tzinfo=UTC)
    Project.objects.filter(pk=projects[1].pk).update(updated=last)
    ProjectFactory(publication="draft")
    page = client.get("/en/data/").content.decode()
    assert "more than 2 records" in page
    assert '<time datetime="2031-06-05T02:00:00+02:00">' in page
    index = {one["name"]: one for one in client.get("/api/v1/").json()["resources"]}
    assert index["projects"]["count"] == 3
    assert index["projects"]["updated"] == "2031-06-05T00:00:00Z"
    assert client.get("/api/v1/projects/?limit=1").json()["count"] == 3
    assert "/api/v1/projects/two/" in client.get("/en/data/api/").content.decode()


def test_the_pages_ask_no_more_of_the_database_for_more_records(db, client):
    def counts():
        found = []
        for path in ("/en/data/", "/en/data/api/", *(f"/en/data/{name}.csv" for name in SHEETS)):
            client.get(path).getvalue()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).getvalue()
            found.append(len(captured))
        return found

    full_event(1)
    KeyFigure.objects.create(
        project=Project.objects.first(), label_de="x", value_de="1", source="y"
    )
    at_one = counts()
    full_event(3)
    assert counts() == at_one
    assert max(at_one[:2]) <= 4


# --- sheets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_has_the_fields_of_the_api_with_a_column_for_each_language(portal, client, name):
    api = client.get(f"/api/v1/{name}/", {"limit": 100}).json()["results"]
    response = client.get(f"/en/data/{name}.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    rows = rows_of(response)
    assert [row["slug"] for row in rows] == [one["slug"] for one in api]
    text = "position" if name == "officials" else "title"
    for row, one in zip(rows, api, strict=True):
        assert row[f"{text}_zh_hans"] == ((one[text] or {}).get("zh-hans") or "")
        assert row["page_urls_zh_hans"] == one["page_urls"]["zh-hans"]
        assert row["updated"] == one["updated"]


def test_parts_of_a_record_stand_in_numbered_columns(db, client):
    contract = ContractFactory(value="1500000.50", currency="EUR")
    ContractPartyFactory(contract=contract, organisation=OrganisationFactory(name="One"))
    ContractPartyFactory(contract=contract, side="guizhou", country="CN")
    Milestone.objects.create(contract=contract, note_en="Opened", state="met")
    ContractFactory(event=contract.event)
    project = ProjectFactory(open_to_foreign_investors=True)
    project.places.add(PlaceFactory(name="A"), PlaceFactory(name="B"))
    row, bare = rows_of(client.get("/en/data/contracts.csv"))
    assert (row["parties_1_organisation"], row["parties_2_side"]) == ("one-sample", "guizhou")
    assert (row["value"], row["milestones_1_note_en"]) == ("1500000.50", "Opened")
    assert (bare["parties_1_side"], bare["value"], bare["signed_on"]) == ("", "", "")
    (row,) = rows_of(client.get("/en/data/projects.csv"))
    assert row["places"] == "a-sample, b-sample"
    assert row["open_to_foreign_investors"] == "true"
    assert row["investment_volume"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "＝1+1", "'=1"])
def test_no_text_becomes_a_formula(db, client, text):
    ProjectFactory(tagline_de=text)
    (row,) = rows_of(client.get("/en/data/projects.csv"))
    assert row["tagline_de"].startswith("'")
    sheet = workbook_of(client.get("/en/data/projects.xlsx")).worksheets[0]
    header = [cell.value for cell in sheet[1]]
    cell = sheet[2][header.index("tagline_de")]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_workbook_has_a_second_sheet_that_explains_the_first(portal, client):
    book = workbook_of(client.get("/de/data/projects.xlsx"))
    sheet, explained = book.worksheets
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["A"].width > 10
    assert (sheet.title, explained.title) == ("Projekte", "Erläuterung")
    header = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 7
    told = [row[0].value for row in explained.iter_rows(min_row=2)]
    assert sorted(", ".join(told).split(", ")) == sorted(header)
    stage = next(row for row in explained.iter_rows() if row[0].value == "stage")
    assert "preparation: Vorbereitung" in stage[3].value


def test_a_sheet_is_narrowed_and_sorted_as_its_list_and_refuses_what_there_is_not(db, client):
    for title, stage in (("B", "operation"), ("A", "operation"), ("C", "cancelled")):
        ProjectFactory(title=title, stage=stage)
    rows = rows_of(client.get("/en/data/projects.csv?stage=operation&sort=title"))
    assert [row["slug"] for row in rows] == ["a-sample", "b-sample"]
    for path in ("projects.csv?stage=nothing", "projects.xlsx?sort=nothing", "events.csv?year=%00"):
        assert client.get(f"/en/data/{path}").status_code == 400
    for path in ("sectors.csv", "nothing.csv", "projects.pdf", "projects.csv/", "%00.csv"):
        assert client.get(f"/en/data/{path}").status_code == 404
    assert client.post("/en/data/projects.csv").status_code == 405
    assert client.head("/en/data/projects.csv").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_is_sent_again_only_when_it_has_changed(db, client, kind):
    path = f"/en/data/projects.{kind}"
    project = ProjectFactory()
    response = client.get(path)
    assert response["Access-Control-Allow-Origin"] == "*"
    same = {"if-none-match": response["ETag"]}
    assert client.get(path, headers=same).status_code == 304
    assert client.get(f"{path}?open=unknown", headers=same).status_code == 200
    project.sector.name_en = "Renamed"
    project.sector.save()
    assert client.get(path, headers=same).status_code == 200
    latest = {"if-none-match": client.get(path)["ETag"]}
    project.publication = "withdrawn"
    project.save()
    assert client.get(path, headers=latest).status_code == 200


def test_a_long_list_is_csv_and_no_workbook(db, client, monkeypatch):
    monkeypatch.setattr("guizhou_portal.exchange.data_page.sheets.MOST_IN_WORKBOOK", 2)
    event = EventFactory()
    many(ContractFactory, 3, event=event, slug=["a", "b", "c"])
    response = client.get("/en/data/contracts.xlsx?kind=not_published")
    assert response["Location"] == "/en/data/contracts.csv?kind=not_published"
    assert len(rows_of(client.get(response["Location"]))) == 3
    ContractFactory(event=event, summary_de="x" * 40000)
    monkeypatch.undo()
    assert client.get("/en/data/contracts.xlsx").status_code == 302


def test_a_picture_stands_in_a_sheet_with_its_terms(db, client):
    from events.models import Event

    photo = PhotoFactory()
    Event.objects.update(hero_image=photo.image.name, hero_image_credit="Somebody")
    (row,) = rows_of(client.get("/en/data/events.csv"))
    assert row["hero_image_url"].endswith(photo.image.url)
    assert row["hero_image_credit"] == "Somebody"
