"""Records leave as sheets and come back as they were; what is wrong in a file changes nothing."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from reversion.models import Version

from events.models import Contract, ContractParty, Official
from guizhou_portal.backoffice.sheets.resources import RecordSheet
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
from .sheets import DryRun, csv_of, exported, refusal, rows_of, upload, xlsx_of

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


@pytest.mark.parametrize("kind", ["csv", "csv-comma", "xlsx"])
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


def test_the_difference_is_shown_field_by_field_and_language_by_language(backoffice):
    project = ProjectFactory(title_de="Altes Wort", title_zh_hans="旧的词", stage="preparation")
    (row,) = rows_of(exported(backoffice, Project))
    row.update(title_de="Neues Wort", title_zh_hans="新的词", stage="implementation", kind="")
    dry_run = DryRun(backoffice, Project, csv_of([row]))
    assert dry_run.numbers == (0, 1, 0)
    assert dry_run.changes == [
        ("title [de]", "<del>Altes</del> Wort", "<ins>Neues</ins> Wort"),
        ("title [zh-hans]", "<del>旧</del>的词", "<ins>新</ins>的词"),
        ("project stage", "<del>preparation</del>", "<ins>implementation</ins>"),
    ]
    project.refresh_from_db()
    assert project.title_de == "Altes Wort"
    assert "1 record was changed" in dry_run.apply()
    project.refresh_from_db()
    assert (project.title_de, project.title_zh_hans) == ("Neues Wort", "新的词")
    assert project.stage == "implementation"
    assert DryRun(backoffice, Project, csv_of([row])).numbers == (0, 0, 1)


def test_new_records_come_with_and_without_an_address_and_old_ones_are_left_alone(backoffice):
    OrganisationFactory(slug="old", city_de="Bonn")
    rows = [
        {"slug": "", "name_en": "Sample Works", "kind": "company", "extra": "x"},
        {"slug": "given", "name_en": "", "kind": "Fund", "extra": ""},
        {"slug": "old", "name_en": "Renamed", "kind": "company", "extra": ""},
    ]
    rows[1]["name_en"] = "Sample Fund"
    dry_run = DryRun(backoffice, Organisation, csv_of(rows, delimiter=","))
    assert "<code>extra</code>" in dry_run.page
    assert dry_run.numbers == (2, 1, 0)
    dry_run.apply()
    assert Organisation.objects.get(slug="sample-works").kind == "company"
    assert Organisation.objects.get(slug="given").kind == "fund"
    old = Organisation.objects.get(slug="old")
    assert (old.name_en, old.city_de, old.name_de) == ("Renamed", "Bonn", old.name_de)


def test_parts_are_added_changed_and_removed_with_their_record(backoffice):
    contract = ContractFactory()
    for order, name in enumerate(("Seller", "Buyer")):
        ContractPartyFactory(contract=contract, described_as_en=name, order=order)
    buyer = OrganisationFactory(slug="a-buyer")
    (row,) = rows_of(exported(backoffice, Contract))
    row.update({name: "" for name in row if name.startswith("party_1_")})
    row.update(party_2_described_as_en="The buyer", party_2_organisation="a-buyer")
    row.update(party_3_side="guizhou", party_3_name_not_published="ja", party_3_country="cn")
    row.update(milestone_1_note_de="Baubeginn", milestone_1_date="31.12.2031")
    dry_run = DryRun(backoffice, Contract, csv_of([row]))
    told = {field: (before, after) for field, before, after in dry_run.changes}
    assert told["Contracting party 1: described as [en]"] == ("<del>Seller</del>", "–")
    assert told["Contracting party 3: country"] == ("–", "<ins>China</ins>")
    assert dry_run.problems == []
    dry_run.apply()
    parties = [(p.described_as_en, p.side, p.country.code) for p in contract.parties.all()]
    assert parties == [("The buyer", "partner", ""), (None, "guizhou", "CN")]
    assert contract.parties.first().organisation == buyer
    assert contract.milestones.get().date == date(2031, 12, 31)
    assert dry_run.numbers == (0, 1, 0)
    again = rows_of(exported(backoffice, Contract))
    assert DryRun(backoffice, Contract, csv_of(again)).numbers == (0, 0, 1)


def test_a_single_wrong_row_keeps_everything_out(backoffice):
    sector = SectorFactory()
    rows = [
        {"slug": "good", "title_de": "Gut", "sector": sector.slug},
        {"slug": "no-title", "title_de": "​", "sector": sector.slug},
        {"slug": "no-sector", "title_de": "x", "sector": "nowhere"},
        {"slug": "good", "title_de": "y", "sector": sector.slug},
        {"slug": "amount", "title_de": "z", "sector": "", "investment_volume": "1.234"},
        {
            "slug": "Not A Slug",
            "title_de": "z" * 161,
            "sector": sector.slug,
            "investment_volume": "12,5",
            "stage": "soon",
            "publish_at": "2031-01-01",
            "open_to_foreign_investors": "maybe",
            "order": "1,5",
        },
    ]
    dry_run = DryRun(backoffice, Project, csv_of(rows, headers=list(rows[-1])))
    said = {(line, column): words for line, column, words in dry_run.problems}
    assert said.keys() >= {
        (3, "title_de"),
        (4, "sector"),
        (5, "slug"),
        (6, "sector"),
        (6, "investment_volume"),
        (7, "slug"),
        (7, "title_de"),
        (7, "stage"),
        (7, "open_to_foreign_investors"),
        (7, "order"),
        (7, "–"),
    }
    assert said[3, "title_de"] == "Enter this in at least one language."
    assert said[4, "sector"] == "There is no record “nowhere” among the sectors."
    assert said[5, "slug"] == "Row 2 has this address already."
    assert "two ways" in said[6, "investment_volume"]
    assert not dry_run.may_apply
    dry_run.apply()
    assert not Project.objects.exists()


def test_the_rules_of_the_database_are_said_in_words(backoffice):
    project = ProjectFactory()
    (row,) = rows_of(exported(backoffice, Project))
    row.update(investment_volume="1.234.567,50", publication="draft", publish_at="31.12.2031 18:00")
    problems = DryRun(backoffice, Project, csv_of([row])).problems
    assert [sentence.split(":")[0] for *_where, sentence in problems] == [
        "Only a published record has a publication time",
        "An amount and its currency come together",
    ]
    row.update(currency="eur", publication="published")
    DryRun(backoffice, Project, csv_of([row])).apply()
    project.refresh_from_db()
    assert project.investment_volume == Decimal("1234567.50")
    assert project.publish_at == datetime(2031, 12, 31, 17, tzinfo=UTC)


def test_a_workbook_with_real_dates_numbers_and_formulas_is_read(backoffice):
    project = ProjectFactory(publication="published")
    head = [
        "Slug",
        " STARTS_ON ",
        "investment_volume",
        "currency",
        "open_to_foreign_investors",
        "order",
    ]
    values = [project.slug, date(2031, 5, 1), 1234.5, "CHF", True, 7.0]
    content = xlsx_of([head, [], [*values]])
    DryRun(backoffice, Project, content, "From Excel.XLSX").apply()
    project.refresh_from_db()
    assert project.starts_on == date(2031, 5, 1)
    assert (project.investment_volume, project.currency) == (Decimal("1234.50"), "CHF")
    assert (project.open_to_foreign_investors, project.order) == (True, 7)
    content = xlsx_of([head, [project.slug, "=TODAY()"]])
    assert DryRun(backoffice, Project, content, "x.xlsx").problems == [
        (2, "starts_on", "The cell holds a formula. Replace it by its value.")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_the_encodings_people_send_are_read(backoffice, encoding):
    official = OfficialFactory(position_de="Bürgermeister", position_zh_hans="市长")
    (row,) = rows_of(exported(backoffice, Official))
    row["position_de"] = "Größe – “schön”"
    if encoding == "cp1252":
        row["position_zh_hans"] = "??"  # what Excel makes of it
    dry_run = DryRun(backoffice, Official, csv_of([row], delimiter="\t", encoding=encoding))
    assert ("Windows-1252" in dry_run.page) == (encoding == "cp1252")
    dry_run.apply()
    official.refresh_from_db()
    assert official.position_de == "Größe – “schön”"
    assert official.position_zh_hans == "市长"


def zip_of(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


GOOD = xlsx_of([["slug", "name_de"], ["a", "b"]])
BROKEN = {
    "empty": ("a.csv", b"", "empty"),
    "blank": ("a.csv", b"\xef\xbb\xbf\r\n\r\n", "no row below"),
    "header only": ("a.csv", b"slug;name_de\r\n", "no row below"),
    "no slug": ("a.csv", b"name;city\r\na;b", "“slug” must be among them. It says: name, city."),
    "a column twice": ("a.csv", b"slug;name_de;Name_DE\r\na;b;c", "twice: name_de."),
    "an open quote": ("a.csv", b'slug;name_de\r\na;"b', "no proper CSV"),
    "binary": ("a.csv", bytes(range(256)) * 20, "no text in a known encoding"),
    "Chinese of old": ("a.csv", "slug;name_de\na;中国移动".encode("gb18030"), "CSV UTF-8"),
    "half of UTF-16": ("a.csv", "slug;x".encode("utf-16")[:-1], "no text in a known encoding"),
    "another ending": ("a.ods", GOOD, "Choose a CSV or XLSX file."),
    "CSV called XLSX": ("a.xlsx", b"slug;name_de\r\na;b", "damaged"),
    "XLSX called CSV": ("a.csv", GOOD, "no text in a known encoding"),
    "truncated": ("a.xlsx", GOOD[: len(GOOD) // 2], "damaged"),
    "another archive": ("a.xlsx", zip_of("readme.txt", "x"), "damaged"),
    "half a workbook": ("a.xlsx", zip_of("xl/workbook.xml", "<x/>"), "damaged"),
    "a password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "a bomb": ("a.xlsx", zip_of("xl/workbook.xml", bytes(61 * 1024 * 1024)), "unpacks to more"),
    "entities": ("a.xlsx", zip_of("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]>'), "damaged"),
    "too long": ("a.csv", b"slug;name_de\r\n" + b"a;b\r\n" * 5001, "more than 5000 rows"),
    "too large": ("a.csv", b"slug;name_de\r\n" + b"a" * 5 * 1024 * 1024, "at most 5.0"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(backoffice, case):
    name, content, words = BROKEN[case]
    assert words in refusal(backoffice, Organisation, content, name).replace("\xa0", " ")


def test_rows_of_another_length_than_the_header_are_named(backoffice):
    content = b"slug;name_de;kind\r\na;b;fund\r\nc;d\r\ne;f;fund;g\r\n"
    dry_run = DryRun(backoffice, Organisation, content)
    assert dry_run.problems == [
        (3, "–", "The row has 2 cells, but there are 3 columns."),
        (4, "–", "The row has cells beyond the named columns."),
    ]


def test_a_record_that_changed_meanwhile_is_shown_again_and_not_overwritten(backoffice):
    official = OfficialFactory(position_de="Alt")
    content = csv_of([{"slug": official.slug, "position_de": "Aus der Datei"}])
    dry_run = DryRun(backoffice, Official, content)
    Official.objects.update(position_de="Von der Kollegin")
    page = dry_run.apply()
    assert "Nothing was imported: records were changed" in page
    assert "Kollegin" in page
    official.refresh_from_db()
    assert official.position_de == "Von der Kollegin"
    dry_run.read(page)
    assert "1 record was changed" in dry_run.apply()
    assert "imported already" in dry_run.apply()


def test_what_was_shown_cannot_be_made_up(backoffice):
    dry_run = DryRun(backoffice, Organisation, b"slug;name_de;kind\na;b;fund\n")
    fingerprint, _colon, _signature = dry_run.shown.partition(":")
    for shown in ("", fingerprint, f"{fingerprint}:x"):
        dry_run.shown = shown
        assert "Nothing was imported" in dry_run.apply()
    assert not Organisation.objects.exists()


def test_an_import_is_in_the_history_of_each_record_and_of_no_other(backoffice, editor):
    changed, same = OfficialFactory(position_de="Alt"), OfficialFactory(position_de="Gleich")
    contents = csv_of(
        [
            {"slug": changed.slug, "name": changed.name, "position_de": "Neu"},
            {"slug": same.slug, "name": same.name, "position_de": "Gleich"},
            {"slug": "new", "name": "NEW Person", "position_de": ""},
        ]
    )
    DryRun(backoffice, Official, contents, "officials.csv").apply()
    found, imported = Version.objects.get_for_object(changed).order_by("pk")
    assert (found.field_dict["position_de"], found.revision.user) == ("Alt", None)
    assert (imported.field_dict["position_de"], imported.revision.user) == ("Neu", editor)
    assert "officials.csv" in imported.revision.comment
    assert not Version.objects.get_for_object(same).exists()
    assert Version.objects.get_for_object(Official.objects.get(slug="new")).count() == 1
    entries = {entry.object_repr: entry.get_change_message() for entry in LogEntry.objects.all()}
    assert entries == {changed.name: "Changed position [de].", "NEW Person": "Added."}


def test_a_former_address_is_not_taken_from_the_record_it_leads_to(backoffice):
    official = OfficialFactory(slug="old")
    official.slug = "new"
    official.save()
    dry_run = DryRun(backoffice, Official, csv_of([{"slug": "old", "name": "X"}]))
    assert "whose address is new now" in dry_run.problems[0][2]


def test_rich_text_is_shown_as_it_will_be_stored(backoffice):
    official = OfficialFactory()
    content = csv_of([{"slug": official.slug, "biography_de": "<script>x</script>Hello"}])
    dry_run = DryRun(backoffice, Official, content)
    assert "script" not in dry_run.changes[0][2]
    dry_run.apply()
    assert DryRun(backoffice, Official, content).numbers == (0, 0, 1)


def test_an_import_of_very_many_changes_is_asked_for_in_parts(backoffice, monkeypatch):
    monkeypatch.setattr("guizhou_portal.backoffice.sheets.resources.MAX_CHANGES", 1)
    rows = [{"slug": slug, "name_de": slug, "kind": "fund"} for slug in "abc"]
    dry_run = DryRun(backoffice, Organisation, csv_of(rows))
    assert "Import it in parts." in dry_run.page
    dry_run.apply()
    assert not Organisation.objects.exists()
    dry_run = DryRun(backoffice, Organisation, csv_of(rows[:1]))
    assert "1 record was added" in dry_run.apply()


def test_a_text_too_long_for_a_workbook_is_offered_as_csv_instead_of_cut(backoffice):
    OrganisationFactory(description_de="x" * 32768)
    address = f"{admin_address(Organisation, 'export')}?format=xlsx"
    assert "Choose CSV instead." in backoffice.get(address, follow=True).content.decode()
    assert len(rows_of(exported(backoffice, Organisation))[0]["description_de"]) == 32768


def test_an_error_nobody_thought_of_is_no_traceback_and_changes_nothing(backoffice, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(RecordSheet, "save_m2m", fail)
    dry_run = DryRun(backoffice, Organisation, b"slug;name_de;kind\na;b;fund\n")
    assert dry_run.problems[0][0] == 2
    assert not Organisation.objects.exists()
    assert not ContractParty.objects.exists()


def test_the_template_names_every_column_and_the_page_explains_each(backoffice):
    for model in KINDS:
        address = admin_address(model, "import")
        page = backoffice.get(address).content.decode()
        names = cells(b"".join(backoffice.get(f"{address}?template=xlsx").streaming_content))[0]
        numbered = ("party_2", "milestone_2", "key_figure_2")
        for name in names:
            assert f"<code>{name}</code>" in page or name.startswith(numbered)
    assert upload(backoffice, Official, b"").status_code == 200
