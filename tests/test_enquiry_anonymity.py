"""After its time an enquiry is only a number in the statistics."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from projects.enquiries import letters, privacy
from projects.enquiries.handling import STEPS
from projects.enquiries.models import PrivateFiles
from projects.models import Enquiry, Erasure, Mail

from .backups import under_way
from .enquiries import (
    ADDRESS,
    LIST,
    NAME,
    PDF,
    ago,
    attached,
    do,
    enquiry,
    everywhere,
    files,
    letter,
    page_of,
    read,
    run,
    with_all,
)
from .factories import ProjectFactory
from .forms import filled_in
from .test_dashboard import findings


def test_after_two_years_an_enquiry_is_only_a_number_in_the_statistics(db, settings, editor):
    project = ProjectFactory()
    one = with_all(created=ago(days=731), project=project, assigned_to=editor, state="answered")
    one.shortlist.set([project])
    young = with_all(created=ago(days=729), email="new@example.org")
    status, out, _err = run("anonymise_enquiries")
    assert "enquiries made anonymous: 1, mails removed: 2, files removed: 1" in out
    one.refresh_from_db()
    for name, empty in privacy.PERSONAL.items():
        assert getattr(one, name) == empty, name
    assert (one.project, one.interest, one.country.code) == (project, "invest", "CH")
    assert (one.language, one.state, one.suspicions) == ("en", "answered", ["links"])
    assert one.anonymised_at
    assert not one.mails.exists()
    assert not one.shortlist.exists()
    assert len(files(settings)) == 1
    assert everywhere(ADDRESS) == set()
    young.refresh_from_db()
    assert young.email == "new@example.org"
    noted = Erasure.objects.get()
    assert (noted.reason, noted.enquiries, noted.files) == ("retention", 1, 1)
    assert status == 0


def test_every_column_is_either_personal_or_kept_for_statistics():
    columns = {column.name for column in Enquiry._meta.concrete_fields}
    assert columns == {*privacy.PERSONAL, *privacy.KEPT}


def test_the_second_run_does_nothing(db):
    with_all(created=ago(days=800))
    run("anonymise_enquiries")
    moment = Enquiry.objects.get().anonymised_at
    assert "enquiries made anonymous: 0" in run("anonymise_enquiries")[1]
    assert Enquiry.objects.get().anonymised_at == moment
    assert Erasure.objects.count() == 1


def test_nobody_is_told_of_an_enquiry_that_is_anonymous(db):
    with_all(created=ago(days=800), state="spam")
    run("anonymise_enquiries")
    one = Enquiry.objects.get()
    one.state = "new"
    letters.write(one, "https://portal.example")
    assert not Mail.objects.exists()


def test_a_dry_run_only_counts(db, settings):
    with_all(created=ago(days=800))
    out = run("anonymise_enquiries", dry_run=True)[1]
    assert (
        "enquiries to be made anonymous: 1, mails to be removed: 2, files to be removed: 1" in out
    )
    assert Enquiry.objects.get().email == ADDRESS
    assert len(files(settings)) == 1
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"state": "sent", "sent_at": 700}, True),
        ({"state": "waiting"}, True),
        ({"state": "sent", "sent_at": 740}, False),
    ],
)
def test_an_answer_begins_the_time_anew(db, answer, kept):
    one = with_all(created=ago(days=800))
    if days := answer.get("sent_at"):
        answer = {**answer, "sent_at": ago(days=days)}
    letter(one, kind="answer", **answer)
    run("anonymise_enquiries")
    assert Enquiry.objects.filter(email=ADDRESS).exists() == kept


def test_the_operator_sets_another_time(db, settings):
    settings.ENQUIRY_RETENTION_DAYS = 30
    with_all(created=ago(days=31))
    assert "made anonymous: 1" in run("anonymise_enquiries")[1]


def test_a_form_that_is_still_open_does_not_bring_the_person_back(backoffice):
    one = with_all(created=ago(days=800))
    form = filled_in(backoffice, one)
    run("anonymise_enquiries")
    answer = backoffice.post(form.address, {**form, "internal_note": f"Call {NAME}"})
    assert answer.status_code == 403
    assert "leads to what you wrote" in answer.content.decode()
    assert everywhere(ADDRESS, NAME) == set()


def test_an_enquiry_that_is_anonymous_waits_for_nobody_and_stays_as_it_was_counted(handler):
    one = enquiry(created=ago(days=800))
    run("anonymise_enquiries")
    assert "Enquiries not answered yet" not in findings(handler)
    page = read(handler, page_of(one))
    assert 'state--closed">closed' in page
    assert 'name="_save"' not in page
    assert page_of(one, "handle") not in page
    for step in STEPS:
        assert "There was nothing to change." in do(handler, one, step)
    handler.post(LIST, {"action": "mark_spam", "_selected_action": one.pk})
    one.refresh_from_db()
    assert (one.state, one.assigned_to) == ("closed", None)
    handler.post(page_of(one, "delete"), {"post": "yes"})
    assert not Enquiry.objects.exists()


def test_files_of_forms_that_were_never_sent_go_after_two_days(db, settings):
    kept = attached(enquiry())
    old, young = (PrivateFiles().save(f"2030-01/{name}", ContentFile(PDF)) for name in "ab")
    before = time.time() - 49 * 3600
    for name in (old, kept.file.name):
        os.utime(Path(settings.ENQUIRY_FILES) / name, (before, before))
    assert "files removed: 1" in run("anonymise_enquiries")[1]
    names = {str(path.relative_to(settings.ENQUIRY_FILES)) for path in files(settings)}
    assert names == {young, kept.file.name}
    assert Erasure.objects.get().enquiries == 0


def test_while_a_restore_adds_files_none_is_removed(db, settings):
    """They are as old as they were, and the database in use does not name them."""
    with_all(created=ago(days=800))
    old_file(settings, "2030-01/restored")
    with under_way("restore", settings.ENQUIRY_FILES):
        status, out, err = run("anonymise_enquiries")
        assert "made anonymous: 1, mails removed: 2, files removed: 0" in out
        assert (status, err) == (0, "A restore is under way: files are left alone this time.\n")
        assert len(files(settings)) == 2
        assert "files to be removed: 0" in run("anonymise_enquiries", dry_run=True)[1]
    # It failed, and what is of nothing now goes the next time.
    old_file(settings, *(path.relative_to(settings.ENQUIRY_FILES) for path in files(settings)))
    assert "files removed: 2" in run("anonymise_enquiries")[1]


def test_what_waits_for_a_restore_stays_for_two_days(db, settings, monkeypatch):
    """Whatever the age of the original: the restore may run on another machine."""
    old_file(settings, ".restoring/new/2030-01/letter", "lost+found/#1")
    assert "files removed: 0" in run("anonymise_enquiries")[1]
    monkeypatch.setattr(privacy, "FILES_WAIT", timedelta(0))
    assert "files removed: 1" in run("anonymise_enquiries")[1]
    assert [path.name for path in files(settings)] == ["#1"]


def old_file(settings, *names):
    before = time.time() - 49 * 3600
    for name in names:
        path = Path(settings.ENQUIRY_FILES, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF)
        os.utime(path, (before, before))


def test_one_fault_does_not_undo_nor_hide_what_went_before(db, monkeypatch):
    for _ in range(2):
        with_all(created=ago(days=800))
    real, calls = privacy._forget_traces, []

    def fails_at_the_second(*args):
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError
        real(*args)

    monkeypatch.setattr(privacy, "_forget_traces", fails_at_the_second)
    with pytest.raises(RuntimeError):
        call_command("anonymise_enquiries")
    assert Enquiry.objects.filter(email=ADDRESS).count() == 1
    assert Erasure.objects.get().enquiries == 1
