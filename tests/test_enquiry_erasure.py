"""A person who asks is erased without a trace."""

import json
import os
import time
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from reversion.models import Revision, Version

from projects.enquiries import delivery
from projects.enquiries.models import PrivateFiles
from projects.models import Enquiry, Erasure

from .enquiries import (
    ADDRESS,
    NAME,
    PDF,
    WORDS,
    enquiry,
    everywhere,
    files,
    refused,
    run,
    with_all,
)
from .forms import admin_address, filled_in, save
from .test_enquiries import fresh_cache, patient  # noqa: F401  (fixtures)


def test_after_an_erasure_nothing_of_the_person_is_left_anywhere(
    patient,  # noqa: F811
    backoffice,
    settings,
    django_capture_on_commit_callbacks,
    monkeypatch,
):
    monkeypatch.setattr(delivery, "send_soon", lambda enquiry: None)
    patient(attachment=SimpleUploadedFile("Offer of Ada.pdf", PDF))
    stored = Enquiry.objects.get()
    save(backoffice, filled_in(backoffice, stored), internal_note=f"{NAME} called", state="new")
    Version.objects.create(  # none is made today; whoever changes that must not keep the person
        revision=Revision.objects.create(date_created=timezone.now(), comment=""),
        content_type=LogEntry.objects.latest("pk").content_type,
        object_id=str(stored.pk),
        db="default",
        format="json",
        serialized_data="{}",
        object_repr=NAME,
    )
    assert len(files(settings)) == 1
    assert {"projects_enquiry.email", "projects_mail.recipient"} <= everywhere(ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        status, out, err = run("erase_personal_data", ADDRESS.upper(), yes=True)
    assert (status, err) == (0, "")
    assert "deleted: 1 enquiries, 1 mails, 1 files" in out
    words = (ADDRESS, NAME, WORDS["telephone"], WORDS["message"], "Offer of Ada")
    assert everywhere(*words, stored.reference) == set()
    assert files(settings) == []
    assert not Revision.objects.exists()
    noted = Erasure.objects.get()
    assert (noted.reason, noted.enquiries, noted.files, noted.by) == ("request", 1, 1, "")


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
