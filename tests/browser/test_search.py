"""The search field as a combobox: by keyboard, with an input method, and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import ProjectFactory

from .accessibility import look, overflow, violations, violations_of_looks


def test_the_keyboard_goes_through_the_suggestions_and_opens_one(site, page, console):
    page.goto(f"{site}/de/search/")
    field = page.get_by_role("combobox")
    options = page.get_by_role("option")
    field.focus()
    page.keyboard.type("cloud")
    expect(options).to_have_count(8)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".search-form [role=status]")).to_contain_text("8")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("ArrowUp")  # back in the field
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")  # round to the last
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    assert field.evaluate("one => one.selectionStart") == 0
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    assert field.input_value() == "cloud"
    page.keyboard.press("Escape")
    assert field.input_value() == ""
    page.keyboard.type("QIN")
    expect(options).to_have_count(1)
    group = page.get_by_role("group", name="Persönlichkeiten")
    expect(group.get_by_role("option", name="QIN Rupei")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/de/officials/qin-rupei/")
    assert console == []


@pytest.mark.thorough
def test_enter_searches_for_what_is_typed_and_a_pointer_chooses(site, page):
    page.goto(f"{site}/en/nothing/here/")
    field = page.get_by_role("combobox")
    field.fill("tourism")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/en/search/?q=tourism")
    expect(page.locator(".hit").first).to_contain_text("Tourism cloud")
    field.fill("food")
    page.get_by_role("option", name="Food safety cloud").click()
    expect(page).to_have_url(f"{site}/en/projects/food-safety-cloud/")


@pytest.mark.thorough
def test_nothing_is_asked_while_chinese_is_being_composed(site, page):
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "suggestions" in one.url else None)
    page.goto(f"{site}/zh-hans/search/")
    field = page.get_by_role("combobox")
    field.focus()
    session = page.context.new_cdp_session(page)
    for part in ("j", "ji", "jiao"):
        session.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": 1, "selectionEnd": 1}
        )
    page.wait_for_timeout(300)
    assert asked == []
    session.send("Input.insertText", {"text": "交通"})
    expect(page.get_by_role("option", name="交通云")).to_be_visible()
    assert len(asked) == 1


@pytest.mark.thorough
def test_a_fault_of_the_server_leaves_a_plain_field(site, page):
    page.goto(f"{site}/en/search/")
    page.route("**/suggestions/**", lambda route: route.fulfill(status=500, body="<html>"))
    with page.expect_response("**/suggestions/**"):
        page.get_by_role("combobox").fill("food")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Search")).click()
    expect(page.locator(".hit").first).to_contain_text("Food safety cloud")


def test_results_and_the_header_are_accessible_and_fit_a_phone(site, page, console):
    ProjectFactory(title=f"{'Donaudampfschifffahrt' * 5} Cloud")
    for path in (
        "de/search/?q=cloud",
        "zh-hans/search/?q=%E4%BA%91&kind=project",
        "en/search/?q=x+y",
    ):
        look(page, 1440, "light")
        page.goto(f"{site}/{path}")
        assert violations(page) == [], path
        look(page, 360, "dark")
        assert violations_of_looks(page) == [], path
        for width in (320, 360, 820, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) == 0, (path, width)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/de/")
    heights = page.locator(".brand, .search-link, .menu-button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().bottom)"
    )
    assert max(heights) < 70  # one row
    page.locator(".search-link").click()
    expect(page).to_have_url(f"{site}/de/search/")
    assert console == []
