"""How visitors may have it: light or dark, on paper, in large type, photos large."""

import re
import unicodedata
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.factories import EventFactory, PhotoFactory, picture_upload
from tests.facts import CONFERENCE, FACTS

from .accessibility import overflow, violations


def expect_theme(page, dark):
    """The page is dark or light, and the switch says so."""
    switch = page.locator(".theme-switch")
    expect(switch).to_have_attribute("aria-pressed", "true" if dark else "false")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", background)[0]) < 128) == dark


def test_the_theme_follows_the_system_until_the_visitor_chooses(site, page, context):
    page.emulate_media(color_scheme="light")
    page.goto(f"{site}/de/")
    expect_theme(page, dark=False)
    page.emulate_media(color_scheme="dark")
    expect_theme(page, dark=True)
    page.emulate_media(color_scheme="light")
    page.locator(".theme-switch").focus()
    page.keyboard.press("Enter")
    expect_theme(page, dark=True)
    page.goto(f"{site}/zh-hans/projects/")
    expect_theme(page, dark=True)
    page.locator(".theme-switch").click()
    page.reload()
    expect_theme(page, dark=False)
    assert page.evaluate("window.localStorage.length") == 0
    assert context.cookies() == []


@pytest.mark.thorough
def test_without_javascript_there_is_no_switch_that_does_nothing(site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/de/")
    assert not page.locator(".theme-switch").is_visible()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            f"de/{CONFERENCE}",
            ["Hotel InterContinental", "QIN Rupei", "Grußworte", "Abgerufen am:", CONFERENCE],
        ),
        pytest.param(
            "en/projects/traffic-cloud/",
            ["not published", "Retrieved on:", "/projects/traffic-cl"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "zh-hans/contracts/contract-swiss-companies/",
            ["瑞士企业", "未公布", "检索日期"],
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_record_prints_as_a_fact_sheet_with_address_date_and_code(site, page, path, words):
    page.emulate_media(media="print")
    page.goto(f"{site}/{path}")
    assert not page.locator(".menu--wide").is_visible()
    assert page.locator(".fact-sheet-foot .qr-code").is_visible()
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    # Ligatures and variants of characters as the plain ones they stand for.
    text = unicodedata.normalize("NFKC", "".join(one.extract_text() for one in sheets))
    squeezed = "".join(text.split())
    for word in words:
        assert "".join(word.split()) in squeezed, word
    assert len(sheets) == 1 or "events" in path  # a programme with its report takes more
    assert [float(one) for one in sheets[0].mediabox[2:]] == pytest.approx([595, 842], abs=2)


@pytest.mark.thorough
def test_the_theme_of_the_screen_does_not_reach_the_paper(site, page):
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"{site}/{'de/' + CONFERENCE}")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


SPACED = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; }
  * { word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }
"""
#: As a reader's own style sheet would: the page's policy does not hold for it.
APPLY = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}"""


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["de", "zh-hans"])
def test_wider_spacing_and_twice_the_size_lose_no_text(site, page, language):
    """WCAG 2.2, 1.4.12 and 1.4.4."""
    page.set_viewport_size({"width": 720, "height": 900})
    for path in FACTS:
        page.goto(f"{site}/{language}/{path}")
        page.evaluate(APPLY, SPACED)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert overflow(page) == 0, path
        clipped = page.evaluate(
            """() => [...document.querySelectorAll("h1, h2, h3, p, dd, dt, li > a, .chip, .seal")]
              .filter((one) => one.checkVisibility() && getComputedStyle(one).overflow !== "visible"
                && one.scrollHeight > one.clientHeight + 2
                && !one.classList.contains("visually-hidden"))
              .map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert clipped == [], path


@pytest.mark.thorough
def test_photos_open_large_one_after_the_other(site, page, console):
    event = EventFactory()
    for number in range(3):
        PhotoFactory(
            event=event,
            image_alt_de=f"Foto {number}",
            caption_de=f"Bild {number}",
            image=picture_upload(size=(640, 400 + number)),
        )
    address = f"{site}/de/events/{event.slug}/"
    page.goto(address)
    page.locator(".gallery a").nth(1).click()
    dialog = page.locator(".lightbox")
    assert dialog.is_visible()
    assert dialog.locator("img").get_attribute("alt") == "Foto 1"
    assert violations(page) == []
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert dialog.locator("img").get_attribute("alt") == "Foto 0"
    assert "Bild 0" in dialog.inner_text()
    assert "1 / 3" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    expect(page.locator(".gallery a").nth(0)).to_be_focused()
    assert console == []


@pytest.mark.thorough
def test_a_photo_opens_without_javascript(site, browser):
    photo = PhotoFactory()
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/de/events/{photo.event.slug}/")
    page.locator(".gallery a").click()
    assert page.url == f"{site}{photo.image.url}"
