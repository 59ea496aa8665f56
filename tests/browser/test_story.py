"""What the back office is for: three people bring a conference to the public, in three languages,
and a fourth answers those who write because of it.

``make guide`` runs the same stories in German and in English and keeps their pictures for the
editor's guide.
"""

import io
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from events.models import Contract, Event, Official
from guizhou_portal.backoffice.roles import Role
from projects.models import AnswerTemplate, Enquiry, Project
from tests.factories import OrganisationFactory, picture_bytes
from tests.signing_in import app_code, with_app

LANGUAGE = os.environ.get("GUIDE_LANGUAGE", "")
PICTURES = Path(settings.BASE_DIR) / "docs" / "guide"
PASSWORD = "a-long-password"
TITLES = {"de": "Musterkonferenz", "en": "Sample conference", "zh_hans": "样本会议"}
SUMMARIES = {
    "de": "Ein Beispiel für das Handbuch.",
    "en": "An example for the guide.",
    "zh_hans": "手册中的示例。",
}


def keep(page, name, whole=False):
    """Keep a picture of the page for the guide; nothing in an ordinary run."""
    if not LANGUAGE:
        return
    from PIL import Image

    page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
    PICTURES.mkdir(exist_ok=True)
    shot.convert("RGB").save(PICTURES / f"{LANGUAGE}-{name}.webp", quality=80, method=6)


@pytest.fixture
def at_work(site, browser, settings):
    """Opens a browser for somebody with one role, signed in as that role asks."""
    settings.REQUIRE_2FA = True
    contexts = []

    def open_browser(name, role):
        user = User.objects.create_user(name, password=PASSWORD, first_name=name, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        contexts.append(
            browser.new_context(
                viewport={"width": 1280, "height": 860},
                locale={"de": "de-DE"}.get(language(), "en-GB"),
            )
        )
        page = contexts[-1].new_page()
        if role is Role.PUBLISHER:
            with_app(user)
        page.goto(f"{site}/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        if role is Role.PUBLISHER:
            page.fill("[name=code]", app_code(user))
            page.keyboard.press("Enter")
        expect(page.locator("#attention")).to_be_visible()
        return page

    yield open_browser
    for context in contexts:
        context.close()


def language():
    return LANGUAGE or "en"


def write(page, **texts):
    """Write texts in German and in English; the language of the guide comes last and stays."""
    for one in sorted(("de", "en"), key=lambda code: code == language()):
        page.locator(f".form-languages input[value={one}] + span").click()
        for field, words in texts.items():
            page.fill(f"[name={field}_{one}]", words[one])


def saved(page):
    expect(page.locator(".messagelist li:is(.success, .info)").first).to_be_visible()


def choose(page, field, words):
    """Choose from a box that is searched by typing; ``field``: the name of its select."""
    page.locator(f"select[name={field}] + .select2 .select2-selection").click()
    page.locator(".select2-container--open .select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=words).first.click()


def ask_for_review(page, site, kind, *keys):
    page.goto(f"{site}/admin/events/{kind}/")
    for key in keys:
        page.check(f"[name=_selected_action][value='{key}']")
    page.select_option("[name=action]", "ask_for_review")
    page.click(".actions button[name=index]")
    saved(page)


def write_the_event(page, site):
    page.goto(f"{site}/admin/events/event/add/")
    write(page, title=TITLES, summary=SUMMARIES)
    for one in sorted(("de", "en"), key=lambda code: code == language()):
        page.locator(f".form-languages input[value={one}] + span").click()
        area = page.locator(f"#id_report_{one}_editor")
        area.click()
        area.press_sequentially(SUMMARIES[one])
    page.select_option("[name=country]", "DE")
    page.fill("[name=starts_at_0]", "2031-06-05")
    page.fill("[name=starts_at_1]", "10:00")
    group = page.locator("#programme-group")
    group.locator("summary").first.click()
    group.locator(".add-row a").click()
    page.select_option("[name=programme-0-kind]", "greeting")
    write(page, **{"programme-0-title": {"de": "Muster-Grußwort", "en": "Sample greeting"}})
    page.evaluate("scrollTo(0, 0)")
    keep(page, "2-event")
    page.click("[name=_continue]")
    saved(page)
    return Event.objects.latest("pk")


def say_who_appears(page, site, event):
    item = event.programme.get()
    page.goto(f"{site}/admin/events/event/{event.pk}/change/")
    page.click(f"a[href$='/programmeitem/{item.pk}/change/'] >> visible=true")
    page.locator("#appearances-group .add-row a").click()
    with page.expect_popup() as opened:
        page.click("#add_id_appearances-0-official")
    popup = opened.value
    popup.fill("[name=name]", "MUSTER Anna")
    popup.fill("[name=family_name]", "MUSTER")
    write(popup, position={"de": "Musteramt", "en": "Sample office"})
    with popup.expect_event("close"):
        popup.click("[name=_save]")
    page.select_option("[name=appearances-0-role]", "speaker")
    page.locator("#appearances-group").scroll_into_view_if_needed()
    keep(page, "3-people")
    page.click("[name=_save]")
    saved(page)


def add_photos(page, site, event):
    page.goto(f"{site}/admin/events/event/{event.pk}/change/")
    page.click("a[href$='/photos/']")
    colours = ["#2f6a5f", "#8fae9b"]
    page.set_input_files(
        "#id_files",
        [
            {
                "name": f"{number}.jpg",
                "mimeType": "image/jpeg",
                "buffer": picture_bytes((1200, 800), colour=colour),
            }
            for number, colour in enumerate(colours, 1)
        ],
    )
    texts = page.locator(f"[name$=image_alt_{language()}]")
    expect(texts).to_have_count(2)
    for number in range(2):
        texts.nth(number).fill(
            {"de": f"Grüne Fläche {number + 1}", "en": f"Green area {number + 1}"}[language()]
        )
    keep(page, "4-photos")
    page.click("[name=_save]")
    saved(page)


def enter_a_contract(page, site, event):
    page.goto(f"{site}/admin/events/event/{event.pk}/change/")
    page.click(f"a[href$='/contract/add/?event={event.pk}']")
    write(page, title={"de": "Mustervertrag", "en": "Sample contract"}, summary=SUMMARIES)
    for number, side in enumerate(("guizhou", "partner")):
        page.locator("#parties-group .add-row a").click()
        page.select_option(f"[name=parties-{number}-side]", side)
    choose(page, "parties-0-organisation", "SAMPLE Works")
    page.check("[name=parties-1-name_not_published]")
    page.select_option("[name=parties-1-country]", "CH")
    page.locator("#parties-group").scroll_into_view_if_needed()
    keep(page, "5-contract")
    page.click("[name=_save]")
    saved(page)


def complete_the_chinese(page, site, event, contract, official):
    keep(page, "1-overview")
    page.click("a[href*='/events/event/?needs=incomplete-zh-hans']")
    page.click(f"#result_list a[href*='/event/{event.pk}/change/']")
    page.get_by_label(beside()).select_option("zh-hans")
    page.fill("[name=title_zh_hans]", TITLES["zh_hans"])
    page.fill("[name=summary_zh_hans]", SUMMARIES["zh_hans"])
    keep(page, "7-translation")
    area = page.locator("#id_report_zh_hans_editor")
    area.click()
    area.press_sequentially(SUMMARIES["zh_hans"])
    page.locator("#programme-group summary").first.click()
    page.fill("[name=programme-0-title_zh_hans]", "样本致辞")
    page.click("[name=_save]")
    saved(page)
    page.goto(f"{site}/admin/events/contract/{contract.pk}/change/")
    page.fill("[name=title_zh_hans]", "样本合同")
    page.fill("[name=summary_zh_hans]", SUMMARIES["zh_hans"])
    page.click("[name=_save]")
    saved(page)
    page.goto(f"{site}/admin/events/official/{official.pk}/change/")
    page.fill("[name=position_zh_hans]", "样本职务")
    page.click("[name=_save]")
    saved(page)


def beside():
    with override(language()):
        return gettext("beside it")


def publish(page, site, event):
    page.goto(f"{site}/admin/events/event/{event.pk}/publish/")
    keep(page, "8-publish")
    page.click(".submit-row [type=submit]")
    saved(page)


@pytest.mark.thorough
def test_three_people_bring_a_conference_to_the_public(site, at_work, client):
    OrganisationFactory(**{f"name_{one}": "SAMPLE Works" for one in ("de", "en", "zh_hans")})
    editor = at_work("Edda", Role.EDITOR)
    event = write_the_event(editor, site)
    say_who_appears(editor, site, event)
    add_photos(editor, site, event)
    enter_a_contract(editor, site, event)
    contract, official = Contract.objects.latest("pk"), Official.objects.latest("pk")
    editor.goto(f"{site}/admin/events/event/{event.pk}/preview/?width=phone")
    expect(editor.frame_locator("iframe").locator("h1")).to_have_text(TITLES[language()])
    keep(editor, "6-preview")
    for kind, record in (("event", event), ("contract", contract), ("official", official)):
        ask_for_review(editor, site, kind, record.pk)
    assert client.get(event.get_absolute_url()).status_code == 404

    complete_the_chinese(at_work("Tao", Role.TRANSLATOR), site, event, contract, official)

    publisher = at_work("Petra", Role.PUBLISHER)
    publish(publisher, site, event)
    for record in (event, contract, official):
        assert client.get(record.get_absolute_url()).status_code == 200
    publisher.goto(f"{site}/zh-hans/events/{event.slug}/")
    expect(publisher.locator("h1")).to_have_text(TITLES["zh_hans"])
    page = publisher.locator("main").inner_text()
    for words in (SUMMARIES["zh_hans"], "样本致辞", "样本职务", "MUSTER", "2031"):
        assert words in page, words
    keep(publisher, "9-public")


#: Who wrote how many days ago, from where, in which language, about what, and how it stands.
WRITTEN = (
    (0.1, "MUSTER Bernd", "Muster AG", "CH", "de", "invest", "traffic-cloud", "new"),
    (1.2, "样本 王小明", "贵阳样本公司", "CN", "zh-hans", "partner", "tourism-cloud", "new"),
    (3, "SAMPLE Ada", "Sample Ltd", "GB", "en", "supply", "industry-cloud", "new"),
    (9, "MUSTER Clara", "Muster GmbH", "DE", "de", "press", None, "answered"),
    (40, "SAMPLE Dan", "Sample & Co", "GB", "en", "invest", "traffic-cloud", "answered"),
    (75, "MUSTER Emil", "Muster KG", "DE", "de", "invest", "tourism-cloud", "closed"),
    (130, "SAMPLE Fay", "Sample Press", "CH", "en", "press", "traffic-cloud", "closed"),
)
MESSAGE = {
    "de": "Guten Tag,\n\nkönnen Sie uns Unterlagen schicken? (Muster)",
    "en": "Hello,\n\ncould you send us the documents? (sample)",
    "zh-hans": "您好！请问是否可以提供资料？（样本）",
}


def enquiries_of_some_months():
    now = timezone.now()
    for days, name, organisation, country, written_in, interest, project, state in WRITTEN:
        at = now - timedelta(days=days)
        one = Enquiry.objects.create(
            name=name,
            organisation=organisation,
            country=country,
            language=written_in,
            interest=interest,
            state=state,
            project=Project.objects.filter(slug=project).first(),
            email="sample@portal.example",
            message=MESSAGE[written_in],
            consented_at=at,
        )
        answered = at + timedelta(hours=20) if state != "new" else None
        Enquiry.objects.filter(pk=one.pk).update(created=at, answered_at=answered)


@pytest.mark.thorough
def test_a_handler_answers_an_enquiry(site, at_work):
    enquiries_of_some_months()
    words = {"de": "Unterlagen (Muster)", "en": "Documents (sample)"}
    AnswerTemplate.objects.create(
        name=words[language()],
        subject_de="Ihre Unterlagen (Muster)",
        subject_en="Your documents (sample)",
        subject_zh_hans="您的资料（样本）",
        body_de="Guten Tag,\n\nvielen Dank für Ihr Interesse. (Muster)",
        body_en="Hello,\n\nthank you for your interest. (sample)",
        body_zh_hans="您好！\n\n感谢您的关注。（样本）",
    )
    page = at_work("Hanna", Role.ENQUIRY_HANDLER)
    page.goto(f"{site}/admin/projects/enquiry/")
    expect(page.locator("#result_list tbody tr")).to_have_count(len(WRITTEN))
    keep(page, "10-inbox")
    page.get_by_role("link", name="MUSTER Bernd").click()
    page.locator(".enquiry-tools .addlink").click()
    page.get_by_role("link", name=words[language()]).click()
    expect(page.locator("[name=body]")).to_have_value(re.compile("Guten Tag"))
    keep(page, "11-answer")
    page.click(".submit-row [type=submit]")
    saved(page)
    expect(page.locator(".enquiry-mail__text")).to_contain_text("vielen Dank")
    keep(page, "12-enquiry", whole=True)
    page.goto(f"{site}/admin/projects/enquiry/statistics/")
    keep(page, "13-statistics")


@pytest.mark.thorough
def test_the_second_of_two_editors_is_told_and_sees_both(site, at_work):
    project = Project.objects.get(slug="traffic-cloud")
    Project.objects.filter(pk=project.pk).update(publication="draft")
    first, second = at_work("Edda", Role.EDITOR), at_work("Emil", Role.EDITOR)
    for page in (first, second):
        page.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    first.fill("[name=title_en]", "Words of the first")
    first.click("[name=_continue]")
    saved(first)
    second.fill("[name=title_en]", "Words of the second")
    second.click("[name=_continue]")
    told = second.locator(".conflict")
    expect(told.locator("h2")).to_contain_text("Edda saved this record")
    expect(told.locator("td").first).to_have_text("Words of the first")
    expect(told.locator("td").last).to_have_text("Words of the second")
    project.refresh_from_db()
    assert project.title_en == "Words of the first"
    second.click("[name=_continue]")
    saved(second)
    project.refresh_from_db()
    assert project.title_en == "Words of the second"
