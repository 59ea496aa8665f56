"""A handler's morning: what has arrived is found, read and answered in the sender's language."""

import pytest
from django.conf import settings
from django.core import mail
from playwright.sync_api import expect

from guizhou_portal.backoffice.roles import Role
from projects.enquiries import delivery
from projects.models import AnswerTemplate, Enquiry, Mail

from .accessibility import wrong_with
from .test_enquiry import fill

pytestmark = pytest.mark.usefixtures("quick_hands")

#: How the visitor's page and the handler's desk call things, and what the template says.
WORDS = {
    "de": ("Investieren", "Anfrage senden", "Antworten", "Muster: Ihre Unterlagen", "Guten Tag,"),
    "en": ("Invest", "Send enquiry", "Answer", "Sample: your documents", "Hello,"),
    "zh-hans": ("投资", "发送咨询", "回复", "样本：您的资料", "您好！"),
}


@pytest.fixture
def handler(site, client, signed_in, browser, console):
    """Opens the back office in a language, as somebody who handles enquiries."""
    signed_in(Role.ENQUIRY_HANDLER)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def open_desk(language):
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        contexts[-1].add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site},
            ]
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(f"{site}/admin/")
        return page

    yield open_desk
    for context in contexts:
        context.close()


@pytest.fixture
def template(db):
    fields = {}
    for language, (_invest, _send, _answer, subject, body) in WORDS.items():
        code = language.replace("-", "_")
        fields |= {f"subject_{code}": subject, f"body_{code}": f"{body}\n…"}
    return AnswerTemplate.objects.create(name="Documents", **fields)


def send(page, site, language):
    interest, button, *_ = WORDS[language]
    page.goto(f"{site}/{language}/projects/traffic-cloud/enquiry/")
    fill(page, interest)
    page.get_by_role("button", name=button).click()
    expect(page.locator("main")).to_contain_text(Enquiry.objects.get().reference)


@pytest.mark.parametrize(
    "language",
    [
        "zh-hans",
        "de",
        "en",
    ],
)
@pytest.mark.thorough
def test_an_enquiry_is_found_read_and_answered_in_the_language_of_its_sender(
    site, page, handler, template, console, language
):
    send(page, site, language)
    _interest, _button, answer, subject, body = WORDS[language]
    desk = handler(language)
    # From the overview to the answer it takes five clicks, and not one letter to be typed.
    desk.locator(".findings a[href*='state=new']").click()
    desk.get_by_role("link", name="Ada Example").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Ada Example")
    expect(desk.locator(".enquiry-message")).to_contain_text("我们想了解更多")
    desk.get_by_role("link", name=answer, exact=True).click()
    desk.get_by_role("link", name="Documents").click()
    enquiry = Enquiry.objects.get()
    expect(desk.locator("[name=subject]")).to_have_value(f"{subject} ({enquiry.reference})")
    expect(desk.locator("[name=body]")).to_have_attribute("lang", language)
    desk.locator(".submit-row [type=submit]").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    kept = desk.locator(".enquiry-mail", has_text=subject)
    expect(kept.locator(".enquiry-mail__text")).to_contain_text(body)
    expect(desk.locator(".enquiry-facts .state--answered")).to_be_visible()
    delivery._worker.submit(delivery.send_pending).result(30)  # after what it does already
    (sent,) = [one for one in mail.outbox if one.subject.startswith(subject)]
    assert sent.to == ["ada@example.org"]
    assert sent.body.startswith(body)
    assert enquiry.mails.get(kind=Mail.Kind.ANSWER).state == Mail.State.SENT
    assert console == []


@pytest.mark.thorough
def test_inbox_enquiry_answer_and_statistics_are_accessible_and_fit(site, page, handler, template):
    send(page, site, "de")
    desk = handler("de")
    one = f"{site}/admin/projects/enquiry/{Enquiry.objects.get().pk}"
    for place in ("../../", "../statistics/", "change/", f"answer/?template={template.pk}"):
        desk.goto(f"{one}/{place}")
        assert wrong_with(desk) == [], place


@pytest.mark.thorough
def test_an_answer_that_is_begun_is_not_left_without_a_question(site, page, handler, template):
    send(page, site, "en")
    desk = handler("en")
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.goto(f"{site}/admin/projects/enquiry/{Enquiry.objects.get().pk}/answer/")
    desk.locator("[name=body]").fill("Dear Ada,")
    desk.get_by_role("link", name="Documents").click()
    expect(desk.locator("[name=body]")).to_have_value("Dear Ada,")
    assert asked == ["beforeunload"]
