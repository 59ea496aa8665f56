"""A company writes: from a project to the thanks, in its language, with whatever device it has."""

import re

import pytest
from django.db import OperationalError
from playwright.sync_api import expect

from projects.enquiries import views
from projects.models import Enquiry

from .accessibility import look, overflow, violations, violations_of_looks

pytestmark = pytest.mark.usefixtures("quick_hands")

WAY = {
    "de": ("Interesse bekunden", "Anfrage senden", "Ihre Anfrage ist eingegangen", "Investieren"),
    "en": ("Express your interest", "Send enquiry", "Your enquiry has arrived", "Invest"),
    "zh-hans": ("表达合作意向", "发送咨询", "您的咨询已收到", "投资"),
}


def fill(page, interest):
    page.get_by_label(interest, exact=True).check()
    page.locator("[name=message]").fill("Wir möchten mehr wissen. 我们想了解更多。")
    page.locator("[name=name]").fill("Ada Example")
    page.locator("[name=organisation]").fill("Example AG")
    page.locator("[name=country]").select_option("CH")
    page.locator("[name=email]").fill("ada@example.org")
    page.locator("[name=consent]").check()


@pytest.mark.parametrize(
    "language",
    [
        "zh-hans",
        pytest.param("de", marks=pytest.mark.thorough),
        pytest.param("en", marks=pytest.mark.thorough),
    ],
)
def test_from_a_project_to_the_thanks(site, page, console, language):
    invite, send, thanks, interest = WAY[language]
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/{language}/projects/traffic-cloud/")
    page.locator("header").get_by_role("link", name=invite).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(invite)
    button = page.get_by_role("button", name=send)
    button.press("Enter")
    # What is wrong is told first, and each line leads to its field.
    summary = page.locator(".notice--error")
    expect(summary).to_be_focused()
    summary.get_by_role("link").nth(1).press("Enter")
    expect(page.locator("[name=message]")).to_be_focused()
    fill(page, interest)
    button.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(thanks)
    enquiry = Enquiry.objects.get()
    expect(page.locator("main")).to_contain_text(enquiry.reference)
    assert (enquiry.language, enquiry.project.slug) == (language, "traffic-cloud")
    assert (enquiry.state, enquiry.interest) == ("new", "invest")
    assert "我们想了解更多" in enquiry.message
    assert page.context.cookies() == []
    assert console == []


@pytest.mark.thorough
def test_a_file_chosen_stays_and_what_is_left_is_counted(site, page):
    page.goto(f"{site}/en/enquiry/")
    count = page.locator(".field__count")
    expect(count).to_have_text("0 / 5,000")
    fill(page, "Press")
    page.locator("[name=message]").fill("x" * 1234)
    expect(count).to_have_text("1,234 / 5,000")
    page.locator("[name=email]").fill("wrong")
    page.set_input_files(
        "[name=attachment]",
        {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
    )
    page.get_by_role("button", name="Send enquiry").click()
    expect(page.locator(".enquiry__kept")).to_contain_text("offer.pdf")
    page.locator("[name=email]").fill("ada@example.org")
    page.get_by_role("button", name="Send enquiry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your enquiry has arrived")
    assert Enquiry.objects.get().attachments.get().name == "offer.pdf"


@pytest.mark.thorough
def test_it_works_without_javascript(site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/en/enquiry/?project=traffic-cloud&project=tourism-cloud")
    fill(page, "Become a partner")
    page.get_by_role("button", name="Send enquiry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your enquiry has arrived")
    assert Enquiry.objects.get().shortlist.count() == 2


def test_form_errors_and_thanks_are_accessible_and_fit(site, page, console):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/de/projects/traffic-cloud/enquiry/")
    everything_is_right_with(page)
    page.get_by_role("button", name="Anfrage senden").click()
    expect(page.locator(".notice--error")).to_be_visible()
    everything_is_right_with(page)
    fill(page, "Presse")
    page.get_by_role("button", name="Anfrage senden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Anfrage ist eingegangen")
    everything_is_right_with(page)
    assert console == []


@pytest.mark.thorough
def test_what_could_not_be_stored_is_sent_once_more(site, page, monkeypatch):
    def full(*args):
        raise OperationalError("database or disk is full")

    page.goto(f"{site}/en/projects/traffic-cloud/enquiry/")
    fill(page, "Invest")
    with monkeypatch.context() as then:
        then.setattr(views, "receive", full)
        page.get_by_role("button", name="Send enquiry").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("could not be stored")
        everything_is_right_with(page)
    page.get_by_role("button", name="Send enquiry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your enquiry has arrived")
    assert Enquiry.objects.get().project.slug == "traffic-cloud"


def everything_is_right_with(page):
    look(page, 1440, "light")
    assert violations(page) == []
    for width, theme in ((360, "dark"), (320, "light")):
        look(page, width, theme)
        assert violations_of_looks(page) == []
        assert overflow(page) == 0
    look(page, 1440, "light")


@pytest.mark.thorough
def test_what_is_typed_goes_along_into_another_language(site, page):
    page.goto(f"{site}/en/enquiry/?project=traffic-cloud")
    fill(page, "Press")
    page.locator(".languages a", has_text="Deutsch").first.click()
    expect(page).to_have_url(re.compile("/de/enquiry/.project=traffic-cloud"))
    expect(page.locator(".enquiry__subject")).to_contain_text("Verkehrs-Cloud")
    expect(page.locator("[name=message]")).to_have_value(re.compile("我们想了解更多"))
    expect(page.locator("[name=country]")).to_have_value("CH")
    expect(page.get_by_label("Presse")).to_be_checked()
    page.get_by_role("button", name="Anfrage senden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Anfrage ist eingegangen")
    # Nothing of it stays in the browser.
    assert page.evaluate("sessionStorage.length") == 0
    page.goto(f"{site}/de/enquiry/")
    expect(page.locator("[name=message]")).to_have_value("")
