"""Editors in a browser: one language switch for the whole form, nothing from another host."""

import pytest
from playwright.sync_api import expect

from projects.models import AnswerTemplate, Enquiry, Project
from tests.factories import full_event

from .accessibility import look, wrong_with


def shown(page):
    """The names of the translated fields an editor can see."""
    return {one.get_attribute("name") for one in page.locator("form .mt").all() if one.is_visible()}


@pytest.mark.thorough
def test_one_switch_chooses_the_language_of_the_whole_form(site, desk, console):
    project = Project.objects.get(slug="traffic-cloud")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    assert "title_en" in shown(desk)  # the language of the editor's own browser
    assert not [name for name in shown(desk) if name.endswith(("_de", "_zh_hans"))]
    desk.locator(".form-languages label", has_text="中文").click()
    assert shown(desk)
    assert all(name.endswith("_zh_hans") for name in shown(desk))
    desk.locator(".add-row a").first.click()
    assert all(name.endswith("_zh_hans") for name in shown(desk))
    desk.reload()
    assert all(name.endswith("_zh_hans") for name in shown(desk))
    desk.locator(".form-languages label", has_text="All languages").click()
    assert {"title_de", "title_en", "title_zh_hans"} <= shown(desk)
    assert console == []


@pytest.mark.thorough
def test_a_new_record_begins_with_its_title(site, desk):
    desk.goto(f"{site}/admin/events/event/add/", wait_until="load")
    expect(desk.locator("[name=title_en]")).to_be_focused()


def test_a_change_is_saved_and_seen_on_the_site(site, desk):
    project = Project.objects.get(slug="traffic-cloud")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    desk.locator(".form-languages label", has_text="English").click()
    desk.fill("[name=title_en]", "Renamed in the browser")
    desk.click("[name=_continue]")
    desk.locator("a.viewsitelink", has_text="English").click()
    assert desk.locator("h1").inner_text() == "Renamed in the browser"
    project.refresh_from_db()
    assert project.title_de == "Verkehrs-Cloud"


@pytest.mark.thorough
def test_a_form_is_not_left_without_asking_while_it_has_changes(site, desk):
    project = Project.objects.get(slug="traffic-cloud")
    address = f"{site}/admin/projects/project/{project.pk}/change/"
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.goto(address)
    desk.locator("[name=title_en]").press_sequentially("!")
    desk.locator(".admin-languages button", has_text="Deutsch").click(no_wait_after=True)
    desk.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert desk.locator("[name=title_en]").input_value().startswith("!")
    desk.click("[name=_continue]")
    desk.wait_for_load_state()
    assert asked == ["beforeunload"]
    desk.locator(".admin-languages button", has_text="Deutsch").click()
    assert asked == ["beforeunload"]
    expect(desk.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.thorough
def test_an_error_in_a_language_that_is_not_shown_is_brought_to_light(site, desk):
    desk.goto(f"{site}/admin/projects/sector/add/")
    desk.locator(".form-languages label", has_text="中文").click()
    desk.click("[name=_save]")
    expect(desk.locator(".errorlist li").first).to_be_visible()
    expect(desk.locator("[name=name_en]")).to_be_visible()
    expect(desk.locator(".form-languages .has-errors")).to_have_text("English")


@pytest.mark.thorough
def test_a_person_is_found_by_typing_a_few_letters(site, desk, console):
    item = full_event().programme.first()
    desk.goto(f"{site}/admin/events/programmeitem/{item.pk}/change/")
    desk.locator(".add-row a").first.click()
    desk.locator(".last-related .select2-selection").first.click()
    desk.locator(".select2-search__field").fill("QIN")
    desk.locator(".select2-results__option", has_text="QIN Rupei").click()
    assert "QIN Rupei" in desk.locator(".last-related .select2-selection").first.inner_text()
    assert console == []


@pytest.mark.thorough
def test_the_filters_of_a_list_are_folded_on_a_phone(site, desk):
    desk.set_viewport_size({"width": 360, "height": 800})
    desk.goto(f"{site}/admin/projects/project/?state=published")
    expect(desk.locator("#changelist-filter details[open] li.selected")).to_have_text("published")
    desk.locator("#changelist-filter summary").nth(1).click()
    expect(desk.locator("#changelist-filter").get_by_text("incomplete in Chinese")).to_be_visible()


@pytest.mark.parametrize(
    "paths",
    [
        ("", "projects/project/", "events/event/add/"),
        pytest.param(
            ("projects/project/{project}/change/", "events/contract/add/", "events/official/add/"),
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_the_forms_and_lists_are_accessible(site, desk, paths):
    look(desk, 1440, "light")
    for path in paths:
        desk.goto(f"{site}/admin/{path.format(project=Project.objects.first().pk)}")
        desk.wait_for_load_state("load")
        assert wrong_with(desk) == [], path


@pytest.mark.thorough
def test_an_enquiry_is_read_and_answered_by_everybody(site, desk, console):
    enquiry = Enquiry.objects.create(
        name="Ada Example",
        email="ada@example.org",
        message="Hello",
        consented_at="2031-06-05T10:00Z",
        suspicions=["links"],
    )
    for state in ("sent", "waiting", "refused", "uncertain"):
        enquiry.mails.create(
            kind="answer", recipient="a@example.org", subject="About it", body="x", state=state
        )
    AnswerTemplate.objects.create(name="Documents", subject="Documents", body="Words")
    pages = ("", f"{enquiry.pk}/change/", f"{enquiry.pk}/answer/")
    for page in pages:
        look(desk, 1440, "light")
        desk.goto(f"{site}/admin/projects/enquiry/{page}")
        desk.wait_for_load_state("load")
        assert wrong_with(desk) == [], page
    desk.get_by_role("link", name="Documents").click()
    expect(desk.locator("[name=body]")).to_have_value("Words")
    desk.click("text=Send the answer")
    expect(desk.locator(".messagelist")).to_contain_text("on its way")
    assert console == []
