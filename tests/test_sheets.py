"""Records leave as sheets and come back as they were."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from reversion.models import Version

from events.models import Contract, Official
from projects.models import LocationFactor, Organisation, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
    picture_upload,
)
from .forms import admin_address
from .sheets import DryRun, csv_of, exported, rows_of, upload

KINDS = [Official, Organisation, Contract, Project, LocationFactor]
AWKWARD = [
    '=HYPERLINK("http://x";"y") "quoted"; semicolon, comma\tand tab',
    "-1+1 🎉 two\r\nlines\n\nand a gap",
    "＝1＋1；“中文” '=1",
    "'@twice",
    "007",
    "12345678901234567890",
    "_x0041_ looks like a character's number",
    "'t Kind",
    "line\x0btab of a word processor",
    f"<p>{'very long ' * 3000}</p>",
]


def awkward_records():
    """One record of each kind, and a second, with what breaks careless exports."""
    organisation = OrganisationFactory(
        name_de=AWKWARD[3],
        name_en=AWKWARD[5],
        short_name=AWKWARD[4],
        website="https://x.example/?a=1;b",
    )
    organisation.description_zh_hans = AWKWARD[2]
    organisation.description_de = AWKWARD[8]
    organisation.save()
    official = OfficialFactory(
        name=AWKWARD[7], native_name="@秦", organisation=organisation, portrait=picture_upload()
    )
    Official.objects.filter(pk=official.pk).update(
        biography_de=AWKWARD[9], biography_en="<p>a</p>\r\n<p>b</p>"
    )
    project = ProjectFactory(
        title_de=AWKWARD[6],
        investment_volume=Decimal("12345678901234.50"),
        currency="EUR",
        starts_on=date(2031, 2, 28),
        open_to_foreign_investors=False,
        summary_de=AWKWARD[1],
        publish_at=datetime(2031, 10, 26, 0, 30, 15, 123456, tzinfo=UTC),
    )
    other = ProjectFactory(sector=project.sector)
    project.related_projects.add(other)
    project.partners.add(organisation, OrganisationFactory())
    project.places.add(PlaceFactory())
    project.key_figures.create(label_de="=1", value_zh_hans="+5 %", source="-")
    contract = ContractFactory(project=project, summary_en=AWKWARD[0])
    contract.sectors.add(SectorFactory(), project.sector)
    for order in (3, 1, 2):
        ContractPartyFactory(contract=contract, order=order, signatory=official, country="CN")
    ContractPartyFactory(
        contract=contract,
        organisation=None,
        name_not_published=True,
        country="DE",
        described_as_zh_hans="＠买方",
    )
    contract.milestones.create(note_de="=2", date=None)
    LocationFactorFactory(description_de=AWKWARD[9], image_credit=AWKWARD[4])


def cells(content):
    """The texts of a workbook's sheet."""
    return [[c.value for c in row] for row in load_workbook(io.BytesIO(content)).worksheets[0]]


@pytest.mark.parametrize(
    "kind", ["csv", "xlsx", pytest.param("csv-comma", marks=pytest.mark.thorough)]
)
def test_what_is_exported_comes_back_without_a_change(backoffice, kind):
    awkward_records()
    ending = kind.split("-")[0]
    for model in KINDS:
        content = exported(backoffice, model, kind)
        dry_run = DryRun(backoffice, model, content, f"sheet.{ending}")
        assert dry_run.problems == []
        assert dry_run.changes == []
        assert dry_run.numbers == (0, 0, model.objects.count())
        assert "Nothing changes" in dry_run.page
        again = exported(backoffice, model, kind)
        assert again == content if ending == "csv" else cells(again) == cells(content)
    assert not Version.objects.exists()


def test_an_empty_portal_is_filled_from_the_files_of_another(backoffice):
    awkward_records()
    files = {model: exported(backoffice, model) for model in KINDS}
    for model in (Contract, LocationFactor, Official, Project, Organisation):
        model.objects.all().delete()
    for model in (Organisation, Official, Project, LocationFactor, Contract):
        content = files[model]
        if model is Project:  # of two that are related, one comes first
            rows = rows_of(content)
            content = csv_of([{**row, "related_projects": ""} for row in rows])
            DryRun(backoffice, model, content).apply()
            content = files[model]
        dry_run = DryRun(backoffice, model, content)
        assert dry_run.problems == []
        dry_run.apply()
    for model in KINDS:
        before, after = rows_of(files[model]), rows_of(exported(backoffice, model))
        for row in (*before, *after):
            for name in ("portrait", "logo", "image"):  # files do not travel
                row.pop(name, None)
        by_slug = [sorted(rows, key=lambda row: row["slug"]) for rows in (before, after)]
        assert by_slug[0] == by_slug[1], model


def test_a_german_excel_opens_the_export_and_no_cell_is_a_formula(backoffice):
    official = OfficialFactory(
        name="=1+1", family_name="＋1", native_name="0123", position_de="-a\nb"
    )
    content = exported(backoffice, Official)
    assert content.startswith(b"\xef\xbb\xbfslug;name;family_name;")
    text = content.decode("utf-8-sig")
    assert ";'=1+1;'＋1;0123;\"'-a\nb\";" in text
    book = load_workbook(io.BytesIO(exported(backoffice, Official, "xlsx")))
    header, row = book.worksheets[0].iter_rows()
    assert [cell.value for cell in row[:4]] == [official.slug, "=1+1", "＋1", "0123"]
    assert {cell.data_type for cell in row if cell.value} == {"s"}
    assert {cell.number_format for cell in row} == {"@"}
    assert row[1].quotePrefix
    assert header[0].font.bold
    assert book.worksheets[0].freeze_panes == "B2"


def test_the_list_as_it_is_filtered_or_selected_is_exported(backoffice):
    ours, theirs = OfficialFactory(name="LIU Ours"), OfficialFactory(name="MA Theirs")
    query = "q=LIU"
    page = backoffice.get(f"{admin_address(Official, 'changelist')}?{query}").content.decode()
    assert f'{admin_address(Official, "export")}?{query}"' in page
    page = backoffice.get(f"{admin_address(Official, 'export')}?{query}").content.decode()
    assert "1 record as a file" in page
    assert f"?{query}&amp;format=xlsx" in page
    assert [row["slug"] for row in rows_of(exported(backoffice, Official, query=query))] == [
        ours.slug
    ]
    response = backoffice.post(
        admin_address(Official, "changelist"),
        {"action": "export_csv", "_selected_action": [theirs.pk]},
    )
    rows = rows_of(b"".join(response.streaming_content))
    assert [row["slug"] for row in rows] == [theirs.slug]
    assert "attachment" in response["Content-Disposition"]
    assert not Version.objects.exists()


def test_an_export_asks_as_often_for_many_records_as_for_one(backoffice):
    counts = []
    full_event(1)
    for _ in range(2):
        for model in KINDS:
            exported(backoffice, model)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                exported(backoffice, model)
            counts.append(len(captured))
        full_event(5)
    assert counts[: len(KINDS)] == counts[len(KINDS) :]
    assert max(counts) <= 16, counts


def test_a_text_too_long_for_a_workbook_is_offered_as_csv_instead_of_cut(backoffice):
    OrganisationFactory(description_de="x" * 32768)
    address = f"{admin_address(Organisation, 'export')}?format=xlsx"
    assert "Choose CSV instead." in backoffice.get(address, follow=True).content.decode()
    assert len(rows_of(exported(backoffice, Organisation))[0]["description_de"]) == 32768


def test_the_template_names_every_column_and_the_page_explains_each(backoffice):
    for model in KINDS:
        address = admin_address(model, "import")
        page = backoffice.get(address).content.decode()
        names = cells(b"".join(backoffice.get(f"{address}?template=xlsx").streaming_content))[0]
        numbered = ("party_2", "milestone_2", "key_figure_2")
        for name in names:
            assert f"<code>{name}</code>" in page or name.startswith(numbered)
    assert upload(backoffice, Official, b"").status_code == 200
