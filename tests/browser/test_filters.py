"""The row above a list: choices that open over it, with the keyboard too."""

import pytest

from .accessibility import overflow, violations


@pytest.mark.thorough
def test_a_list_is_narrowed_with_the_keyboard(site, page, console):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}/de/projects/")
    sector = page.locator(".filter summary", has_text="Branche")
    sector.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("group", name="Branche")
    assert panel.is_visible()
    assert not overflow(page)
    assert not violations(page)
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert sector.evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first choice: E-Commerce
    panel.get_by_role("button", name="Einträge zeigen").press("Enter")
    page.wait_for_url("**/de/projects/?sector=e-commerce")  # nothing else stands in the address
    assert page.locator(".project-card").count() == 1
    assert not violations(page)
    page.get_by_role("link", name="Branche: E-Commerce").press("Enter")
    page.wait_for_url("**/de/projects/")
    assert page.locator(".project-card").count() == 6
    page.locator(".filter--order summary").press("Enter")
    page.get_by_role("link", name="Nach Titel").press("Enter")
    page.wait_for_url("**/de/projects/?sort=title")
    page.locator(".filter summary", has_text="Ort").press("Enter")
    page.keyboard.press("Shift+Tab")  # the panel closes when the keyboard goes on
    assert not page.get_by_role("group", name="Ort").is_visible()
    assert not console
