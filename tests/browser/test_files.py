"""Editors and their pictures: dropped, looked at, their focal point chosen, many at once."""

import re
from pathlib import PurePath

import pytest
from playwright.sync_api import expect

from events.models import Event
from projects.models import Project
from tests.factories import picture_bytes

from .accessibility import wrong_with

DROP = """(zone, [name, kind, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
  for (const event of ["dragover", "drop"])
    zone.dispatchEvent(
      new DragEvent(event, { dataTransfer: carried, bubbles: true, cancelable: true })
    );
}"""


def picture(name, size=(1200, 600)):
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture_bytes(size)}


@pytest.mark.thorough
def test_a_picture_is_dropped_looked_at_and_its_focal_point_chosen(site, desk, console, tmp_path):
    project = Project.objects.get(slug="traffic-cloud")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    field = desk.locator(".field-image .file-field")
    said = field.locator(".file-field__message")
    zone = field.locator(".file-field__drop").element_handle()
    zone.evaluate(DROP, ["hall.gif", "image/gif", [71, 73, 70]])
    expect(said).to_contain_text("“hall.gif” is a file of another kind.")
    large = tmp_path / "x.jpg"
    large.write_bytes(b"x" * (15 * 2**20 + 1))
    desk.set_input_files("[name=image]", large)
    expect(said).to_contain_text("“x.jpg” is 15 MB large; at most 15.0\u00a0MB are possible.")
    assert desk.locator("[name=image]").evaluate("one => one.files.length") == 0
    expect(field.locator(".file-field__stage")).not_to_be_visible()
    zone.evaluate(DROP, ["hall.jpg", "image/jpeg", list(picture_bytes((1200, 600)))])
    expect(said).to_contain_text("Chosen: “hall.jpg”")
    expect(said).to_contain_text("1200 × 600")
    expect(field.locator("canvas")).to_have_count(3)
    stage = field.locator(".file-field__stage")
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    marker = field.locator(".file-field__marker")
    expect(marker).to_be_focused()
    expect(marker).to_have_attribute("aria-label", re.compile("25 per cent from the left, 5"))
    desk.fill("[name=image_focus_y]", "50")
    marker.focus()
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("ArrowUp")
    expect(desk.locator("[name=image_focus_x]")).to_have_value("20")
    expect(desk.locator("[name=image_focus_y]")).to_have_value("45")
    expect(field.locator(".crop--card canvas")).to_have_class("focus-x-20 focus-y-45")
    desk.fill("[name=image_focus_y]", "100")
    assert marker.evaluate("one => one.style.top") == "100%"
    desk.fill("[name=image_alt_en]", "A sample hall")
    assert wrong_with(desk) == []
    desk.click("[name=_continue]")
    expect(field.locator(".file-field__stage img")).to_have_attribute("alt", "A sample hall")
    desk.goto(f"{site}/en/projects/")
    image = desk.locator(".project-card__art img")
    assert image.evaluate("one => getComputedStyle(one).objectPosition") == "20% 100%"
    assert console == []


@pytest.mark.thorough
def test_what_was_chosen_is_still_there_when_the_form_comes_back(site, desk, console):
    project = Project.objects.get(slug="traffic-cloud")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    desk.set_input_files("[name=image]", picture("hall.jpg"))
    rows = desk.locator("#documents-group")
    for index in range(2):
        rows.locator(".add-row a").click()
        leaflet = {"name": f"{index}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
        desk.set_input_files(f"[name=documents-{index}-file]", leaflet)
    desk.click("[name=_continue]")
    field = desk.locator(".field-image .file-field")
    kept = field.locator(".file-field__kept")
    expect(kept).to_contain_text("“hall.jpg” stays chosen. It is stored when you save.")
    expect(field.locator(".file-field__stage img")).to_have_attribute("alt", "hall.jpg")
    expect(field.locator(".file-field__marker")).to_be_visible()
    expect(desk.get_by_role("button", name="Image", exact=True)).to_have_accessible_description(
        re.compile("“hall.jpg” stays chosen")
    )
    assert wrong_with(desk) == []
    desk.set_input_files("[name=image]", picture("other.jpg"))
    expect(kept).not_to_be_visible()
    desk.set_input_files("[name=image]", [])
    expect(kept).to_be_visible()
    desk.locator("#documents-0 .inline-deletelink").click()
    expect(desk.locator("#documents-0")).to_contain_text("“1.pdf” stays chosen.")
    desk.fill("[name=documents-0-title_en]", "Leaflet")
    desk.fill("[name=image_alt_en]", "A sample hall")
    desk.click("[name=_continue]")
    expect(field.locator(".file-field__stage img")).to_have_attribute("alt", "A sample hall")
    expect(kept).to_have_count(0)
    assert [PurePath(one.file.name).name[:2] for one in project.documents.all()] == ["1-"]
    assert console == []


@pytest.mark.thorough
def test_several_photos_are_uploaded_one_by_one_and_found_among_the_files(site, desk, console):
    event = Event.objects.first()
    desk.goto(f"{site}/admin/events/event/{event.pk}/change/")
    desk.get_by_role("link", name="Add several photos").click()
    desk.fill("[name=credit]", "A. Sample")
    desk.set_input_files(
        "#id_files",
        [
            picture("one.jpg"),
            {**picture("broken.jpg"), "buffer": b"no picture"},
            picture("two.jpg", (600, 900)),
            {**picture("film.mp4"), "mimeType": "video/mp4"},
        ],
    )
    expect(desk.locator(".photos-status")).to_have_text(
        "2 of 3 uploaded. Describe them below, then save."
    )
    expect(desk.locator(".photos-errors li")).to_have_count(2)
    expect(desk.locator(".photo-row h2")).to_have_text(["one.jpg", "two.jpg"])
    texts = desk.locator("[name$=image_alt_en]")
    expect(desk.locator("[name$=image_alt_de]").first).not_to_be_visible()
    for number in range(2):
        texts.nth(number).fill(f"Sample {number}")
    assert wrong_with(desk) == []
    desk.get_by_role("button", name="Save the photos").click()
    expect(desk.locator(".messagelist")).to_contain_text("2 photos were added.")
    assert [photo.image_alt_en for photo in event.photos.all()] == ["Sample 0", "Sample 1"]
    desk.goto(f"{site}/admin/files/?q=Sample")
    expect(desk.locator(".files > li")).to_have_count(2)
    assert wrong_with(desk) == []
    desk.locator(".files__uses a").first.click()
    expect(desk).to_have_url(f"{site}/admin/events/event/{event.pk}/change/")
    assert console == []
