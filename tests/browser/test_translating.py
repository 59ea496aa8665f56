"""A colleague completes another language: both beside each other, texts copied, lengths shown."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from guizhou_portal.backoffice.roles import Role
from projects.models import Project


def form_of(desk, site, slug="traffic-cloud"):
    project = Project.objects.get(slug=slug)
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    return project


@pytest.mark.thorough
def test_two_languages_stand_beside_each_other(site, desk):
    form_of(desk, site)
    german, english, chinese = (
        desk.locator(f"[name=summary_{one}]") for one in ("de", "en", "zh_hans")
    )
    expect(german).not_to_be_visible()
    desk.get_by_label("beside it").select_option("zh-hans")
    expect(english).to_be_visible()
    expect(chinese).to_be_visible()
    expect(german).not_to_be_visible()
    left, right = english.bounding_box(), chinese.bounding_box()
    assert abs(left["y"] - right["y"]) < 4
    assert right["x"] > left["x"] + left["width"] - 1
    desk.reload()
    expect(chinese).to_be_visible()
    desk.get_by_label("beside it").select_option("")
    expect(chinese).not_to_be_visible()


@pytest.mark.thorough
def test_texts_that_may_only_be_read_follow_the_language_too(site, page, client, editor):
    editor.is_superuser = False
    editor.is_staff = True
    editor.save()
    editor.groups.add(Group.objects.get(name=Role.EDITOR.value))
    client.force_login(editor)
    name, cookie = settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": site}])
    form_of(page, site)
    title = page.locator(".field-title_en .readonly")
    expect(title).to_be_visible()
    expect(title).to_have_attribute("lang", "en")
    expect(page.locator(".field-title_de")).not_to_be_visible()
    page.locator(".form-languages input[value=de] + span").click()
    expect(page.locator(".field-title_de")).to_be_visible()
    expect(title).not_to_be_visible()


@pytest.mark.thorough
def test_an_empty_text_is_copied_from_another_language(site, desk):
    project = form_of(desk, site)
    field = desk.locator("[name=tagline_en]")
    row = desk.locator(".field-tagline_en")
    expect(row.locator(".copy-text")).to_have_count(0)
    field.fill("")
    row.get_by_role("button", name="Copy from Deutsch").click()
    expect(field).to_have_value(project.tagline_de)
    expect(field).to_be_focused()
    expect(row.locator(".copy-text")).to_have_count(0)


@pytest.mark.thorough
def test_a_title_says_how_much_of_it_a_search_result_shows(site, desk):
    form_of(desk, site)
    field, length = desk.locator("[name=title_en]"), desk.locator("#id_title_en_length")
    field.fill("x" * 60)
    expect(length).to_have_text("60 of about 60 characters that search results show")
    assert "is-long" not in length.get_attribute("class")
    field.press_sequentially("y")
    expect(length).to_have_class("text-length help is-long")
    assert "id_title_en_length" in field.get_attribute("aria-describedby").split()
    desk.locator(".form-languages label", has_text="中文").click()
    desk.locator("[name=title_zh_hans]").fill("云" * 12)
    expect(desk.locator("#id_title_zh_hans_length")).to_contain_text("12 of about 30")
    desk.locator("[name=summary_zh_hans]").fill("云" * 79)
    expect(desk.locator("#id_summary_zh_hans_length")).to_contain_text("79 of about 78")


@pytest.mark.thorough
def test_a_look_at_another_language_is_no_unsaved_change(site, desk):
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(1), dialog.accept()))
    form_of(desk, site)
    desk.get_by_label("beside it").select_option("de")
    desk.goto(f"{site}/admin/")
    assert asked == []
