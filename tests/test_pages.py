"""Every public page, in three languages, with what it is there to say."""

import re

import pytest
from django.utils import timezone

from events.models import Event
from projects.models import Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    ProgrammeItemFactory,
    ProjectFactory,
)
from .facts import FACTS, LANGUAGES


def text_of(response):
    """A page's words as a reader sees them."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode().replace("\u00ad", ""))
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_states_its_facts_in_each_language(portal, client, language):
    for path, facts in FACTS.items():
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200, path
        words = text_of(response).lower()
        missing = [fact for fact in facts[language] if fact.lower() not in words]
        assert not missing, (path, missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_complete_for_machines_and_readers(portal, client, language):
    titles = set()
    for path in FACTS:
        page = client.get(f"/{language}/{path}").content.decode()
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == 1, path
        assert f'<link rel="canonical" href="http://testserver/{language}/{path}">' in page
        for other in LANGUAGES:
            assert f'hreflang="{other}" href="http://testserver/{other}/{path}"' in page
        assert 'hreflang="x-default" href="http://testserver/de/' in page
        assert '<a class="skip-link" href="#content">' in page
        assert (
            page.count("<main") == page.count("<footer") == page.count('<header class="site') == 1
        )
        titles.add(re.search(r"<title>(.*?)</title>", page)[1])
        description = re.search(r'<meta name="description" content="([^"]*)"', page)[1]
        if path not in ("imprint/", "privacy/", "accessibility/"):
            assert len(description) > 10, path
        assert not re.search(r">\s*None\s*<", page), path
    assert len(titles) == len(FACTS)


def test_no_page_links_to_a_page_that_does_not_exist(portal, client):
    seen, queue = set(), [f"/{language}/" for language in LANGUAGES]
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        seen.add(path)
        response = client.get(path)
        assert response.status_code == 200, path
        page = response.content.decode()
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)', page):
            queue.append(link)
        for anchor in re.findall(rf'href="{path}#([^"]+)"', page):
            assert f'id="{anchor}"' in page, (path, anchor)
    assert len(seen) >= 3 * 21


def test_pages_set_no_cookie_and_load_nothing_from_elsewhere(portal, client):
    for path in FACTS:
        response = client.get(f"/de/{path}")
        assert not response.cookies, path
        page = response.content.decode()
        assert not re.findall(r'(?:src|srcset|rel="stylesheet" href)="https?://', page), path
        assert " style=" not in page, path
        assert "<script" not in page, path


def test_the_root_leads_to_the_language_the_browser_asks_for(db, client):
    for asked, language in [
        ("de", "de"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("fr", "de"),
    ]:
        response = client.get("/", headers={"accept-language": asked})
        assert response.status_code == 302
        assert response["Location"] == f"/{language}/"
        assert "Accept-Language" in response["Vary"]


# --- drafts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "path"),
    [
        (EventFactory, "events/{}/"),
        (OfficialFactory, "officials/{}/"),
        (ContractFactory, "contracts/{}/"),
        (ProjectFactory, "projects/{}/"),
    ],
)
def test_drafts_and_later_records_do_not_exist_for_the_public(db, client, factory, path):
    shown = factory(publish_at=timezone.now())
    draft = factory(publication="draft")
    later = factory(publish_at=timezone.now() + timezone.timedelta(hours=1))
    listing = client.get(f"/en/{path.split('/')[0]}/").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    assert client.get("/en/" + path.format(shown.slug)).status_code == 200
    assert f"/en/{path.format(shown.slug)}" in listing
    for hidden in (draft, later):
        assert client.get("/en/" + path.format(hidden.slug)).status_code == 404
        assert path.format(hidden.slug) not in listing
        assert path.format(hidden.slug) not in sitemap
    assert client.get("/en/" + path.format("never-was")).status_code == 404


def test_a_draft_is_not_named_by_the_records_around_it(db, client):
    event = EventFactory()
    hidden_person = OfficialFactory(name="WITHHELD Person", publication="draft")
    hidden_project = ProjectFactory(title="Withheld project", publication="draft")
    hidden_event = EventFactory(title="Withheld event", publication="draft")
    item = ProgrammeItemFactory(event=event)
    AppearanceFactory(programme_item=item, official=hidden_person, office_held_en="Withheld office")
    contract = ContractFactory(event=event, project=hidden_project)
    ContractPartyFactory(contract=contract, signatory=hidden_person)
    ContractFactory(event=event, title="Withheld contract", publication="draft")
    elsewhere = ContractFactory(event=hidden_event)
    person = OfficialFactory()
    AppearanceFactory(programme_item__event=hidden_event, official=person)
    project = ProjectFactory()
    project.related_projects.add(hidden_project)
    ContractFactory(project=project, title="Withheld deal", publication="draft")
    LocationFactorFactory(title="Withheld factor", publication="draft")
    addresses = [
        "/en/",
        event.get_absolute_url(),
        contract.get_absolute_url(),
        elsewhere.get_absolute_url(),
        person.get_absolute_url(),
        project.get_absolute_url(),
        "/en/officials/",
        "/en/contracts/",
        "/en/projects/",
        "/en/location/",
        "/en/events/",
        "/sitemap.xml",
    ]
    for address in addresses:
        page = client.get(address.replace("/de/", "/en/")).content.decode().lower()
        assert "withheld" not in page, address


# --- unknown values ---------------------------------------------------------


def test_unknown_values_are_said_to_be_not_published(db, client):
    bare = [
        EventFactory(),
        OfficialFactory(family_name="", organisation=None),
        ContractFactory(event=None),
        ProjectFactory(),
    ]
    for record in bare:
        page = client.get(f"/en{record.get_absolute_url()[3:]}").content.decode()
        rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
        assert rows
        for label, value in rows:
            words = re.sub(r"<[^>]+>", "", value).strip()
            assert words, label
            assert words not in ("None", "0", "—"), label
        assert "not published" in page


def test_amounts_and_dates_are_written_as_the_language_does(db, client):
    contract = ContractFactory(value="1250000", currency="EUR", signed_on="2031-03-04")
    path = contract.get_absolute_url()[3:]
    assert "1.250.000\u00a0EUR" in client.get(f"/de{path}").content.decode()
    assert "4. März 2031" in client.get(f"/de{path}").content.decode()
    assert "1,250,000\u00a0EUR" in client.get(f"/en{path}").content.decode()
    assert "4 March 2031" in client.get(f"/en{path}").content.decode()
    assert "2031年3月4日" in client.get(f"/zh-hans{path}").content.decode()


def test_an_event_with_times_shows_them_in_its_own_zone(db, client):
    event = EventFactory(
        starts_at="2031-06-05T08:00Z", ends_at="2031-06-05T10:30Z", time_zone="Asia/Shanghai"
    )
    page = client.get(f"/de{event.get_absolute_url()[3:]}").content.decode()
    assert "16:00" in page
    assert "18:30" in page
    assert "Asia/Shanghai" in page


# --- language fallback ------------------------------------------------------


def test_a_missing_translation_is_shown_in_another_language_and_marked(db, client):
    event = EventFactory(
        title_de="Nur deutsch", title_en="", title_zh_hans="", summary_en="English only"
    )
    path = event.get_absolute_url()[3:]
    chinese = client.get(f"/zh-hans{path}").content.decode()
    assert '<h1><span lang="de">Nur deutsch</span></h1>' in chinese
    assert "以德文显示" in chinese
    assert (
        '<span lang="en">English only</span> <small class="language-note">英文</small>' in chinese
    )
    english = client.get(f"/en{path}").content.decode()
    assert '<span lang="de">Nur deutsch</span>' in english
    assert "Shown in German." in english
    german = client.get(f"/de{path}").content.decode()
    assert "<h1>Nur deutsch</h1>" in german
    assert '<span lang="en">English only</span>' in german


def test_chinese_prefers_english_to_german(db):
    from django.utils.translation import override

    event = EventFactory(title_de="deutsch", title_en="english", title_zh_hans="")
    with override("zh-hans"):
        assert event.title == "english"
    event = Event(title_zh_hans="中文")
    with override("de"):
        assert event.title == "中文"


# --- old addresses ----------------------------------------------------------


def test_an_old_address_leads_to_the_new_one(db, client):
    project = ProjectFactory(slug="first-name")
    project.slug = "second-name"
    project.save()
    project.slug = "third-name"
    project.save()
    for old in ("first-name", "second-name"):
        response = client.get(f"/en/projects/{old}/")
        assert response.status_code == 301
        assert response["Location"] == "/en/projects/third-name/"
    project.slug = "first-name"
    project.save()
    assert client.get("/en/projects/first-name/").status_code == 200
    assert client.get("/en/projects/third-name/")["Location"] == "/en/projects/first-name/"


def test_an_old_address_of_a_draft_or_deleted_record_leads_nowhere(db, client):
    project = ProjectFactory(slug="was-here")
    project.slug = "is-here"
    project.publication = "draft"
    project.save()
    assert client.get("/en/projects/was-here/").status_code == 404
    project.delete()
    assert client.get("/en/projects/was-here/").status_code == 404


def test_a_slug_is_ascii_from_the_english_or_german_title_and_never_taken_twice(db):
    assert ProjectFactory(title_en="Café & data", title_de="x").slug == "cafe-data"
    assert ProjectFactory(title_en="", title_de="Straßen für Öl").slug == "strassen-fuer-oel"
    assert ProjectFactory(title_en="Café & data", title_de="x").slug == "cafe-data-2"
    only_chinese = Project(title_zh_hans="交通云", sector=ProjectFactory().sector)
    only_chinese.save()
    assert only_chinese.slug == "project"


# --- errors and machines ----------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Seite nicht gefunden"), ("en", "Page not found"), ("zh-hans", "未找到")],
)
def test_an_unknown_address_says_so_in_the_language_and_shows_a_way_on(db, client, language, words):
    response = client.get(f"/{language}/nothing/here/")
    assert response.status_code == 404
    page = response.content.decode()
    assert words in page
    assert f'href="/{language}/projects/"' in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Der Fehler liegt bei uns"), ("en", "The fault is ours"), ("zh-hans", "我们")],
)
def test_a_fault_of_ours_is_answered_without_the_database(client, language, words, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("projects.views.ProjectList.get", broken)
    client.raise_request_exception = False
    response = client.get(f"/{language}/projects/")  # no database fixture: a query would fail
    assert response.status_code == 500
    page = response.content.decode()
    assert words in page
    assert "secret" not in page


def test_a_forbidden_form_post_is_explained(db, rf):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/admin-language/setlang/", {"language": "en"}, headers={"accept-language": "de"}
    )
    assert response.status_code == 403
    assert "Das Formular ist abgelaufen" in response.content.decode()


def test_the_sitemap_lists_every_page_in_every_language_with_alternates(portal, client):
    sitemap = client.get("/sitemap.xml").content.decode()
    for path in FACTS:
        for language in LANGUAGES:
            assert f"<loc>http://testserver/{language}/{path}</loc>" in sitemap
    assert 'hreflang="x-default"' in sitemap
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_health_and_readiness(db, client, monkeypatch):
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").json() == {"ready": True}


def test_a_missing_database_is_reported_as_not_ready(client, monkeypatch):
    from django.db import OperationalError, connection

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ready"] is False


def test_an_event_with_a_date_has_a_calendar_entry_and_one_without_has_none(db, client):
    from icalendar import Calendar

    event = EventFactory(
        starts_at="2031-06-05T08:00Z", ends_at="2031-06-05T10:00Z", venue_de="Saal", city_de="Stadt"
    )
    path = f"/de/events/{event.slug}.ics"
    response = client.get(path)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    entry = Calendar.from_ical(response.content).events[0]
    assert str(entry["summary"]) == event.title_de
    assert entry.start.isoformat() == "2031-06-05T10:00:00+02:00"
    assert entry.end.isoformat() == "2031-06-05T12:00:00+02:00"
    assert str(entry["url"]).endswith(f"/de/events/{event.slug}/")
    assert path in client.get(f"/de/events/{event.slug}/").content.decode()
    undated = EventFactory()
    assert client.get(f"/de/events/{undated.slug}.ics").status_code == 404
    assert ".ics" not in client.get(f"/de/events/{undated.slug}/").content.decode()
    slug = event.slug
    event.slug = "renamed"
    event.save()
    assert client.get(f"/de/events/{slug}.ics")["Location"] == "/de/events/renamed.ics"
