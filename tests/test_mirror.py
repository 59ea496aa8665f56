"""The public site as plain files: complete, whole in itself, and nothing but what is public."""

import gzip
import hashlib
import json
import os
import re
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import brotli
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from lxml import etree
from lxml import html as lxml_html

from events.views import ContractList
from guizhou_portal.context import without_language
from guizhou_portal.exchange.data_page.sheets import Sheet
from guizhou_portal.exchange.fact_sheets import views as fact_sheets
from guizhou_portal.management.commands import export_site
from guizhou_portal.operations.mirror import writing
from guizhou_portal.operations.mirror.addresses import Site
from guizhou_portal.operations.mirror.asking import MISSING, Answer, Portal, portal_at
from guizhou_portal.operations.mirror.crawl import Crawl, former_addresses
from guizhou_portal.operations.mirror.writing import MANIFEST, Folder
from guizhou_portal.pages.models import Operator, Page
from guizhou_portal.pictures import social_cards
from projects.models import Project

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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_connection")]

BASE, LIVE = "https://mirror.example", "https://portal.example"
SECRET = re.compile("verborg|geheim-|秘密", re.IGNORECASE)
TEXTS = (".html", ".json", ".atom", ".xml", ".csv", ".txt", ".ics", ".webmanifest")
STATES = ("draft", "review", "withdrawn")


def export(folder, *options):
    """``(what the command says, what it complains of, its exit status)``."""
    said, complained = StringIO(), StringIO()
    try:
        call_command(
            "export_site", folder, "--base-url", BASE, *options, stdout=said, stderr=complained
        )
    except SystemExit as end:
        return said.getvalue(), complained.getvalue(), end.code
    return said.getvalue(), complained.getvalue(), 0


def stored(folder):
    """``{path: content}`` of all files below ``folder``."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


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


@contextmanager
def nothing_drawn():
    """Cards, fact sheets and workbooks have tests of their own; drawing them all takes seconds.

    So does compressing as well as can be.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(social_cards, "draw", lambda *args: b"\x89PNG card")
        patch.setattr(fact_sheets, "pdf_of", lambda content: b"%PDF sheet")
        patch.setattr(Sheet, "workbook", lambda self: BytesIO(b"PK workbook"))
        patch.setattr(writing, "EFFORT", {"gzip": 1, "brotli": 1})
        yield patch


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


def text_at(path, **site):
    """The page at ``path`` as it reads in a copy."""
    with portal_at(BASE) as portal:
        crawl = Crawl(portal, Site(BASE, **site))
        return crawl.copied(crawl.site.lead(path, "/")[1]).body.decode()


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


# --- a portal that is not as it should be --------------------------------------------------------


def test_a_package_that_is_missing_while_nothing_is_published_is_not_a_broken_link():
    with portal_at(BASE) as portal:
        crawl = Crawl(portal, Site(BASE))
        for path in ("/api/v1/oc4ids.json", "/api/v1/nothing.json"):
            assert crawl.copied(crawl.site.lead(path, "/")[1]) is None
    assert list(crawl.links.broken) == ["/api/v1/nothing.json"]


@pytest.mark.thorough
def test_an_empty_portal_has_a_copy_without_a_broken_link(db, tmp_path):
    with nothing_drawn():
        _said, complained, status = export(tmp_path / "site")
    assert (complained, status) == ("", 0)
    assert not (tmp_path / "site/api/v1/oc4ids.json").exists()
    assert (
        "cannot take enquiries. The imprint"
        in (tmp_path / "site/en/enquiry/index.html").read_text()
    )


@pytest.fixture
def small(monkeypatch):
    """A portal of a few pages, ``{path: Answer or HTML}``, that the command asks."""
    answers = {f"/{language}/": "<h1>Home</h1>" for language in LANGUAGES}

    class Small(Portal):
        def ask(self, path, query=""):
            if path.startswith("/static/"):
                return super().ask(path, query)
            found = answers.get(path, MISSING if path.startswith("/de/") else Answer(200, "x/y"))
            return found if isinstance(found, Answer) else Answer(200, "text/html", found.encode())

    @contextmanager
    def at(base):
        yield Small(base)

    monkeypatch.setattr(export_site, "portal_at", at)
    return answers


def test_broken_links_and_missing_anchors_are_listed_and_the_copy_is_written(db, small, tmp_path):
    small["/de/"] = (
        '<p id="here"><a href="/de/gone/">x</a> <a href="#here">x</a> <a href="/de/data/#no">x</a>'
        '<a href="/admin/">x</a> <a href="https://elsewhere.example/">x</a></p>'
    )
    small["/de/data/"] = '<p id="yes">Data</p>'
    _said, complained, status = export(tmp_path / "site")
    assert status == 1
    assert complained.splitlines() == [
        "Broken: /admin/ is no part of the public site, linked from /de/",
        "Broken: /de/data/#no has no such anchor, linked from /de/",
        "Broken: /de/gone/ answers 404, linked from /de/",
        "3 broken links.",
    ]
    assert (tmp_path / "site/de/data/index.html").exists()
    assert not (tmp_path / "site/admin").exists()


def test_a_page_that_moved_leads_on(db, small, tmp_path):
    small["/de/"] = '<a href="/de/projects/old/">x</a>'
    small["/de/projects/old/"] = Answer(301, location="/de/projects/new/")
    small["/de/projects/new/"] = "<h1>New</h1>"
    assert export(tmp_path / "site")[2] == 0
    old = (tmp_path / "site/de/projects/old/index.html").read_text()
    assert 'http-equiv="refresh" content="0; url=/de/projects/new/"' in old
    assert (tmp_path / "site/de/projects/new/index.html").exists()


def test_the_former_address_of_a_record_leads_to_the_present_one(db):
    mill = ProjectFactory(slug="mill")
    mill.slug = "dam"
    mill.save()
    hidden = ProjectFactory(slug="geheim", publication="draft")
    hidden.slug = "geheim-too"
    hidden.save()
    former = list(former_addresses())
    assert former == [f"/{language}/projects/mill/" for language in LANGUAGES]
    assert 'content="0; url=/en/projects/dam/"' in text_at(former[1])


def test_a_portal_that_fails_leaves_the_copy_as_it_was(db, small, tmp_path):
    folder = tmp_path / "site"
    export(folder)
    before = stored(folder)
    small["/de/"] = '<h1>Changed</h1><a href="/de/projects/">x</a>'
    small["/de/projects/"] = Answer(500)
    with pytest.raises(CommandError, match=r"left as it was\.\n/de/projects/ answers 500"):
        export(folder)
    assert stored(folder) == before
    assert not (folder / ".export_site").exists()


def test_only_what_changed_is_written_and_what_is_gone_is_removed(db, small, tmp_path):
    folder = tmp_path / "site"
    small["/de/"] = '<a href="/de/projects/mill/">x</a>' + "x" * 300
    small["/de/projects/mill/"] = "<h1>Mill</h1>"
    export(folder)
    assert (folder / "de/index.html.br").exists()
    times = {path: (folder / path).stat().st_mtime_ns for path in stored(folder)}
    assert " 0 written, 0 removed" in export(folder)[0]
    small["/de/"] = "<h1>Home</h1>"
    # The page and its two compressed forms, and the project.
    assert " 1 written, 3 removed" in export(folder)[0]
    now = {path: (folder / path).stat().st_mtime_ns for path in stored(folder)}
    changed = {path for path in now if now[path] != times.get(path)}
    assert changed == {"de/index.html", MANIFEST}
    assert not (folder / "de/projects").exists()


def test_a_terminal_shows_how_far_it_is_and_a_log_does_not(db, small, tmp_path):
    terminal = StringIO()
    terminal.isatty = lambda: True
    call_command("export_site", tmp_path / "one", "--base-url", BASE, stdout=terminal)
    assert re.search(r"\r\[#+ *\] \d+/\d+ de/index.html", terminal.getvalue())
    assert "\r" not in export(tmp_path / "two")[0]


def test_a_run_that_is_cut_off_while_writing_is_finished_by_the_next(tmp_path, monkeypatch):
    def run(*files):
        with Folder(tmp_path / "site") as folder:
            for file in files:
                folder.take(file, file.encode() * 99)
            return folder.publish()

    run("de/a.html", "de/b.html")
    replace, calls = os.replace, []

    def failing(*names):
        calls.append(names)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(*names)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        with pytest.raises(OSError, match="No space"):
            run("de/b.html", "de/c.html")
    present = stored(tmp_path / "site")
    assert {"de/a.html", "de/b.html"} <= set(present), "what was there can still be read"
    run("de/b.html")
    assert {path for path in stored(tmp_path / "site") if path.endswith("html")} == {"de/b.html"}
    assert not [path for path in stored(tmp_path / "site") if "/c." in path]


def test_a_file_that_somebody_damaged_is_written_anew(tmp_path):
    for _run in range(2):
        with Folder(tmp_path) as folder:
            folder.take("a.html", b"whole " * 99)
            folder.publish()
        whole = stored(tmp_path)
        (tmp_path / "a.html").write_bytes(b"x")
        (tmp_path / "a.html.br").write_bytes(b"x")
    with Folder(tmp_path) as folder:
        folder.take("a.html", b"whole " * 99)
        folder.publish()
    assert stored(tmp_path) == whole


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--base-url", "mirror.example"], "--base-url must look like https://mirror.example"),
        (["--base-url", "https://mirror.example/path"], "--base-url must look like"),
        (["--live-url", "ftp://portal.example"], "--live-url must look like"),
        (["--mail", "nobody"], "--mail must be an e-mail address"),
    ],
)
def test_a_wrong_option_is_answered_with_one_sentence(db, tmp_path, options, words):
    with pytest.raises(CommandError, match=words):
        export(tmp_path / "site", *options)
    assert not (tmp_path / "site").exists()


def test_a_folder_with_other_files_is_left_alone(db, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CommandError, match="holds files that are not of an export"):
        export(tmp_path)
    assert stored(tmp_path) == {"thesis.txt": b"mine"}


def test_two_exports_into_one_folder_do_not_meet(db, tmp_path):
    with Folder(tmp_path), pytest.raises(CommandError, match="Another export is writing"):
        export(tmp_path)


# --- the whole thing -----------------------------------------------------------------------------


@pytest.mark.rehearsal
def test_the_portals_own_content_is_copied_whole_and_renewed_only_where_it_changed(
    portal, tmp_path
):
    folder = tmp_path / "site"
    _said, complained, status = export(folder)
    assert (complained, status) == ("", 0)
    first = stored(folder)
    assert first["de/projects/traffic-cloud.pdf"].startswith(b"%PDF")
    assert " 0 written, 0 removed" in export(folder)[0]
    project = Project.objects.get(slug="tourism-cloud")
    project.publication = "withdrawn"
    project.save()
    Page.objects.filter(key="imprint").update(title_de="Neuer Titel")
    assert export(folder)[2] == 0
    now = stored(folder)
    gone = {path for path in first if path not in now}
    assert "zh-hans/projects/tourism-cloud/index.html.br" in gone
    assert not [path for path in now if "tourism-cloud" in path]
    assert "Neuer Titel" in now["de/imprint/index.html"].decode()
    assert now["en/imprint/index.html"] == first["en/imprint/index.html"]
