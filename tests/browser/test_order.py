"""Editors put programme and projects in order: dragged, or moved with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from events.models import Event
from projects.models import Project

from .accessibility import ADMIN, overflow, violations

PARTS = "#programme-group .inline-related:not(.empty-form)"


def titles(desk):
    labels = desk.locator(f"{PARTS} .inline_label").all_inner_texts()
    return [one.removesuffix("Change").strip() for one in labels]


def drag(desk, handle, by):
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x + 5, y + by, steps=6)


def programme_of(desk, site):
    event = Event.objects.get()
    desk.goto(f"{site}/admin/events/event/{event.pk}/change/")
    desk.locator("#programme-group summary").click()
    return event


@pytest.mark.thorough
def test_programme_items_are_moved_with_the_keyboard_and_saved(site, desk, console):
    event = programme_of(desk, site)
    first, second, *others = titles(desk)
    expect(desk.locator("[name=programme-0-order]")).not_to_be_visible()
    button = desk.get_by_role("button", name=f"Move up: {second}")
    button.focus()
    desk.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(desk.locator("div.visually-hidden[role=status]")).to_have_text(
        f"{second}: position 1 of {2 + len(others)}"
    )
    expect(button).to_have_attribute("aria-disabled", "true")
    assert titles(desk) == [second, first, *others]
    asked = []
    desk.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.locator(".admin-languages button", has_text="Deutsch").click(no_wait_after=True)
    desk.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    desk.get_by_role("button", name="Arrange").first.click()
    expect(desk.locator("[name=programme-0-kind]")).not_to_be_visible()
    assert violations(desk, ADMIN) == []
    desk.set_viewport_size({"width": 360, "height": 800})
    assert overflow(desk) == 0
    assert desk.locator(".order-controls__handle").first.bounding_box()["width"] >= 44
    desk.click("[name=_continue]")
    assert list(event.programme.values_list("order", flat=True)) == [1, 2, 3, 4]
    desk.goto(f"{site}/en/events/{event.slug}/")
    page = desk.locator("main").inner_text()
    assert page.index(second) < page.index(first)
    assert console == []


@pytest.mark.thorough
def test_a_new_part_comes_last_wherever_others_are_dragged(site, desk, console):
    event = programme_of(desk, site)
    first, second, *others = titles(desk)
    handles = desk.locator(f"{PARTS} .order-controls__handle")
    drag(desk, handles.first, 100)
    expect(desk.locator("[name=programme-1-kind]")).not_to_be_visible()  # titles while dragging
    desk.keyboard.press("Escape")
    desk.mouse.up()
    assert titles(desk) == [first, second, *others]
    expect(desk.locator("[name=programme-1-kind]")).to_be_visible()
    drag(desk, handles.first, 75)
    desk.mouse.up()
    assert titles(desk) == [second, first, *others]
    # Three new ones: the first is taken back, the second stays empty, the third is moved up.
    add = desk.locator("#programme-group .add-row a")
    for _ in range(3):
        add.click()
    new = desk.locator(f"{PARTS}:not(.has_original)")
    drag(desk, new.nth(2).locator(".order-controls__handle"), -60)
    desk.mouse.up()
    new.nth(0).locator(".inline-deletelink").click()
    written = desk.locator("[name=programme-5-title_en], [name=programme-4-title_en]")
    written.last.fill("Closing words")
    part = desk.locator(PARTS, has=desk.locator("[name$=title_en]:focus"))
    part.locator("[name$=-kind]").select_option("greeting")
    expect(part.get_by_role("button", name="Move up: Closing words")).to_be_visible()
    desk.click("[name=_continue]")
    expect(desk.locator(".errornote")).to_have_count(0)
    assert list(event.programme.values_list("title_en", "order")) == [
        (title, n) for n, title in enumerate([second, first, *others, "Closing words"], 1)
    ]
    assert console == []


@pytest.mark.thorough
def test_projects_are_dragged_in_their_list_and_saved_with_it(site, desk, console):
    desk.goto(f"{site}/admin/projects/project/?o=1")
    expect(desk.locator(".order-controls")).to_have_count(0)
    desk.get_by_role("link", name="Show all in their order").click()
    rows = desk.locator("#result_list tbody th")
    expect(desk.locator(".order-controls__handle")).to_have_count(6)
    before = rows.all_inner_texts()
    drag(desk, desk.locator(".order-controls__handle").first, 100)
    desk.mouse.up()
    after = [before[1], before[0], *before[2:]]
    assert rows.all_inner_texts() == after
    expect(desk.locator("div.visually-hidden[role=status]")).to_have_text(
        f"{before[0]}: position 2 of 6"
    )
    assert violations(desk, ADMIN) == []
    desk.locator(".order-notice button").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert list(Project.objects.values_list("title_en", flat=True)) == after
    desk.goto(f"{site}/en/projects/")
    assert desk.locator("main h2, main h3").all_inner_texts()[:2] == after[:2]
    assert console == []


@pytest.mark.thorough
def test_a_part_that_comes_back_with_an_error_is_headed_like_any_other(site, desk, console):
    desk.goto(f"{site}/admin/events/contract/add/")
    part = desk.locator("#parties-0")
    desk.locator("#parties-group .add-row a").click()
    expect(part.locator("h3 .inline-deletelink")).to_be_visible()
    desk.click("[name=_continue]")
    expect(part).to_contain_text("A contracting party is either an organisation")
    expect(part.locator(".order-controls__handle")).to_be_visible()
    expect(part.locator("h3 .inline-deletelink")).to_be_visible()
    expect(part.locator("[name=parties-0-order]")).not_to_be_visible()
    part.locator(".inline-deletelink").click()
    expect(part).to_have_count(0)
    assert console == []
