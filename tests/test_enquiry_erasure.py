"""A person who asks is erased without a trace."""

import json
import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from reversion.models import Revision, Version

from projects.enquiries import delivery
from projects.enquiries.handling import STEPS
from projects.enquiries.models import PrivateFiles
from projects.enquiries.statistics import median_hours, tables
from projects.models import Enquiry, Erasure, Mail

from .enquiries import (
    ADDRESS,
    LIST,
    NAME,
    ago,
    beyond_the_database,
    do,
    enquiry,
    everywhere,
    files,
    page_of,
    read,
    refused,
    run,
    with_all,
)
from .factories import ProjectFactory
from .forms import admin_address, filled_in, form_at, save
from .test_enquiries import fresh_cache, patient  # noqa: F401  (fixtures)
from .test_start import manage, place  # noqa: F401  (a fixture)

#: Each word is found nowhere else.
PERSON = {
    "name": "Wolpertinger",
    "organisation": "Zyzzogeton AG",
    "email": "w.quux+fair@sesquipedal.example",
    "telephone": "+49 9182 736455",
    "message": "Kryptonite by the ton.\n\nSnollygoster",
}
TRACES = (
    *("wolpertinger", "zyzzogeton", "quux", "sesquipedal", "9182 736455", "kryptonite"),
    *("snollygoster", "flibbertigibbet", "balderdash", "hullabaloo", "qwertz", "gobbledygook"),
)


@pytest.fixture
def story(patient, handler, monkeypatch, caplog):  # noqa: F811
    """An enquiry that came by the form and was handled in every way; what the log says of it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(delivery, "send_soon", lambda enquiry: None)
    project = ProjectFactory()
    file = SimpleUploadedFile("Qwertz.pdf", b"%PDF-1.7 Gobbledygook")
    patient(f"/en/projects/{project.slug}/enquiry/", **PERSON, attachment=file)
    one = Enquiry.objects.get()
    save(handler, filled_in(handler, one), internal_note="Flibbertigibbet", state="closed")
    for words in ("Balderdash", "Hullabaloo"):
        form = form_at(handler, page_of(one, "answer"))
        handler.post(form.address, {**form, "subject": words, "body": f"{words}, {one.name}"})
    for step in STEPS:
        do(handler, one, step)
    save(handler, filled_in(handler, one), state="new", assigned_to="")
    delivery.send_pending()
    for page in ("change", "history"):
        read(handler, page_of(one, page))
    for address in (f"{LIST}?q=Wolpertinger", f"{LIST}export/", f"{LIST}statistics/"):
        b"".join(handler.get(address))
    file = one.attachments.get()
    b"".join(handler.get(page_of(one, "file", file.pk)).streaming_content)
    file.file.storage.delete(file.file.name)
    handler.get(page_of(one, "file", file.pk))  # what it says waits in the session
    file.file.save("x", ContentFile(b"%PDF-1.7 Gobbledygook"))
    assert len(mail.outbox) == 3
    return caplog


def test_after_an_erasure_nothing_of_the_person_is_left_anywhere(
    story, handler, tmp_path, django_capture_on_commit_callbacks
):
    one = Enquiry.objects.get()
    assert all(everywhere(word) | beyond_the_database(tmp_path, word) for word in TRACES)
    read(handler, page_of(one))
    with django_capture_on_commit_callbacks(execute=True):
        status, out, err = run("erase_personal_data", PERSON["email"].upper(), yes=True)
    assert (status, err) == (0, "")
    assert "deleted: 1 enquiries, 3 mails, 1 files" in out
    assert everywhere(*TRACES, one.reference) == set()
    assert beyond_the_database(tmp_path, *TRACES, one.reference) == set()
    for address in ("/admin/", LIST, f"{LIST}export/"):
        page = b"".join(handler.get(address)).decode()
        assert not [word for word in TRACES if word in page.casefold()]
    assert not [word for word in TRACES if word in story.text.casefold()]
    assert not LogEntry.objects.exists()
    noted = Erasure.objects.get()
    assert (noted.reason, noted.enquiries, noted.files, noted.by) == ("request", 1, 1, "")


def test_when_it_is_made_anonymous_nothing_of_the_person_is_left_either(
    story, handler, tmp_path, django_capture_on_commit_callbacks
):
    one = Enquiry.objects.get()
    before, figures = median_hours(), {table.title: table.rows for table in tables()[1:]}
    Enquiry.objects.update(created=ago(days=800), answered_at=ago(days=800))
    Mail.objects.update(sent_at=ago(days=800), created=ago(days=800))
    read(handler, page_of(one))
    with django_capture_on_commit_callbacks(execute=True):
        run("anonymise_enquiries")
    assert everywhere(*TRACES) == beyond_the_database(tmp_path, *TRACES) == set()
    assert everywhere(one.reference) == {"projects_enquiry.reference"}
    assert {table.title: table.rows for table in tables()[1:]} == figures
    assert before is not None


STORE = """
from django.utils import timezone
from projects.models import Enquiry
words = {"name": "Wolpertinger", "email": "w@quux.example", "message": "Wolpertinger " * 500}
Enquiry.objects.create(consented_at=timezone.now(), **words)
"""


@pytest.mark.thorough
def test_nothing_of_the_person_is_left_in_the_files_of_sqlite(place, tmp_path):  # noqa: F811
    def known():
        return {one.name for one in tmp_path.iterdir() if b"Wolpertinger" in one.read_bytes()}

    manage("migrate", **place)
    # As a server would, this keeps what was written in the journal.
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as server:
        server.execute("SELECT count(*) FROM projects_enquiry").fetchall()
        manage("shell", "-c", STORE, **place)
        assert known() == {"portal.sqlite3-wal"}
        done = manage("erase_personal_data", "w@quux.example", "--yes", **place)
        assert "deleted: 1 enquiries" in done.stdout
        assert known() == set()


def test_stored_versions_go_too_though_none_are_made_today(db):
    one = with_all()
    kind = ContentType.objects.get_for_model(Enquiry)
    Version.objects.create(
        revision=Revision.objects.create(date_created=timezone.now(), comment=""),
        content_type=kind,
        object_id=str(one.pk),
        db="default",
        format="json",
        serialized_data="{}",
        object_repr=NAME,
    )
    run("erase_personal_data", ADDRESS, yes=True)
    assert not Revision.objects.exists()


def test_others_keep_their_enquiries(db, settings):
    with_all()
    other = with_all(email="bob@example.org", name="Bob")
    run("erase_personal_data", ADDRESS, yes=True)
    assert Enquiry.objects.get() == other
    assert other.mails.count() == 2
    assert [path.name for path in files(settings)] == [Path(other.attachments.get().file.name).name]


def test_the_log_of_the_back_office_does_not_call_an_enquiry_by_its_sender(backoffice):
    one = with_all()
    save(backoffice, filled_in(backoffice, one), internal_note="Called back")
    backoffice.post(admin_address(Enquiry, "delete", one.pk), {"post": "yes"}, follow=True)
    entries = LogEntry.objects.values_list("object_repr", flat=True)
    assert list(entries) == [one.reference] * 2
    assert everywhere(ADDRESS, NAME) == set()


def test_the_file_goes_when_an_enquiry_is_deleted_by_hand(
    backoffice, settings, django_capture_on_commit_callbacks
):
    one = with_all()
    with django_capture_on_commit_callbacks(execute=True):
        backoffice.post(admin_address(Enquiry, "delete", one.pk), {"post": "yes"})
    assert not Enquiry.objects.exists()
    assert files(settings) == []


def test_an_older_log_that_calls_the_sender_by_name_is_cleaned_too(backoffice, editor):
    one = with_all()
    save(backoffice, filled_in(backoffice, one), internal_note="Called back")
    entry = LogEntry.objects.get()
    LogEntry.objects.create(
        user=editor,
        content_type=entry.content_type,
        object_id="999",
        object_repr=f"{NAME} (new)",
        action_flag=3,
    )
    run("erase_personal_data", ADDRESS, yes=True)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("stored", "asked", "is_same"),
    [
        ("jorg@bücher.example", "JORG@BÜCHER.example", True),
        ("jorg@bücher.example", "jorg@xn--bcher-kva.example", True),
        ("jorg@XN--BCHER-KVA.example", "jorg@bücher.example", True),
        ("jorg@例子.example", " jorg@xn--fsqu00a.example ", True),
        ("jorg@straße.example", "jorg@xn--strae-oqa.example", True),
        ("jorg@例子.example", "jorg@例子.ｅｘａｍｐｌｅ", True),
        ("jorg+fair@example.org", "jorg+FAIR@example.org", True),
        ("jorg+fair@example.org", "jorg@example.org", False),
        ("jorg@straße.example", "jorg@strasse.example", False),
        ("jorg@xn--999999999.example", "jorg@example.org", False),
    ],
)
def test_an_address_is_found_however_it_is_written_and_no_other(db, stored, asked, is_same):
    with_all(email=stored)
    run("erase_personal_data", asked, yes=True)
    assert Enquiry.objects.exists() != is_same


def test_mails_to_an_address_that_was_corrected_go_and_the_enquiry_stays(db):
    one = with_all(email="ida@example.org")
    Enquiry.objects.filter(pk=one.pk).update(email="other@example.org")
    told = json.loads(run("personal_data", "ida@example.org")[1])
    assert [mail["enquiry"] for mail in told["other_mails"]] == [one.reference]
    run("erase_personal_data", "ida@example.org", yes=True)
    assert [mail.kind for mail in one.mails.all()] == ["notification"]
    assert everywhere("ida@example.org") == set()


def test_texts_of_others_that_name_the_address_are_told_and_left(db):
    other = with_all(email="bob@example.org", message=f"Please ask {ADDRESS}.")
    status, out, _err = run("erase_personal_data", ADDRESS, yes=True)
    assert f"stands in a text of {other.reference}" in out
    assert "Nothing is stored under this address." in out
    assert (status, Enquiry.objects.count(), Erasure.objects.count()) == (0, 1, 0)


@pytest.mark.parametrize("field", ["name", "organisation", "internal_note"])
def test_a_text_is_told_that_names_the_address_in_another_way_of_writing(db, field):
    other = enquiry(email="bob@example.org", **{field: "of jorg@xn--bcher-kva.example"})
    out = run("erase_personal_data", "jorg@bücher.example", yes=True)[1]
    assert f"stands in a text of {other.reference}" in out


@pytest.mark.parametrize("command", ["personal_data", "erase_personal_data"])
@pytest.mark.parametrize("address", ["", "ada", "Ada <ada@example.org>", "%", "ada@example.org\0"])
def test_a_wrong_address_is_one_sentence(db, command, address):
    with_all()
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command(command, address)
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("no", 1), ("", 1), (None, 1)])
def test_the_command_asks_first(db, monkeypatch, answer, left):
    one = with_all()
    asked = []

    def reply(question):
        asked.append(question)
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", reply)
    if left:
        with pytest.raises(CommandError, match="Nothing was deleted"):
            call_command("erase_personal_data", ADDRESS)
    else:
        run("erase_personal_data", ADDRESS)
    assert one.reference in asked[0]
    assert Enquiry.objects.count() == left


def test_a_file_that_cannot_be_removed_is_told_and_tried_again(db, settings, monkeypatch):
    with_all()
    (file,) = files(settings)
    with monkeypatch.context() as then:
        then.setattr(PrivateFiles, "delete", refused)
        status, _out, err = run("erase_personal_data", ADDRESS, yes=True)
    assert status == 1
    assert file.name in err
    assert (Enquiry.objects.count(), Erasure.objects.get().files) == (0, 0)
    later = time.time() - 3 * 24 * 3600
    os.utime(file, (later, later))
    assert "files removed: 1" in run("anonymise_enquiries")[1]
    assert files(settings) == []
