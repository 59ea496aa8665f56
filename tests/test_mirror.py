"""The public site as plain files: complete, whole in itself, and nothing but what is public."""

import gzip
import hashlib
import json
import re
from urllib.parse import unquote, urljoin, urlsplit

import brotli
import pytest
from django.db import transaction
from django.test import override_settings
from lxml import etree
from lxml import html as lxml_html

from events.views import ContractList
from guizhou_portal.context import without_language
from guizhou_portal.operations.mirror.addresses import Site
from guizhou_portal.operations.mirror.asking import portal_at
from guizhou_portal.operations.mirror.crawl import Crawl
from guizhou_portal.operations.mirror.writing import MANIFEST
from guizhou_portal.pages.models import Operator

from .conftest import NOTHING_KEPT
from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
    many,
    picture_upload,
)
from .facts import LANGUAGES
from .mirrors import BASE, LIVE, export, nothing_drawn, stored, text_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_connection")]

SECRET = re.compile("verborg|geheim-|秘密", re.IGNORECASE)
TEXTS = (".html", ".json", ".atom", ".xml", ".csv", ".txt", ".ics", ".webmanifest")
STATES = ("draft", "review", "withdrawn")


def records():
    """One public record of each kind with everything around it, and as many nobody may see."""
    fair = EventFactory(slug="fair", starts_at="2031-05-04T09:00Z")
    mill = ProjectFactory(
        slug="mill", image=picture_upload(), image_alt_de="Mühle", image_alt_en="Mill"
    )
    person = OfficialFactory(slug="person")
    item = ProgrammeItemFactory(event=fair, starts_at="2031-05-04T10:00Z")
    AppearanceFactory(programme_item=item, official=person)
    for slug in ("pact", "second"):
        contract = ContractFactory(slug=slug, event=fair, project=mill)
        ContractPartyFactory(contract=contract, signatory=person)
    LocationFactorFactory()
    for state in STATES:
        hidden = {"publication": state}
        project = ProjectFactory(
            **hidden, slug=f"geheim-{state}", title="Verborgen", image=picture_upload("geheim-.jpg")
        )
        mill.related_projects.add(project)
        official = OfficialFactory(**hidden, slug=f"geheim-{state}", name="VERBORGEN")
        AppearanceFactory(programme_item=item, official=official)
        ContractFactory(
            **hidden, slug=f"geheim-{state}", title="Verborgen", event=fair, project=mill
        )
        EventFactory(**hidden, slug=f"geheim-{state}", title="Verborgen")
        LocationFactorFactory(**hidden, title="Verborgen")


class Copy(dict):
    """``{path: content}`` of a finished copy, in ``languages``."""

    languages = LANGUAGES


def only(languages):
    """Lets an export follow addresses of ``languages`` alone, besides those without one."""
    follow = Crawl.follow

    def following(self, target, page):
        if without_language(target.path) is None or target.path.split("/")[1] in languages:
            follow(self, target, page)

    return following


@pytest.fixture(
    scope="module",
    params=["zh-hans", pytest.param("all of them", marks=pytest.mark.thorough)],
)
def copy(request, same_connection, django_db_setup, django_db_blocker, tmp_path_factory):
    """The :class:`Copy` of a small portal, whose list of contracts has one on a page."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("copy") / "site"
    own = override_settings(
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        CACHES={**settings.CACHES, "fact_sheets": NOTHING_KEPT},
        REMEMBER_CONTENT=False,  # the records of an earlier copy were taken back
    )
    with django_db_blocker.unblock(), own, nothing_drawn() as patch, transaction.atomic():
        patch.setattr(ContractList, "paginate_by", 1)
        if request.param in LANGUAGES:
            patch.setattr(Crawl, "follow", only([request.param]))
        Operator(email="office@operator.example").save()
        records()
        assert export(folder)[1:] == ("", 0)
        transaction.set_rollback(True)
    made = Copy(stored(folder))
    made.languages = [request.param] if request.param in LANGUAGES else LANGUAGES
    return made


def pages(copy):
    return {path: text.decode() for path, text in copy.items() if path.endswith(".html")}


# --- what is in the copy -------------------------------------------------------------------------


def test_every_page_feed_calendar_sheet_and_picture_is_in_the_copy(copy):
    wanted = ["index.html", "404.html", "sitemap.xml", "robots.txt", ".well-known/security.txt"]
    wanted += ["favicon.ico", "api/v1/index.json", "api/v1/openapi.json", "api/v1/oc4ids.json"]
    wanted += ["api/v1/projects/index.json", "api/v1/projects/mill/index.json"]
    for language in copy.languages:
        there = ["index.html", "imprint/index.html", "data/projects.csv", "data/projects.xlsx"]
        there += ["events/fair/index.html", "events/fair/embed/index.html", "events/fair.pdf"]
        there += ["events/fair.ics", "events/fair.programme-1.ics", "events.ics"]
        there += ["events/feed/index.atom", "projects/mill/index.html", "projects/mill.pdf"]
        there += ["contracts/pact/index.html", "officials/person/index.html"]
        there += ["contracts/page/2/index.html", "card/project/mill.png", "manifest.webmanifest"]
        wanted += [f"{language}/{path}" for path in there]
    assert set(wanted) <= set(copy)
    for ending in ("jpg", "webp", "avif"):  # each size the browser may choose
        assert any(path.startswith("media/") and path.endswith(ending) for path in copy)
    assert any(path.startswith("static/fonts/") for path in copy), "what style sheets name"


def test_each_address_on_a_page_leads_to_a_file_of_the_copy(copy):
    """Read by a parser of its own, not by what wrote it."""
    found = set()
    for path, text in pages(copy).items():
        tree = lxml_html.fromstring(text)
        page = f"{BASE}/{path.removesuffix('index.html')}"
        for _element, _attribute, url, _at in tree.iterlinks():
            target = urlsplit(urljoin(page, url))
            if target.netloc != urlsplit(BASE).netloc or target.scheme != "https":
                continue
            assert not target.query, (path, url)
            file = unquote(target.path)[1:]
            file += "index.html" if file.endswith("/") or not file else ""
            if file.split("/")[0] in set(LANGUAGES) - set(copy.languages):
                continue
            assert file in copy, (path, url)
            if target.fragment and file.endswith(".html"):
                assert f'id="{target.fragment}"' in copy[file].decode(), (path, url)
            found.add(file)
    assert len(found) > 40


def test_the_sitemap_lists_the_pages_of_the_copy_in_all_languages(copy):
    places = etree.fromstring(copy["sitemap.xml"]).iter("{*}loc")
    files = [f"{place.text.removeprefix(f'{BASE}/')}index.html" for place in places]
    assert {file for file in files if file.split("/")[0] in copy.languages} <= set(copy)
    for language in LANGUAGES:
        assert f"{language}/projects/mill/index.html" in files


def test_what_is_not_public_is_in_no_file_and_no_name_of_the_copy(copy):
    assert not [path for path in copy if SECRET.search(path)]
    told = [path for path, text in copy.items() if path.endswith(TEXTS)]
    assert [path for path in told if SECRET.search(copy[path].decode())] == []
    private = re.compile(r"^(admin|admin-language|preview|healthz|readyz)|^static/(js|css)/admin")
    assert not [path for path in copy if private.search(path)]


def test_every_text_lies_beside_itself_compressed_and_says_the_same(copy):
    for path in (
        "index.html",
        "sitemap.xml",
        "zh-hans/events/feed/index.atom",
        "api/v1/index.json",
    ):
        assert gzip.decompress(copy[f"{path}.gz"]) == copy[path]
        assert brotli.decompress(copy[f"{path}.br"]) == copy[path]
    assert not [path for path in copy if re.search(r"\.(png|jpg|pdf|woff2)\.(gz|br)$", path)]


def test_the_manifest_has_the_digest_of_every_file(copy):
    lines = copy[MANIFEST].decode().splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    assert listed == {
        path: hashlib.sha256(content).hexdigest()
        for path, content in copy.items()
        if path != MANIFEST
    }


def test_the_entrance_and_the_404_lead_into_every_language_without_a_script(copy):
    for name in ("index.html", "404.html"):
        links = lxml_html.fromstring(copy[name]).xpath("//main//a/@href")
        assert links == [f"/{language}/" for language in LANGUAGES]
    assert "Page not found" in copy["404.html"].decode()
    assert "未找到页面" in copy["404.html"].decode()


# --- what a copy cannot do -----------------------------------------------------------------------


def test_without_the_portal_nothing_is_offered_that_a_copy_cannot_do(copy):
    for path, text in pages(copy).items():
        assert "<form" not in text, path
        assert not re.search('class="(remember|search-link|shortlist-link)', text), path
        assert "data-live" not in text, path
        assert "SearchAction" not in text, path


def test_without_the_portal_enquiries_go_to_the_operators_address(copy):
    for language in copy.languages:
        text = copy[f"{language}/enquiry/index.html"].decode()
        assert '<a href="mailto:office@operator.example">office@operator.example</a>' in text
        project = copy[f"{language}/projects/mill/index.html"].decode()
        assert f'href="/{language}/enquiry/"' in project


def test_a_page_does_not_say_when_it_was_retrieved(copy):
    assert 'class="fact-sheet-foot"' in copy["zh-hans/projects/mill/index.html"].decode()
    assert "fact-sheet-foot__day" not in copy["zh-hans/projects/mill/index.html"].decode()


def test_with_the_portal_its_search_forms_and_selections_lead_there(db):
    ProjectFactory(slug="mill")
    ProjectFactory(slug="dam")
    text = text_at("/en/projects/", live=LIVE)
    page = lxml_html.fromstring(text)
    assert page.xpath("//form/@action") == [f"{LIVE}/en/projects/"]
    assert f"{LIVE}/en/projects/?sort=title" in page.xpath("//a/@href")
    for path in ("search/", "shortlist/", "enquiry/"):
        assert f"{LIVE}/en/{path}" in page.xpath("//a/@href")
    assert "/en/projects/mill/" in page.xpath("//a/@href")
    assert "/de/projects/" in page.xpath("//a/@href")
    home = text_at("/en/", live=LIVE)
    assert f'"{LIVE}/en/search/?q={{search_term_string}}"' in home


def test_with_the_portal_search_engines_are_told_that_its_page_is_the_original(db):
    ProjectFactory(slug="mill")
    page = lxml_html.fromstring(text_at("/en/projects/mill/", live=LIVE))
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{LIVE}/en/projects/mill/"]
    assert page.xpath("//meta[@property='og:url']/@content") == [f"{LIVE}/en/projects/mill/"]
    alternates = page.xpath("//link[@rel='alternate'][@hreflang][not(@type)]/@href")
    assert alternates[:3] == [f"{LIVE}/{language}/projects/mill/" for language in LANGUAGES]
    alone = lxml_html.fromstring(text_at("/en/projects/mill/"))
    assert alone.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/en/projects/mill/"]


def test_later_pages_of_the_api_are_files_and_are_named_as_such(db):
    """A program that follows ``next`` reaches the end: a copy knows no query strings."""
    many(ProjectFactory, 21, slug=[f"mill-{n}" for n in range(21)], sector=SectorFactory())
    with portal_at(BASE) as portal:
        crawl = Crawl(portal, Site(BASE))
        target = crawl.site.lead("/api/v1/projects/", "/")[1]
        first = json.loads(crawl.copied(target).body)
        following = next(one for one in crawl.waiting if one.query.startswith("cursor="))
        second = crawl.copied(following)
    assert first["next"] == f"{BASE}/{second.file}"
    assert second.file.startswith("api/v1/projects/cursor/")
    rest = json.loads(second.body)
    assert rest["next"] is None
    assert len(first["results"]) + len(rest["results"]) == 21
