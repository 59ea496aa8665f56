"""Copies made again, cut off, and of a portal that is not as it should be."""

import hashlib
import os
import re
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from guizhou_portal.management.commands import export_site
from guizhou_portal.operations.mirror.addresses import Site
from guizhou_portal.operations.mirror.asking import MISSING, Answer, Portal, portal_at
from guizhou_portal.operations.mirror.crawl import Crawl, former_addresses
from guizhou_portal.operations.mirror.writing import MANIFEST, MARKS, Folder
from guizhou_portal.pages.models import Page
from projects.models import Project

from .factories import ProjectFactory
from .facts import LANGUAGES
from .mirrors import BASE, export, nothing_drawn, stored, text_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_connection")]


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


def run(path, *files, text="whole "):
    """A copy of ``files`` with as many bytes as are worth compressing; the finished folder."""
    with Folder(path) as folder:
        for mark in MARKS:
            folder.take(mark, b"x")
        for file in files:
            folder.take(file, f"{file} {text}".encode() * 99)
        folder.publish()
        return folder


def pages(path):
    return {file for file in stored(path) if file.startswith("de/") and file.endswith("html")}


@contextmanager
def full_after(monkeypatch, renames):
    """The disk has no room after so many files were brought into the folder."""
    replace, calls = os.replace, []

    def failing(*names):
        calls.append(names)
        if len(calls) > renames:
            raise OSError(28, "No space left on device")
        replace(*names)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        with pytest.raises(OSError, match="No space"):
            yield


def test_a_run_that_is_cut_off_while_writing_is_finished_by_the_next(tmp_path, monkeypatch):
    run(tmp_path, "de/a.html", "de/b.html")
    with full_after(monkeypatch, renames=2):
        run(tmp_path, "de/b.html", "de/c.html")
    assert {"de/a.html", "de/b.html"} <= pages(tmp_path), "what was there can still be read"
    run(tmp_path, "de/b.html")
    assert pages(tmp_path) == {"de/b.html"}
    assert not [path for path in stored(tmp_path) if "/c." in path]


@pytest.mark.parametrize("renames", [1, 2, 3, 4])
def test_a_page_is_withdrawn_though_the_run_that_changed_it_was_cut_off(
    tmp_path, monkeypatch, renames
):
    """Whether it is on the disk as it was or as it was to be, it is the export's."""
    run(tmp_path, "de/a.html")
    for text in ("new ", "newer "):
        with full_after(monkeypatch, renames):
            run(tmp_path, "de/a.html", "de/b.html", text=text)
    assert run(tmp_path).left == []
    assert {path for path in stored(tmp_path) if path.startswith("de/")} == set()


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_a_page_is_never_left_beside_an_older_form_of_itself(tmp_path, monkeypatch, renames):
    run(tmp_path, "de/a.html")
    with full_after(monkeypatch, renames):
        run(tmp_path, "de/a.html", text="new ")
    run(tmp_path, "de/a.html", text="new ")
    run(tmp_path / "anew", "de/a.html", text="new ")
    anew = stored(tmp_path / "anew")
    assert {path: text for path, text in stored(tmp_path).items() if "anew/" not in path} == anew


def test_a_file_that_somebody_damaged_is_written_anew(tmp_path):
    for _run in range(2):
        run(tmp_path, "a.html")
        whole = stored(tmp_path)
        (tmp_path / "a.html").write_bytes(b"x")
        (tmp_path / "a.html.br").write_bytes(b"x")
    run(tmp_path, "a.html")
    assert stored(tmp_path) == whole


def test_a_withdrawn_page_that_somebody_changed_stays_and_is_told_of_until_it_is_gone(
    db, small, tmp_path
):
    small["/de/"] = '<a href="/de/data/">x</a>'
    small["/de/data/"] = "<h1>Data</h1>"
    export(tmp_path)
    small["/de/"] = "<h1>Home</h1>"
    page = tmp_path / "de/data/index.html"
    page.write_text("mine")
    for _run in range(2):
        _said, complained, status = export(tmp_path)
        assert complained == (
            "Not removed, because it was changed since the last export: de/data/index.html. Take "
            "it out of the folder.\n"
        )
        assert status == 1
        assert page.read_text() == "mine"
    page.unlink()
    assert export(tmp_path)[1:] == ("", 0)
    assert "de/data" not in (tmp_path / MANIFEST).read_text()


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


def test_a_list_of_digests_that_is_somebody_elses_is_no_leave_to_remove_what_it_names(db, tmp_path):
    """As in a folder of downloads, of another website, and as made by somebody who means harm."""
    (tmp_path / "precious.txt").write_text("mine")
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "portal-1.4.tar.gz").write_text("mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    for names in (
        ["portal-1.4.tar.gz"],
        ["404.html", "sitemap.xml", "portal-1.4.tar.gz"],
        [*MARKS, "../precious.txt"],
        [*MARKS, f"{tmp_path}/precious.txt"],
        [*MARKS, "portal-1.4.tar.gz\nand a remark"],
    ):
        (folder / MANIFEST).write_text("".join(f"{digest}  {name}\n" for name in names))
        before = stored(tmp_path)
        with pytest.raises(CommandError, match="holds files that are not of an export"):
            export(folder)
        assert stored(tmp_path) == before


@pytest.mark.parametrize("left", [0, 1000])
def test_a_list_that_a_power_cut_left_unfinished_is_not_believed(db, small, tmp_path, left):
    """Otherwise a page withdrawn since would stay in public for ever, without a word."""
    export(tmp_path)
    os.truncate(tmp_path / MANIFEST, left)
    before = stored(tmp_path)
    with pytest.raises(CommandError, match=r"SHA256SUMS is cut off.*Export into an empty folder"):
        export(tmp_path)
    assert stored(tmp_path) == before


def test_the_list_is_on_the_disk_before_it_takes_the_place_of_the_last_one(tmp_path, monkeypatch):
    steps = []
    replace, fsync = os.replace, os.fsync

    def replaced(source, target):
        steps.append(("renamed", Path(target).name))
        replace(source, target)

    def flushed(handle):
        steps.append(("flushed", Path(os.readlink(f"/proc/self/fd/{handle}")).name))
        fsync(handle)

    run(tmp_path / "site", "de/a.html")
    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(os, "fsync", flushed)
    run(tmp_path / "site")
    listed = [("flushed", MANIFEST), ("renamed", MANIFEST), ("flushed", "site")]
    assert steps[:3] == steps[-3:] == listed
    assert ("flushed", "site") in steps[3:-3], "what is gone is gone before no list names it"


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
