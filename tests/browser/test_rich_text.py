"""Formatted texts in a browser: written with the keyboard, pasted, translated, and left alone."""

import pytest
from playwright.sync_api import expect

from guizhou_portal.pages.models import Page
from guizhou_portal.richtext import sanitise
from projects.models import Project
from tests.test_rich_text import EVERYTHING, WORD

from .accessibility import ADMIN, violations

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"
PASTE = """(area, html) => {
  const carried = new DataTransfer();
  carried.setData("text/html", html);
  carried.setData("text/plain", "…");
  area.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
  );
}"""


@pytest.fixture
def asked(desk):
    """Whatever asks a question or warns: an injected script, or the browser before leaving."""
    questions = []
    desk.on("dialog", lambda one: (questions.append(one.type), one.accept()))
    return questions


@pytest.fixture
def form(site, desk, console, asked):
    """Opens a record's form under a strict policy that knows no exceptions."""

    def policed(route):
        asks = {**route.request.all_headers(), "accept-language": "en"}
        response = route.fetch(headers=asks, max_redirects=0)
        headers = {**response.headers, "content-security-policy": POLICY}
        route.fulfill(response=response, headers=headers)

    desk.route("**/admin/**/change/", policed)

    def opened(record):
        meta = record._meta
        desk.goto(f"{site}/admin/{meta.app_label}/{meta.model_name}/{record.pk}/change/")
        expect(desk.locator(".ProseMirror").first).to_be_attached()
        return desk

    return opened


def area(page, name):
    return page.locator(f"#id_{name}_editor")


def texts_of(record):
    """Every text of a record, in all languages."""
    values = {field.name: getattr(record, field.name) for field in record._meta.fields}
    return {name: value for name, value in values.items() if isinstance(value, str) and value}


def emptied(page, name):
    area(page, name).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    return area(page, name)


def settled(page):
    """The text has the focus and knows where its cursor is: faster than this nobody types."""
    expect(page.locator(".ProseMirror:focus")).to_be_attached()
    page.wait_for_timeout(100)


def press(page, name):
    """Press a button of the toolbar without a mouse: from the text back to it, and along it."""
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Home")
    for _button in range(40):
        if (
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
            == name
        ):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)


@pytest.mark.thorough
def test_a_text_is_written_with_the_keyboard_and_shown_as_written(site, form, console):
    project = Project.objects.get(slug="traffic-cloud")
    page = form(project)
    text = emptied(page, "description_en")
    typed = page.keyboard
    expect(page.get_by_role("textbox", name="Description [en]")).to_be_focused()
    press(page, "Heading")
    typed.type("What it is")
    typed.press("Enter")
    typed.type("Words that ")
    typed.press("ControlOrMeta+b")
    typed.type("matter")
    typed.press("ControlOrMeta+b")
    typed.type(" and ")
    typed.press("ControlOrMeta+k")
    dialog = page.get_by_role("dialog", name="Link")
    dialog.get_by_label("Text").fill("a page")
    dialog.get_by_label("Address").fill("javascript:alert(1)")
    typed.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("begins with https://")
    dialog.get_by_label("Address").fill("portal.example/x")
    typed.press("Enter")
    expect(text).to_be_focused()
    typed.type(".")
    typed.press("Enter")
    press(page, "Bulleted list")
    typed.type("One")
    typed.press("Enter")
    typed.type("Two")
    press(page, "One level down")
    typed.press("Enter")
    typed.press("Enter")
    typed.press("Enter")
    press(page, "Table")
    for words in ("Year", "Sum", "2015", "7", "2016"):
        typed.type(words)
        typed.press("Tab")
    typed.type("8")
    press(page, "Caption")
    typed.type("Sums")
    settled(page)
    typed.press("Enter")
    settled(page)
    expect(page.get_by_role("button", name="Header row")).to_have_attribute("aria-pressed", "true")
    assert console == []
    assert violations(page, ADMIN, "form") == []
    console.clear()  # the checker's own style element is refused
    typed.press("Escape")
    typed.press("Tab")  # past the copies, to the next text
    expect(page.locator("[name=sought_from_partners_en]")).to_be_focused()
    page.click("[name=_continue]")
    project.refresh_from_db()
    assert project.description_en.split("\n\n") == [
        "<h3>What it is</h3>",
        "<p>Words that <strong>matter</strong> and "
        '<a href="https://portal.example/x" rel="noopener noreferrer">a page</a>.</p>',
        "<ul>\n<li>One<ul>\n<li>Two</li>\n</ul>\n</li>\n</ul>",
        "<table>\n<caption>Sums</caption>\n<thead>\n"
        '<tr><th scope="col">Year</th><th scope="col">Sum</th></tr>\n</thead>\n<tbody>\n'
        "<tr><td>2015</td><td>7</td></tr>\n<tr><td>2016</td><td>8</td></tr>\n</tbody>\n</table>",
    ]
    assert console == []
    page.goto(f"{site}/en/projects/traffic-cloud/")
    shown = page.locator(".prose", has_text="What it is")
    expect(shown.get_by_role("table", name="Sums")).to_be_visible()
    expect(shown.get_by_role("columnheader", name="Year")).to_be_visible()
    expect(shown.get_by_role("link", name="a page")).to_be_visible()


def test_what_is_pasted_from_a_word_processor_is_tidy_and_harmless(site, form, console, asked):
    project = Project.objects.get(slug="traffic-cloud")
    page = form(project)
    emptied(page, "description_en").evaluate(PASTE, WORD)
    page.click("[name=_continue]")
    project.refresh_from_db()
    assert project.description_en.split("\n\n") == [
        "<h3>Annual report</h3>",
        "<p>The first <strong>bold</strong> <em>leaning</em> word, 5&nbsp;km</p>",
        "<ul>\n<li>Apples<ul>\n<li>Green</li>\n</ul>\n</li>\n<li>Pears</li>\n</ul>",
        "<ol>\n<li>First</li>\n</ol>",
        '<table>\n<thead>\n<tr><th scope="col">Year</th><th scope="col">Sum</th></tr>\n</thead>\n'
        "<tbody>\n<tr><td>2015</td><td>7</td></tr>\n</tbody>\n</table>",
        "<p>Nested bad data "
        '<a href="https://portal.example/" rel="noopener noreferrer">good</a></p>',
        "<p>Plain</p>",
    ]
    page.goto(f"{site}/en/projects/traffic-cloud/")
    expect(page.locator(".prose", has_text="Annual report")).to_be_visible()
    assert asked == []
    assert console == []


@pytest.mark.thorough
def test_a_text_that_is_only_looked_at_stays_as_it_was(site, form, console, asked):
    everything = Project.objects.get(slug="traffic-cloud")
    everything.description_de = EVERYTHING
    everything.save()
    records = [everything, Page.objects.get(key="privacy")]
    for record in records:
        record.refresh_from_db()
        before = texts_of(record)
        page = form(record)
        field = "description" if record is everything else "body"
        page.locator(".form-languages label", has_text="Deutsch").click()
        text = area(page, f"{field}_de")
        text.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("!")
        page.keyboard.press("ControlOrMeta+z")
        page.locator(".form-languages label", has_text="中文").click()
        expect(text).not_to_be_visible()
        area(page, f"{field}_zh_hans").click()
        page.goto(f"{site}/admin/")
        page = form(record)
        page.click("[name=_continue]")
        record.refresh_from_db()
        assert texts_of(record) == before
    assert asked == []
    # What has no button is kept by an edit, and the blocks around it stay to the letter.
    page = form(everything)
    page.locator(".form-languages label", has_text="Deutsch").click()
    area(page, "description_de").locator("h3").click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    assert page.locator("[name=description_de]").input_value() == EVERYTHING.replace(
        "</h3>", "!</h3>"
    )
    written = page.evaluate(
        """async (html) => {
          const from = (name) => import(`/static/${name}`);
          const { getSchema } = await from("django_prose_editor/editor.js");
          const { read, write } = await from("js/richtext/markup.js");
          const { extensions } = await from("js/richtext/schema.js");
          const schema = getSchema(extensions());
          return write(read(html, schema), schema, new Map());
        }""",
        EVERYTHING,
    )
    assert sorted(written.replace("\n", "")) == sorted(EVERYTHING.replace("\n", ""))
    assert sanitise(written) == written
    assert console == []


@pytest.mark.thorough
def test_a_text_is_copied_from_another_language_and_edited_as_source(form, console):
    project = Project.objects.get(slug="traffic-cloud")
    page = form(project)
    sent = page.locator("[name=description_en]")
    row = page.locator(".field-description_en")
    text = emptied(page, "description_en")
    expect(text).to_have_attribute("lang", "en")
    row.get_by_role("button", name="Copy from Deutsch").click()
    expect(sent).to_have_value(project.description_de)
    settled(page)
    expect(text).to_contain_text("Verkehrs")
    text.locator("p").first.click()
    page.keyboard.press("Control+Home")
    settled(page)
    page.keyboard.type("Neu. ")
    assert sent.input_value().startswith("<p>Neu. ")
    assert sent.input_value().split("\n\n")[1:] == project.description_de.split("\n\n")[1:]
    source = row.get_by_role("button", name="Show source")
    source.click()
    expect(text).not_to_be_visible()
    expect(row.get_by_role("button", name="Bold")).to_have_attribute("aria-disabled", "true")
    sent.fill("<h4>Typed</h4>\n\n<p>as <em>source</em></p>")
    source.click()
    expect(text.locator("h4")).to_have_text("Typed")
    text.locator("h4").click()
    expect(row.get_by_role("button", name="Smaller heading")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("End")
    page.keyboard.type("!")
    expect(sent).to_have_value("<h4>Typed!</h4>\n\n<p>as <em>source</em></p>")
    page.get_by_label("beside it").select_option("de")
    expect(area(page, "description_de")).to_be_visible()
    assert console == []
