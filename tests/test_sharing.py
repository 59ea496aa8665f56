"""Pages are passed on by link, mail and code, and as cards in partners' pages."""

import html
import re
from urllib.parse import unquote

import pytest

from guizhou_portal.operations.headers import CSP, Kind, headers_for

from .factories import (
    AppearanceFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    picture_upload,
)
from .facts import CONFERENCE, LANGUAGES
from .test_pages import text_of

PROJECT = "projects/traffic-cloud/"
CARDS = (PROJECT, CONFERENCE)


def test_each_record_can_be_shared_and_some_embedded(portal, client):
    for path, embedded in [
        (PROJECT, True),
        (CONFERENCE, True),
        ("contracts/contract-swiss-companies/", False),
        ("officials/qin-rupei/", False),
    ]:
        page = client.get(f"/de/{path}").content.decode()
        address = f"http://testserver/de/{path}"
        assert f'readonly value="{address}"' in page
        mail = unquote(re.search(r'class="share__mail" href="([^"]+)"', page)[1])
        assert address in mail
        assert re.search(r"subject=[^&]", mail)
        assert 'class="share__code"><svg' in page
        assert ("<textarea" in page) == embedded, path
        if embedded:
            code = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
            assert f'<iframe src="{address}embed/" title="' in code
            assert re.search(r'title="[^"]+ – Guizhou Portal" width="100%" height="\d+"', code)


def test_a_title_cannot_break_out_of_mail_or_code(db, client):
    project = ProjectFactory(title_en='A "quoted" & <b>bold</b> title\u2019s')
    page = client.get(f"/en/projects/{project.slug}/").content.decode()
    mail = re.search(r'class="share__mail" href="([^"]+)"', page)[1]
    assert "%22quoted%22%20%26%20%3Cb%3E" in mail
    code = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    assert "<" not in code
    assert 'title="A &quot;quoted&quot; &amp; &lt;b&gt;' in html.unescape(code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_runs_nothing_and_says_whose_it_is_and_of_what_day(portal, client, language):
    for path in CARDS:
        response = client.get(f"/{language}/{path}embed/")
        page = response.content.decode()
        assert response.status_code == 200
        assert response["Content-Security-Policy"] == headers_for(Kind.CARD)[CSP]
        assert "X-Frame-Options" not in response
        assert response["X-Robots-Tag"] == "noindex"
        assert not response.cookies
        assert f'<html lang="{language}">' in page
        canonical = f'<link rel="canonical" href="http://testserver/{language}/{path}">'
        assert canonical in page
        assert '<meta name="robots" content="noindex">' in page
        assert "Guizhou Portal" in page
        assert re.search(r'<time datetime="\d{4}-\d\d-\d\d">', page)
        for unwanted in ("<script", " style=", "<form", " onclick"):
            assert unwanted not in page, unwanted
        links = re.findall(r"<a [^>]+>", page)
        assert links
        assert all('target="_blank" rel="noopener"' in link for link in links)


def test_the_cards_show_the_facts_and_the_programme(portal, client):
    project = text_of(client.get(f"/en/{PROJECT}embed/"))
    for words in ("Traffic cloud", "Public-private partnership", "not published", "Yes"):
        assert words in project
    event = text_of(client.get(f"/de/{CONFERENCE}embed/"))
    for words in ("Grußworte", "QIN Rupei", "秦如培", "Hessisches Wirtschaftsministerium"):
        assert words in event
    assert "Name nicht veröffentlicht" in event


def test_a_card_is_light_or_dark_as_the_partner_wants(portal, client):
    for wanted, theme in [("dark", "dark"), ("light", "light"), ("red", None), ("%00%22", None)]:
        page = client.get(f"/en/{PROJECT}embed/?theme={wanted}").content.decode()
        assert re.findall(r'data-theme="([^"]*)"', page) == ([theme] if theme else [])
        assert f'name="color-scheme" content="{theme or "light dark"}"' in page


def test_only_published_records_have_a_card_and_former_names_lead_on(db, client):
    project, event = ProjectFactory(slug="before"), EventFactory(publication="draft", slug="draft")
    project.slug = "after"
    project.save()
    moved = client.get("/en/projects/before/embed/?theme=dark")
    assert (moved.status_code, moved["Location"]) == (301, "/en/projects/after/embed/?theme=dark")
    assert "X-Frame-Options" not in moved
    for path in (event.get_embed_url(), "/en/projects/nothing/embed/", "/en/events/nothing/embed/"):
        refused = client.get(path)
        assert refused.status_code == 404
        assert refused["X-Frame-Options"] == "DENY"
    assert client.post("/en/projects/after/embed/").status_code == 405


def test_a_card_keeps_drafts_to_itself_and_shows_a_photo(db, client):
    event = EventFactory()
    for publication in ("published", "draft"):
        official = OfficialFactory(name=f"{publication.upper()} Person", publication=publication)
        AppearanceFactory(
            programme_item=ProgrammeItemFactory(event=event),
            official=official,
            organisation=OrganisationFactory(name="Office"),
        )
    page = text_of(client.get(event.get_embed_url()))
    assert "PUBLISHED Person" in page
    assert "DRAFT Person" not in page
    project = ProjectFactory(image=picture_upload(), image_alt_de="Ein Foto")
    assert 'alt="Ein Foto"' in client.get(project.get_embed_url()).content.decode()


def test_no_other_page_may_be_framed(portal, client):
    for path in ("", PROJECT, CONFERENCE, "projects/", "compare/", "shortlist/", "nothing/"):
        response = client.get(f"/en/{path}")
        assert response["X-Frame-Options"] == "DENY", path
    assert client.get("/admin/login/")["X-Frame-Options"] == "DENY"
