"""No page asks for anything its own policy forbids, and what is forbidden is blocked."""

import re

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import expect

from projects.models import Project
from tests.factories import full_event, picture_upload
from tests.facts import FACTS, LANGUAGES

#: Reported from the beginning of each page, frames included, whatever it goes on to do.
LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`blocked: ${event.effectiveDirective} ${event.blockedURI} by ${event.sourceFile}`));
"""
PUBLIC = [
    *FACTS,
    *("search/?q=cloud", "search/?q=nothing-of-the-kind", "enquiry/", "shortlist/"),
    *("compare/?project=traffic-cloud&project=tourism-cloud", "data/", "data/api/", "nothing/"),
    *("projects/?sector=tourism", "projects/traffic-cloud/enquiry/"),
    *("projects/traffic-cloud/embed/", "imprint/", "privacy/", "accessibility/"),
]


@pytest.fixture
def blocked(page):
    """What browsers were kept from, as lines; policies they do not understand, too."""
    said = []
    page.add_init_script(LISTEN)
    words = re.compile("blocked: |Content.Security.Policy|Permissions.Policy|MIME type")
    page.on("console", lambda line: said.append(line.text) if words.search(line.text) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.rehearsal
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_asks_for_what_its_policy_forbids(site, page, blocked, language):
    project = Project.objects.get(slug="traffic-cloud")
    project.image = picture_upload()
    project.save()
    for path in PUBLIC:
        page.goto(f"{site}/{language}/{path}", wait_until="networkidle")
        assert blocked == [], path
    # Data within a page is no script: nothing of it is blocked, and it is there.
    page.goto(f"{site}/{language}/")
    assert page.locator("script[type='application/ld+json']").count() == 1


def addresses_of_admin():
    """Lists and forms of all records, and the pages without records."""
    for model, model_admin in admin.site._registry.items():
        info = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add", "import", "export", "history", "change", "preview"):
            key = model.objects.values_list("pk", flat=True).first()
            if (page, info) == ("export", "admin:projects_enquiry"):
                continue  # a file, not a page
            own = page in ("history", "change", "preview")
            if own and key is None:
                continue
            try:
                yield reverse(f"{info}_{page}", args=[key] if own else [])
            except NoReverseMatch:
                continue
        for extra in getattr(model_admin, "extra_pages", ()):
            yield reverse(f"admin:{extra.name}")
    for name in ("index", "files", "audit", "sign_ins", "password_change", "two_steps_set_up"):
        yield reverse(f"admin:{name}")


@pytest.mark.rehearsal
def test_no_page_of_the_back_office_asks_for_what_its_policy_forbids(site, desk, blocked):
    full_event()
    visited = 0
    for address in addresses_of_admin():
        response = desk.goto(f"{site}{address}", wait_until="networkidle")
        assert blocked == [], address
        visited += response.status == 200
    assert visited > 60


@pytest.mark.thorough
def test_the_tools_of_a_form_work_under_the_policy(site, desk, blocked):
    """The editor of formatted text, choosing by typing, the calendar, the preview's frame."""
    project = Project.objects.get(slug="traffic-cloud")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/change/")
    desk.locator(".form-languages label", has_text="English").click()
    desk.locator(".richtext .ProseMirror:visible").first.click()
    desk.keyboard.type("Words ")
    desk.locator(".richtext__tools:visible button").first.click()
    desk.locator(".select2-selection:visible").first.click()
    expect(desk.locator(".select2-results__option").first).to_be_visible()
    desk.keyboard.press("Escape")
    desk.goto(f"{site}/admin/projects/project/{project.pk}/preview/", wait_until="networkidle")
    expect(desk.frame_locator("iframe").locator("h1")).to_be_visible()
    event = full_event()
    desk.goto(f"{site}/admin/events/event/{event.pk}/change/")
    desk.locator(".datetimeshortcuts:visible a").last.click()
    assert blocked == []


def test_what_a_page_did_not_come_with_does_not_run(site, page, blocked):
    """Somebody who got markup into a page would still get nothing done."""
    page.goto(f"{site}/en/")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend",
        '<img src="data:," onerror="window.ran = true"><p id="styled" style="color: red">x</p>' +
        '<iframe src="/en/"></iframe>');
    }""")
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.getElementById('styled').style.color") == ""
    told = " ".join(blocked)
    for directive in ("script-src-elem", "script-src-attr", "style-src-attr", "frame-src"):
        assert f"blocked: {directive} " in told
