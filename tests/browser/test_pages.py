"""Visitors with a keyboard, a phone, a dark screen, or without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import AppearanceFactory, OfficialFactory, ProjectFactory
from tests.facts import FACTS

from .accessibility import look, overflow, violations, violations_of_looks

#: Of the pages that look alike, one: the others are looked at in the other languages.
ONE_OF_EACH = list({re.sub(r"/.+", "/…", path): path for path in FACTS}.values())
CONFERENCE = "/en/events/guizhou-investment-conference-frankfurt/"


@pytest.mark.parametrize(
    ("language", "width", "theme", "other_width", "other_theme"),
    [
        ("de", 1440, "light", 360, "dark"),
        pytest.param("en", 360, "dark", 820, "light", marks=pytest.mark.thorough),
        pytest.param("zh-hans", 820, "light", 1440, "dark", marks=pytest.mark.thorough),
    ],
)
def test_every_page_is_accessible_and_fits(
    site, page, console, language, width, theme, other_width, other_theme
):
    paths = ONE_OF_EACH if language == "de" else FACTS
    for path in [*paths, "nothing/here/"]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.goto(f"{site}/{language}/{path}")
        assert violations(page) == [], path
        look(page, other_width, other_theme)
        assert violations_of_looks(page) == [], path
        for other in (360, 820, 1440):
            page.set_viewport_size({"width": other, "height": 900})
            assert overflow(page) == 0, (path, other)
    assert [line for line in console if "404" not in line] == []


@pytest.mark.thorough
def test_a_page_can_be_read_at_four_hundred_percent(site, page):
    page.set_viewport_size({"width": 320, "height": 256})
    for path in FACTS:
        page.goto(f"{site}/de/{path}")
        assert overflow(page) == 0, path


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(site, page):
    page.goto(f"{site}{CONFERENCE}")
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")
    assert link.evaluate("one => one === document.activeElement")
    assert link.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}{CONFERENCE}#content")
    for _ in range(12):
        page.keyboard.press("Tab")
        inside, outline = page.evaluate(
            """() => {
              const focused = document.activeElement;
              const framed = focused.closest(".card") || focused;
              return [
                focused.closest("main, footer") !== null,
                getComputedStyle(framed).outlineStyle,
              ];
            }"""
        )
        assert inside
        assert outline == "solid"


def test_the_menu_opens_with_the_keyboard_on_a_phone(site, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/de/")
    summary = page.locator(".menu-button summary")
    link = page.locator(".menu--narrow a", has_text="Projekte")
    assert not link.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    link.click()
    assert page.url == f"{site}/de/projects/"


def test_the_open_menu_hides_nothing_the_keyboard_comes_to(site, page):
    """WCAG 2.2, 2.4.11."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/de/projects/")
    menu, summary = page.locator(".menu-button"), page.locator(".menu-button summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.locator(".menu--narrow a").last.focus()
    page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


@pytest.mark.thorough
def test_the_header_stands_in_one_row_or_in_two_that_are_full(site, page):
    page.goto(f"{site}/de/")
    for width in (700, 750, 820, 1184, 1220, 1260):
        page.set_viewport_size({"width": width, "height": 600})
        rows = {}
        for one in page.locator(".site-header__row > *:visible").all():
            box = one.bounding_box()
            rows.setdefault(round(box["y"] + box["height"] / 2) // 24, []).append(one)
        assert all(len(row) > 1 for row in rows.values()), width


def test_the_site_works_without_javascript(site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/en/")
    page.locator(".menu-button summary").click()
    page.locator(".menu--narrow a", has_text="Contracts").click()
    page.locator("main a", has_text="Switzerland").first.click()
    assert page.url == f"{site}/en/contracts/contract-swiss-companies/"
    page.locator(".languages a", has_text="中文").first.click()
    assert page.url == f"{site}/zh-hans/contracts/contract-swiss-companies/"
    assert page.locator("h1").inner_text() == "与瑞士企业签署的合同"


@pytest.mark.parametrize(
    ("width", "least"), [(360, 24), pytest.param(1440, 24, marks=pytest.mark.thorough)]
)
def test_targets_are_large_enough_to_hit(site, page, width, least):
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels for what stands alone."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/de/")
    if width < 1000:
        page.locator(".menu-button summary").click()
    for link in page.locator(".menu a, .languages a, .button, .menu-button summary").all():
        box = link.bounding_box()
        if box and link.is_visible():
            assert min(box["width"], box["height"]) >= least, link.inner_text()


@pytest.mark.thorough
def test_long_names_and_wide_tables_stay_within_the_page(site, page):
    person = OfficialFactory(
        name="LEUTHEUSSER-SCHNARRENBERGER Sabine", family_name="LEUTHEUSSER-SCHNARRENBERGER"
    )
    cells = "".join(f"<td>Investitionsvolumen {year}</td>" for year in range(2020, 2032))
    project = ProjectFactory(description_de=f"<table><tr>{cells}</tr></table>")
    AppearanceFactory(official=person)
    for path in ("officials/", f"officials/{person.slug}/", f"projects/{project.slug}/"):
        page.goto(f"{site}/de/{path}")
        for width in (320, 360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) == 0, (path, width)
        assert violations(page) == [], path
    table = page.locator(".table-frame")
    table.focus()
    assert table.evaluate("one => one.scrollWidth > one.clientWidth")
