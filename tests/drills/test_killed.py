"""``kill -9``, as the kernel does when memory runs out: all or nothing, and it goes on."""

import os
import secrets
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.enquiries.opened import SALT
from projects.models import Organisation
from tests.factories import picture_upload
from tests.forms import form_at
from tests.servers import KEY, until
from tests.sheets import DryRun, csv_of
from tests.test_enquiries import ADDRESS, WORDS, form_word

from .browser import Browser
from .wire import workers

EVENT = "select id from events_event"
ITEMS = 60
LONG_AGO = 49 * 3600  # seconds: files that nobody needs are left alone for a day or two


def kill_in_the_middle(place, portal, send, steadily):
    """Kill the worker once it has been writing for so many seconds; then wait for the next."""
    (worker,) = workers(portal)

    def has_begun():
        end = time.monotonic() + steadily
        while place.is_writing():
            if time.monotonic() >= end:
                return True
            time.sleep(0.002)
        return False

    with ThreadPoolExecutor() as beside:
        sent = beside.submit(send)
        until(lambda: has_begun() or sent.done(), 60, pause=0.001)
        assert not sent.done(), sent.result()
        os.kill(worker, signal.SIGKILL)
        with pytest.raises((OSError, HTTPException)):
            sent.result(30)
    until(lambda: workers(portal) not in ([], [worker]))
    assert Browser(portal.port).get("/en/").status_code == 200
    assert not place.is_writing()


def files_in(folder):
    return {path for path in Path(folder).rglob("*") if path.is_file()}


def make_old(paths):
    then = time.time() - LONG_AGO
    for path in paths:
        os.utime(path, (then, then))


def opened_long_ago(browser):
    """What the form holds, as if it had been opened a minute ago."""
    _key, _now, consent = signing.loads(form_word(browser), key=KEY, salt=SALT)
    return signing.dumps([secrets.token_hex(16), int(time.time()) - 60, consent], KEY, SALT)


@pytest.fixture
def portal(place):
    return place.serve(WEB_CONCURRENCY=1)


@pytest.fixture
def editing(portal):
    return Browser(portal.port, 60).sign_in()


def test_a_worker_killed_while_an_editor_saves_leaves_all_or_nothing(place, portal, editing):
    ((event,),) = place.ask(EVENT)
    address = f"/admin/events/event/{event}/change/"
    form = form_at(editing, address)
    already = int(form["programme-TOTAL_FORMS"])
    for n in range(already, already + ITEMS):
        part = f"programme-{n}"
        form |= {f"{part}-id": "", f"{part}-event": event, f"{part}-kind": "presentation"}
        form |= {f"{part}-title_en": f"Drill {n}", f"{part}-order": n}
    form["programme-TOTAL_FORMS"] = already + ITEMS
    form |= {"title_en": "Changed in a drill", "hero_image_alt_en": "A drill"}
    form["hero_image"] = picture_upload(size=(900, 600))
    media = place.folder / "media"
    before = files_in(media)

    kill_in_the_middle(place, portal, lambda: editing.post(address, form), steadily=0.1)
    assert place.ask("select count(*) from events_event where title_en like 'Changed%'") == [(0,)]
    assert place.ask("select count(*) from events_programmeitem where title_en like 'Drill%'") == [
        (0,)
    ]
    # What was stored of the picture is cleaned away, and nothing besides.
    make_old(files_in(media))
    place.manage("orphaned_files", "--delete")
    assert {one for one in files_in(media) if "cards" not in one.parts} == before

    answer = editing.post(address, form)
    assert answer.status_code == 302, answer.text
    count = "select count(*) from events_programmeitem where title_en like 'Drill%'"
    assert place.ask(count) == [(ITEMS,)]


def test_a_worker_killed_during_an_import_leaves_all_or_nothing(place, portal, editing):
    count = "select count(*) from projects_organisation"
    before = place.ask(count)
    rows = [{"slug": "", "name_en": f"Drill {n}", "kind": "company"} for n in range(900)]
    dry_run = DryRun(editing, Organisation, csv_of(rows))
    assert dry_run.numbers[0] == 900
    send = {"apply": "1", "shown": dry_run.shown}
    kill_in_the_middle(place, portal, lambda: editing.post(dry_run.address, send), steadily=1)
    assert place.ask(count) == before
    assert place.ask("select count(*) from reversion_version where object_repr like 'Drill%'") == [
        (0,)
    ]


def test_a_worker_killed_during_an_enquiry_leaves_it_whole_or_not_at_all(place, portal):
    folder = place.folder / "enquiries"
    killed_while_sending(place, portal, lambda: files_in(folder))
    for one in files_in(folder):
        one.unlink()
    place.ask("delete from projects_attachment")
    killed_while_sending(place, portal, place.is_writing)


def killed_while_sending(place, portal, begun):
    """Kill the worker once ``begun()``; what is stored then is whole, and can be sent once more."""
    browser = Browser(portal.port)
    (before,) = place.ask("select count(*) from projects_enquiry")[0]
    file = SimpleUploadedFile("plan.pdf", b"%PDF-" + b"0" * 4_000_000, "application/pdf")
    form = {
        **WORDS,
        "message": f"Message {before}",
        "opened": opened_long_ago(browser),
        "attachment": file,
    }
    (worker,) = workers(portal)
    with ThreadPoolExecutor() as beside:
        sent = beside.submit(browser.post, ADDRESS, form)
        folder = place.folder / "enquiries"
        until(lambda: begun() or sent.done(), pause=0.0005)
        os.kill(worker, signal.SIGKILL)
        try:
            answer = sent.result(30).status_code
        except (OSError, HTTPException):
            answer = None
    until(lambda: workers(portal) not in ([], [worker]))
    (stored,) = place.ask("select count(*) from projects_enquiry")[0]
    (kept,) = place.ask("select count(*) from projects_attachment")[0]
    stored -= before
    assert stored == kept
    if answer == 302:  # it was through before the blow
        assert stored == 1
    make_old(files_in(folder))
    place.manage("anonymise_enquiries")
    assert len(files_in(folder)) == kept
    # The sender, who got no answer, sends the form once more: it is one enquiry in any case.
    assert browser.post(ADDRESS, form).status_code == 302
    assert place.ask("select count(*) from projects_enquiry") == [(before + 1,)]
    assert len(files_in(folder)) == 1


def test_a_server_killed_as_a_whole_starts_again_from_where_it_was(place, portal, editing):
    ((event,),) = place.ask(EVENT)
    address = f"/admin/events/event/{event}/change/"
    form = form_at(editing, address) | {"title_en": "Before the blow"}
    assert editing.post(address, form).status_code == 302
    portal.kill()
    assert editing.status("/en/") is None
    portal.start()
    until(lambda: editing.status("/healthz") == 200, 40)
    assert "Before the blow" in editing.get("/en/events/").text
    assert editing.get("/admin/").status_code == 200  # still signed in
