"""Files as people send them are read; what cannot be read is refused in one sentence."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from events.models import Official
from projects.models import Organisation, Project

from .factories import (
    OfficialFactory,
    ProjectFactory,
)
from .sheets import DryRun, csv_of, exported, refusal, rows_of, xlsx_of


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
