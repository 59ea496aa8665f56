"""Every public page, in three languages, with what it is there to say."""

import re
from html import unescape

import pytest

from events.models import Event

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    picture_upload,
)
from .facts import CONFERENCE, FACTS, LANGUAGES


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
        assert 10 < len(description) <= 320, path
        assert not re.search(r">\s*None\s*<", page), path
    assert len(titles) == len(FACTS)


@pytest.mark.parametrize(
    "language",
    ["en", *(pytest.param(one, marks=pytest.mark.thorough) for one in ("de", "zh-hans"))],
)
def test_no_page_links_to_a_page_that_does_not_exist(portal, client, language):
    others = tuple(f"/{one}/" for one in LANGUAGES if one != language)
    seen, queue = set(), [f"/{language}/"]
    while queue:
        path = queue.pop()
        # One selection of a list stands for the others.
        kind = re.sub(r"=[^&]*", "", path)
        if kind in seen:
            continue
        seen.add(kind)
        response = client.get(path)
        assert response.status_code == 200, path
        is_page = response["Content-Type"].startswith("text/html")
        page = response.getvalue().decode() if is_page else ""
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)', page):
            # Fact sheets take their time: they are made in test_fact_sheets.py.
            if not link.endswith(".pdf") and not link.startswith(others):
                queue.append(unescape(link))
        for anchor in re.findall(rf'href="{path}#([^"]+)"', page):
            assert f'id="{anchor}"' in page, (path, anchor)
    assert len(seen) >= 21


def test_pages_set_no_cookie_and_load_nothing_from_elsewhere(portal, client):
    for path in FACTS:
        response = client.get(f"/de/{path}")
        assert not response.cookies, path
        page = response.content.decode()
        assert not re.findall(r'(?:src|srcset|rel="stylesheet" href)="https?://', page), path
        assert " style=" not in page, path
        scripts = re.findall(r"<script[^>]*>[^<]*", page)
        run = [one for one in scripts if not one.startswith('<script type="application/ld+json">{')]
        assert len(scripts) == len(run) + 1  # what the page says to machines is not run
        assert all(
            re.fullmatch(r'<script src="/static/js/[\w-]+.js" (defer|async blocking="render")>', s)
            for s in run
        )


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


# --- unknown values -------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("zone", "times", "offset"),
    [
        ("Asia/Shanghai", ("16:00", "18:30"), "UTC+8"),
        ("Europe/Berlin", ("10:00", "12:30"), "UTC+2"),
        ("Asia/Kolkata", ("13:30", "16:00"), "UTC+5:30"),
        ("America/St_Johns", ("05:30", "08:00"), "UTC−2:30"),
        ("UTC", ("08:00", "10:30"), "UTC"),
    ],
)
def test_an_event_with_times_shows_them_in_its_own_zone(db, client, zone, times, offset):
    event = EventFactory(starts_at="2031-06-05T08:00Z", ends_at="2031-06-05T10:30Z", time_zone=zone)
    page = client.get(f"/de{event.get_absolute_url()[3:]}").content.decode()
    assert all(time in page for time in times)
    assert f'<abbr title="{zone}">{offset}</abbr>' in page


# --- language fallback ----------------------------------------------------------


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


# --- lists, people and organisations --------------------------------------------


def test_the_second_page_of_a_list_is_the_same_page_in_every_language(db, client):
    for _ in range(30):
        ProjectFactory()
    page = client.get("/en/projects/?page=2&utm_source=x").content.decode()
    assert page.count('class="card project-card"') == 6
    assert '<link rel="canonical" href="http://testserver/en/projects/?page=2">' in page
    assert 'href="/zh-hans/projects/?page=2" lang="zh-hans"' in page
    first = client.get("/en/projects/?page=1").content.decode()
    assert '<link rel="canonical" href="http://testserver/en/projects/">' in first
    for wrong in ("3", "0", "x", "<script>", "²"):
        response = client.get("/en/projects/", {"page": wrong})
        assert response.status_code == 404, wrong
        assert "<script>" not in response.content.decode()


def test_a_person_is_shown_with_the_contracts_they_signed(db, client):
    person = OfficialFactory()
    address = f"/en/officials/{person.slug}/"
    assert "Contracts signed" not in client.get(address).content.decode()
    party = ContractPartyFactory(signatory=person, side="guizhou")
    ContractPartyFactory(
        signatory=person, contract__publication="draft", contract__title="Withheld"
    )
    page = client.get(address).content.decode()
    assert "Contracts signed" in page
    assert party.contract.title_en in page
    assert party.organisation.name_en in page
    assert "Withheld" not in page


def test_an_organisation_is_shown_with_its_website_and_logo(db, client):
    agency = OrganisationFactory(website="https://agency.example/", logo=picture_upload())
    event = EventFactory()
    event.organisers.add(agency)
    contract = ContractPartyFactory(organisation=agency).contract
    factor = LocationFactorFactory(organisation=agency)
    link = '<a href="https://agency.example/" rel="noopener">'
    assert link in client.get(f"/en/events/{event.slug}/").content.decode()
    for path in (f"contracts/{contract.slug}/", "location/"):
        page = client.get(f"/en/{path}").content.decode()
        assert 'href="https://agency.example/"' in page
        assert f"/media/{agency.logo.name.rsplit('.', 1)[0]}" in page
    assert factor.slug in client.get("/en/").content.decode()


def test_a_programme_says_once_what_it_leaves_open(db, client):
    event = EventFactory()
    item = ProgrammeItemFactory(event=event)
    path = f"/en/events/{event.slug}/"
    page = client.get(path).content.decode()
    assert page.count("The times of the programme are not published.") == 1
    assert page.count("The languages spoken and interpreted are not published.") == 1
    ProgrammeItemFactory(event=event, starts_at="2031-06-05T08:00Z", language_spoken_en="German")
    page = text_of(client.get(path))
    assert "The times of the programme are not published." not in page
    assert "The languages spoken and interpreted are not published." not in page
    assert page.count("time not published") == 1
    assert "10:00" in page
    assert page.count("Spoken: not published") == 1
    assert item.title_en in page


def test_the_kind_of_a_programme_item_is_not_said_twice(db, client):
    event = EventFactory()
    for title in ("Panel discussion on samples", "Opening"):
        ProgrammeItemFactory(event=event, kind="panel", title_en=title)
    page = client.get(f"/en/events/{event.slug}/").content.decode()
    assert page.count('<p class="eyebrow">Panel discussion</p>') == 1


def test_the_home_page_counts_companies_not_records(db, client):
    one = OrganisationFactory()
    for _ in range(2):
        LocationFactorFactory(kind="data_centre", organisation=one)
    words = text_of(client.get("/en/"))
    assert "1 company with a data centre in the province" in words


def test_the_words_for_a_picture_are_marked_with_their_language(db, client):
    event = EventFactory()
    PhotoFactory(event=event, image_alt_en="", image_alt_zh_hans="", image_alt_de="Nur deutsch")
    page = client.get(f"/en/events/{event.slug}/").content.decode()
    assert 'alt="Nur deutsch" lang="de"' in page
    assert 'alt="Nur deutsch" width' in client.get(f"/de/events/{event.slug}/").content.decode()


def test_chinese_sets_its_own_signs_between_words(portal, client):
    for path, words in (
        ("projects/", "阶段：<span"),
        (CONFERENCE, "法兰克福，德国"),
        ("officials/qin-rupei/", "时任职务：贵州省副省长"),
    ):
        assert words in client.get(f"/zh-hans/{path}").content.decode()


def test_every_organisation_sector_and_location_factor_has_a_drawing_of_its_own():
    from guizhou_portal.templatetags import drawings
    from projects.models import LocationFactor, Organisation, Sector

    for draw, kinds in (
        (drawings.emblem, Organisation.Kind),
        (drawings.scene, LocationFactor.Kind),
        (drawings.motif, Sector.Icon),
    ):
        drawn = [draw(kind) for kind in kinds.values]
        assert all(one.startswith("<svg") for one in drawn)
        assert len(set(drawn)) == len(kinds)


def test_a_legal_page_says_at_its_head_that_the_operator_owes_details(portal, client):
    from guizhou_portal.pages.models import Operator

    words = "The operator has not yet provided all the details the law asks for."
    for page in ("imprint", "privacy", "accessibility"):
        assert words in client.get(f"/en/{page}/").content.decode()
    Operator(**dict.fromkeys(Operator.REQUIRED, "given@portal.example")).save()
    for page in ("imprint", "privacy", "accessibility"):
        assert words not in client.get(f"/en/{page}/").content.decode()
