"""An editor exports, changes the file, and imports it in two steps, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from projects.models import Project
from tests.sheets import csv_of, rows_of

from .accessibility import wrong_with


def choose(page, content):
    page.set_input_files(
        "input[type=file]", {"name": "projects.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Check the file").press("Enter")


@pytest.mark.thorough
def test_a_file_goes_out_is_changed_and_comes_back_in_two_steps(site, desk, console):
    desk.goto(f"{site}/admin/projects/project/?q=traffic")
    desk.get_by_role("link", name="Export").click()
    expect(desk.get_by_role("heading", name="1 record as a file")).to_be_visible()
    assert wrong_with(desk) == []
    with desk.expect_download() as download:
        desk.get_by_role("link", name="CSV with semicolons").click()
    assert download.value.suggested_filename.startswith("projects-")
    content = Path(download.value.path()).read_bytes()
    (row,) = rows_of(content)
    desk.get_by_role("link", name="Back to the list").click()
    desk.get_by_role("link", name="Import").click()
    assert wrong_with(desk) == []
    choose(desk, b"name;city\r\na;b")
    expect(desk.locator(".errorlist")).to_contain_text("“slug” must be among them")
    assert wrong_with(desk) == []
    choose(desk, csv_of([{**row, "stage": "soon", "more": "x"}]))
    expect(desk.locator(".sheet-table--problems")).to_contain_text("“soon” is not possible here")
    expect(desk.get_by_role("button", name="Import this")).to_have_count(0)
    assert wrong_with(desk) == []
    desk.get_by_role("button", name="Choose another file").click()
    choose(desk, csv_of([{**row, "title_zh_hans": "新的标题"}]))
    expect(desk.locator(".sheet-row ins")).to_have_text("新的标题")
    assert wrong_with(desk) == []
    desk.get_by_role("button", name="Import this").press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text("1 record was changed.")
    assert Project.objects.get(slug=row["slug"]).title_zh_hans == "新的标题"
    assert console == []
