"""Remembering projects in the browser, passing them on, and the panel that shares a page."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.facts import CONFERENCE

from .accessibility import look, overflow, until, violations, violations_of_looks

TRAFFIC = "/en/projects/traffic-cloud/"
BOTH = "/en/shortlist/?project=traffic-cloud&project=food-safety-cloud"


def stored(page):
    return json.loads(page.evaluate("localStorage.getItem('shortlist')") or "[]")


def store(page, text):
    page.evaluate("text => localStorage.setItem('shortlist', text)", text)


def remember(page, slug):
    return page.locator(f'.remember[data-project="{slug}"]').first


def test_projects_are_remembered_sent_and_kept_by_whoever_receives_them(site, page, browser):
    page.goto(f"{site}/en/projects/")
    count = page.locator(".shortlist-link__count")
    expect(count).to_be_hidden()
    button = remember(page, "traffic-cloud")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(page.locator(".shortlist-said")).to_contain_text("Traffic cloud")
    remember(page, "food-safety-cloud").click()
    expect(count).to_have_text("2")
    assert page.url == f"{site}/en/projects/"  # the button is not the card's link
    # The page without an address of its own leads to what is remembered.
    page.locator(".shortlist-link").click()
    expect(page).to_have_url(f"{site}{BOTH}")
    expect(page.locator(".shortlist__offer")).to_be_hidden()
    expect(page.locator(".shortlist__clear")).to_be_visible()

    # Somebody else, with a list of their own, opens the link: nothing is overwritten unasked.
    other = browser.new_context().new_page()
    other.goto(f"{site}/en/projects/tourism-cloud/")
    other.locator(".actions-row .remember").click()
    other.goto(f"{site}{BOTH}")
    expect(other.locator(".shortlist__offer")).to_contain_text("came with a link")
    expect(other.locator(".shortlist__clear")).to_be_hidden()
    assert stored(other) == ["tourism-cloud"]
    other.get_by_role("button", name="Keep these in this browser").click()
    expect(other.locator(".shortlist__said")).to_be_focused()
    assert stored(other) == ["tourism-cloud", "traffic-cloud", "food-safety-cloud"]
    other.get_by_role("link", name="To your own shortlist (3)").click()
    expect(other.locator("h3")).to_have_count(3)

    # One is removed, then all; the list can be had again by going back.
    page.locator('[data-forget="traffic-cloud"]').click()
    expect(page.locator("h3")).to_have_text(["Food safety cloud"])
    assert stored(page) == ["food-safety-cloud"]
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator(".empty")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.go_back()
    expect(page.locator(".shortlist__offer")).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.thorough
def test_on_a_copy_of_the_site_the_link_carries_the_list_to_the_portal(site, page):
    page.goto(f"{site}/en/projects/")
    portal = "https://portal.example/en/shortlist/"
    page.evaluate("url => { document.querySelector('.shortlist-link').href = url }", portal)
    remember(page, "traffic-cloud").click()
    link = page.locator(".shortlist-link")
    expect(link).to_have_attribute("href", f"{portal}?project=traffic-cloud")
    remember(page, "traffic-cloud").click()
    expect(link).to_have_attribute("href", portal)


@pytest.mark.thorough
def test_other_tabs_follow(site, page, context):
    other = context.new_page()
    page.goto(f"{site}/en/projects/")
    other.goto(f"{site}{TRAFFIC}")
    other.locator(".actions-row .remember").click()
    expect(remember(page, "traffic-cloud")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".shortlist-link__count")).to_have_text("1")
    page.goto(f"{site}/en/shortlist/")
    expect(page).to_have_url(f"{site}/en/shortlist/?project=traffic-cloud")
    other.locator(".actions-row .remember").click()
    expect(page.locator(".empty")).to_be_visible()


@pytest.mark.thorough
def test_what_another_hand_stored_is_not_believed(site, page, console):
    page.goto(f"{site}{TRAFFIC}")
    button, count = page.locator(".actions-row .remember"), page.locator(".shortlist-link__count")
    for text in (
        "{",
        '{"a": 1}',
        "null",
        '[1, null, "<b>", "../x", "a b"]',
        json.dumps(["x" * 20_000]),
    ):
        store(page, text)
        page.reload()
        expect(button).to_have_attribute("aria-pressed", "false")
        expect(count).to_be_hidden()
    button.click()
    assert stored(page) == ["traffic-cloud"]
    assert console == []


@pytest.mark.thorough
def test_a_browser_that_stores_nothing_remembers_for_the_page(site, page, console):
    page.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("forbidden", "SecurityError"); } });"""
    )
    page.goto(f"{site}{TRAFFIC}")
    button = page.locator(".actions-row .remember")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".shortlist-link__count")).to_have_text("1")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert console == []


@pytest.mark.thorough
def test_a_full_list_says_so_and_projects_that_are_gone_are_dropped(site, page):
    page.goto(f"{site}/en/imprint/")
    store(page, json.dumps([f"gone-{n}" for n in range(49)] + ["traffic-cloud"]))
    page.goto(f"{site}/en/projects/food-safety-cloud/")
    button = page.locator(".actions-row .remember")
    button.click()
    expect(page.locator(".shortlist-said")).to_contain_text("full")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.goto(f"{site}/en/shortlist/")
    expect(page.locator(".notice--warning")).to_contain_text("49 projects of this address")
    expect(page.locator(".shortlist__offer")).to_be_hidden()
    assert stored(page) == ["traffic-cloud"]


@pytest.mark.thorough
def test_without_javascript_no_button_promises_what_it_cannot_do(site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/en/projects/")
    expect(page.locator(".remember").first).to_be_hidden()
    page.goto(f"{site}{BOTH}")
    for hidden in (".shortlist__offer", ".shortlist__clear", "[data-print]"):
        expect(page.locator(hidden)).to_be_hidden()
    page.locator(".share summary").first.click()
    expect(page.locator("#share-address")).to_be_visible()
    expect(page.locator("[data-copy]")).to_be_hidden()
    page.get_by_role("button", name="Compare side by side").click()
    expect(page.locator(".comparison thead th")).to_have_count(2)


def test_the_share_panel_copies_and_closes_with_escape(site, page, context, console):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{TRAFFIC}")
    summary = page.locator(".share > summary")
    summary.focus()
    page.keyboard.press("Enter")
    copy = page.get_by_role("button", name="Copy link")
    copy.click()
    expect(page.locator(".share__panel > [role=status]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}{TRAFFIC}"
    page.locator(".share__embed summary").click()
    page.get_by_role("button", name="Copy code").click()
    until(page, "navigator.clipboard.readText().then(t => t.startsWith('<iframe'))")
    page.keyboard.press("Escape")
    expect(page.locator(".share")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    assert console == []


@pytest.mark.thorough
def test_a_telephone_opens_its_own_menu(site, browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(
        "navigator.share = (what) => { window.shared = what; return Promise.resolve(); };"
    )
    page.goto(f"{site}{TRAFFIC}")
    page.locator(".share > summary").tap()
    assert page.evaluate("window.shared") == {"title": "Traffic cloud", "url": f"{site}{TRAFFIC}"}
    expect(page.locator(".share")).not_to_have_attribute("open", "")


@pytest.fixture
def partner():
    """Another site with a page of its own: gives its address for what is to stand on it."""
    shown = {}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(f"<!doctype html><h1>A partner</h1>{shown['code']}".encode())

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def address(code):
            shown["code"] = code
            return f"http://127.0.0.1:{server.server_port}/"

        yield address
        server.shutdown()


@pytest.mark.thorough
def test_cards_show_in_the_pages_of_partners_and_fit(site, page, console, partner):
    for path in (TRAFFIC, f"/en/{CONFERENCE}"):
        page.goto(f"{site}{path}")
        code = page.locator("#share-embed").input_value()
        assert 'height="' in code
        page.goto(partner(code))
        frame = page.frame_locator("iframe")
        expect(frame.locator("h1")).to_be_visible()
        assert len(page.frames) == 2
        page.goto(f"{site}{path}embed/")
        for width in (260, 900):
            page.set_viewport_size({"width": width, "height": 640})
            assert overflow(page) == 0
        assert violations(page) == []
    assert console == []


NAMES = "project=traffic-cloud&project=food-safety-cloud&project=tourism-cloud"


@pytest.mark.parametrize(
    ("language", "paths"),
    [
        ("de", [f"compare/?{NAMES}", f"shortlist/?{NAMES}"]),
        ("en", ["compare/", "projects/traffic-cloud/"]),
        ("zh-hans", [f"compare/?{NAMES}", CONFERENCE]),
    ],
)
@pytest.mark.thorough
def test_comparison_shortlist_and_panel_are_accessible_and_fit(site, page, language, paths):
    for path in paths:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(f"{site}/{language}/{path}")
        if page.locator(".share").count():
            page.locator(".share > summary").click()
        assert violations(page) == [], path
        look(page, 360, "dark")
        assert violations_of_looks(page) == [], path
        for width in (320, 820):
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == 0, (path, width)


@pytest.mark.thorough
def test_a_wide_comparison_scrolls_by_itself_with_the_keyboard(site, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/en/compare/?{NAMES}")
    frame = page.locator(".comparison__frame")
    frame.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.comparison__frame').scrollLeft > 0")
    label = page.locator("tbody th span").first
    assert label.bounding_box()["x"] >= 0  # stays in sight
