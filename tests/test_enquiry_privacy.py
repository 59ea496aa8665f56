"""What enquiries hold about persons goes after its time, or when they ask, without a trace."""

import json
import logging
import os
import re
import time
from datetime import timedelta
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from reversion.models import Revision, Version

from guizhou_portal.backoffice.roles import Role
from projects.enquiries import delivery, letters, privacy
from projects.enquiries.models import PrivateFiles
from projects.models import Attachment, Enquiry, Erasure, Mail

from .factories import ProjectFactory
from .forms import admin_address, filled_in, save
from .test_enquiries import (  # noqa: F401  (fixtures)
    WORDS,
    fresh_cache,
    patient,
    private_folder,
)

PAGE = "/admin/personal-data/"
LOG = "/admin/projects/erasure/"
ADDRESS, NAME = WORDS["email"], WORDS["name"]
PDF = b"%PDF-1.7\n%%EOF"


def enquiry(**fields):
    return Enquiry.objects.create(
        **{**{key: one for key, one in WORDS.items() if key != "consent"}, **fields},
        consented_at=timezone.now(),
        fingerprint="f" * 64,
    )


def with_all(**fields):
    """An enquiry with a file, mails, a note and somebody who looks after it."""
    one = enquiry(internal_note="Knows Bob", about="A page", suspicions=["links"], **fields)
    attached(one)
    for kind, recipient in (("confirmation", one.email), ("notification", "office@portal.example")):
        Mail.objects.create(
            enquiry=one, kind=kind, recipient=recipient, subject="Hello", body=f"Dear {one.name}"
        )
    return one


def attached(one, name="Offer of Ada.pdf"):
    file = Attachment(enquiry=one, name=name, kind="PDF", size=len(PDF))
    file.file.save(name, ContentFile(PDF))
    return file


def aged(one, days):
    Enquiry.objects.filter(pk=one.pk).update(created=timezone.now() - timedelta(days=days))


def files(settings):
    return sorted(path for path in Path(settings.ENQUIRY_FILES).rglob("*") if path.is_file())


def everywhere(*words):
    """``table.column`` wherever one of ``words`` is stored in the database, in any case."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names of our own tables)
            columns = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if any(word.casefold() in str(value).casefold() for word in words):
                        found.add(f"{table}.{column}")
    return found


def run(command, *arguments, **options):
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err, **options)
        status = 0
    except SystemExit as end:
        status = end.code
    return status, out.getvalue(), err.getvalue()


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


# --- erasure ------------------------------------------------------------------------------------


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


def test_an_address_with_letters_beyond_ascii_is_found_in_any_case(db):
    with_all(email="jorg@bücher.example")
    run("erase_personal_data", "JORG@BÜCHER.example", yes=True)
    assert not Enquiry.objects.exists()


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
    assert json.loads(run("personal_data", ADDRESS)[1])["mentioned_in"] == [other.reference]
    assert (status, Enquiry.objects.count(), Erasure.objects.count()) == (0, 1, 0)


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
        then.setattr(PrivateFiles, "delete", _refuses)
        status, _out, err = run("erase_personal_data", ADDRESS, yes=True)
    assert status == 1
    assert file.name in err
    assert (Enquiry.objects.count(), Erasure.objects.get().files) == (0, 0)
    later = time.time() - 3 * 24 * 3600
    os.utime(file, (later, later))
    assert "files removed: 1" in run("anonymise_enquiries")[1]
    assert files(settings) == []


def _refuses(self, name):
    raise PermissionError(13, "Permission denied")


# --- access -------------------------------------------------------------------------------------


def test_a_person_is_told_everything(db):
    project = ProjectFactory(title_de="Verkehr")
    one = with_all(project=project)
    one.shortlist.set([project])
    with_all(email="bob@example.org")
    (told,) = json.loads(run("personal_data", ADDRESS)[1])["enquiries"]
    for key, value in WORDS.items():
        assert key == "consent" or told[key] == value
    assert (told["project"], told["shortlist"]) == ("Verkehr", ["Verkehr"])
    assert told["internal_note"] == "Knows Bob"
    assert told["attachments"] == [{"name": "Offer of Ada.pdf", "kind": "PDF", "size": len(PDF)}]
    assert {mail["body"] for mail in told["mails"]} == {f"Dear {NAME}"}


def test_about_a_stranger_nothing_is_told(db):
    with_all()
    told = json.loads(run("personal_data", "stranger@example.org")[1])
    assert told == {"enquiries": [], "other_mails": [], "mentioned_in": []}


# --- after its time -----------------------------------------------------------------------------


def test_after_two_years_an_enquiry_is_only_a_number_in_the_statistics(db, settings, editor):
    project = ProjectFactory()
    one, young = with_all(project=project, assigned_to=editor), with_all(email="new@example.org")
    aged(one, 731)
    aged(young, 729)
    status, out, _err = run("anonymise_enquiries")
    assert "enquiries made anonymous: 1, mails removed: 2, files removed: 1" in out
    one.refresh_from_db()
    for name, empty in privacy.PERSONAL.items():
        assert getattr(one, name) == empty, name
    assert (one.project, one.interest, one.country.code) == (project, "invest", "CH")
    assert (one.language, one.state, one.suspicions) == ("de", "new", ["links"])
    assert one.anonymised_at
    assert not one.mails.exists()
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
    aged(with_all(), 800)
    run("anonymise_enquiries")
    moment = Enquiry.objects.get().anonymised_at
    assert "enquiries made anonymous: 0" in run("anonymise_enquiries")[1]
    assert Enquiry.objects.get().anonymised_at == moment
    assert Erasure.objects.count() == 1


def test_nobody_is_told_of_an_enquiry_that_is_anonymous(db):
    aged(with_all(state="spam"), 800)
    run("anonymise_enquiries")
    one = Enquiry.objects.get()
    one.state = "new"
    letters.write(one, "https://portal.example")
    assert not Mail.objects.exists()


def test_a_dry_run_only_counts(db, settings):
    aged(with_all(), 800)
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
    one = with_all()
    aged(one, 800)
    if days := answer.get("sent_at"):
        answer = {**answer, "sent_at": timezone.now() - timedelta(days=days)}
    Mail.objects.create(
        enquiry=one, kind="answer", recipient=ADDRESS, subject="Re", body="Yes", **answer
    )
    run("anonymise_enquiries")
    assert Enquiry.objects.filter(email=ADDRESS).exists() == kept


def test_the_operator_sets_another_time(db, settings):
    settings.ENQUIRY_RETENTION_DAYS = 30
    aged(with_all(), 31)
    assert "made anonymous: 1" in run("anonymise_enquiries")[1]


def test_a_form_that_is_still_open_does_not_bring_the_person_back(backoffice):
    one = with_all()
    aged(one, 800)
    form = filled_in(backoffice, one)
    run("anonymise_enquiries")
    answer = backoffice.post(form.address, {**form, "internal_note": "Later"})
    assert "Somebody else saved this record" in answer.content.decode()
    assert everywhere(ADDRESS) == set()


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


def test_one_fault_does_not_undo_nor_hide_what_went_before(db, monkeypatch):
    for _ in range(2):
        aged(with_all(), 800)
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


# --- the page -----------------------------------------------------------------------------------


def test_an_administrator_finds_takes_along_and_erases(signed_in, settings):
    one, client = with_all(), signed_in(Role.ADMINISTRATOR)
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()
    found = client.post(PAGE, {"email": ADDRESS.upper(), "step": "find"})
    for words in (one.reference, NAME, "Offer of Ada.pdf"):
        assert words in text_of(found)
    assert "no-store" in found["Cache-Control"]
    assert ADDRESS not in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"email": ADDRESS, "step": "download"})
    assert answer["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(answer.content)["enquiries"][0]["email"] == ADDRESS
    done = client.post(PAGE, {"email": ADDRESS, "step": "erase", "confirmed": "on"})
    assert done["Location"] == PAGE
    assert "Erased. Enquiries: 1, mails: 2, files: 1." in text_of(client.get(PAGE))
    assert files(settings) == []
    assert everywhere(ADDRESS, NAME) == set()
    assert Erasure.objects.get().by == "ADMINISTRATOR"
    log = text_of(client.get(LOG))
    assert "a person asked for it" in log
    assert "ADMINISTRATOR" in log


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "no"}])
def test_without_a_confirmation_nothing_is_erased(signed_in, confirmed):
    with_all()
    client = signed_in(Role.ADMINISTRATOR)
    answer = client.post(PAGE, {"email": ADDRESS, "step": "erase", **confirmed})
    assert "Please confirm that all of it is to be erased." in text_of(answer)
    assert Enquiry.objects.count() == 1


def test_an_address_in_the_pages_own_address_does_nothing(signed_in):
    with_all()
    client = signed_in(Role.ADMINISTRATOR)
    page = client.get(f"{PAGE}?email={ADDRESS}&step=erase&confirmed=on")
    assert NAME not in text_of(page)
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize("address", ["", "ada", "%", "a" * 300 + "@example.org", "ada@\0"])
def test_a_wrong_address_on_the_page_is_told(signed_in, address):
    with_all()
    client = signed_in(Role.ADMINISTRATOR)
    for step in ("find", "download", "erase", "nonsense"):
        sent = {"email": address, "step": step, "confirmed": "on"}
        answer = client.post(PAGE, sent)
        assert answer.status_code == 200
        assert 'class="errorlist"' in answer.content.decode()
    assert Enquiry.objects.count() == 1


def test_a_stranger_is_not_found(signed_in):
    client = signed_in(Role.ADMINISTRATOR)
    sent = {"email": "stranger@example.org", "step": "find"}
    assert "Nothing is stored under this address." in text_of(client.post(PAGE, sent))
    client.post(PAGE, {**sent, "step": "erase", "confirmed": "on"})
    assert "Nothing is stored under this address." in text_of(client.get(PAGE))
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.ADMINISTRATOR])
def test_nobody_else_sees_the_page_or_the_log(signed_in, role):
    with_all()
    client = signed_in(role)
    assert PAGE not in client.get("/admin/").content.decode()
    assert client.get(LOG).status_code == 403
    assert client.get(PAGE).status_code == 403
    for step in ("find", "download", "erase"):
        sent = {"email": ADDRESS, "step": step, "confirmed": "on"}
        answer = client.post(PAGE, sent)
        assert answer.status_code == 403
        assert NAME not in answer.content.decode()
    assert Enquiry.objects.count() == 1


def test_a_visitor_is_asked_to_sign_in(client, db):
    answer = client.post(PAGE, {"email": ADDRESS, "step": "download"})
    assert answer["Location"].startswith("/admin/login/")


def test_another_site_cannot_erase(editor):
    from django.test import Client

    with_all()
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    sent = {"email": ADDRESS, "step": "erase", "confirmed": "on"}
    assert client.post(PAGE, sent).status_code == 403
    assert Enquiry.objects.count() == 1


def test_the_log_of_erasures_is_only_read(backoffice):
    noted = Erasure.objects.create(reason="request", enquiries=1, files=0)
    for action in ("change", "delete"):
        backoffice.post(admin_address(Erasure, action, noted.pk), {"post": "yes", "by": "Eve"})
    backoffice.post(LOG, {"action": "delete_selected", "_selected_action": noted.pk, "post": "yes"})
    assert backoffice.get(f"{LOG}add/").status_code == 403
    assert Erasure.objects.get().by == ""


def test_a_file_that_stays_is_told_on_the_page(signed_in, monkeypatch):
    with_all()
    client = signed_in(Role.ADMINISTRATOR)
    monkeypatch.setattr(PrivateFiles, "delete", _refuses)
    client.post(PAGE, {"email": ADDRESS, "step": "erase", "confirmed": "on"})
    assert "Files that could not be removed: 1." in text_of(client.get(PAGE))


# --- the server's log ---------------------------------------------------------------------------


def test_the_log_of_the_server_names_no_person(db, monkeypatch, caplog, settings):
    one = with_all()

    def fails(*args):
        raise RuntimeError(f"Failing row contains ({ADDRESS}, {NAME})")

    monkeypatch.setattr(delivery.connections, "close_all", lambda: None)
    with monkeypatch.context() as then, caplog.at_level(logging.DEBUG):
        then.setattr(delivery, "send_pending", fails)
        delivery._send_in_thread(one.pk)
    with monkeypatch.context() as then, caplog.at_level(logging.DEBUG):
        then.setattr(delivery, "_connection", lambda: _Refusing())
        delivery._send_in_thread(one.pk)
    logged = caplog.text
    assert "Mails of an enquiry not sent: RuntimeError" in logged
    assert "SMTPRecipientsRefused" in logged
    assert ADDRESS not in logged
    assert NAME not in logged
    assert one.mails.get(kind="confirmation").error == "550 unknown"


class _Refusing:
    def open(self):
        """Like a mail server that answers."""

    close = open

    def send_messages(self, found):
        import smtplib

        raise smtplib.SMTPRecipientsRefused({found[0].to[0]: (550, b"unknown")})


# --- what visitors read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Anfragen", "Art. 6 Abs. 1 Buchst. a DSGVO", "widerrufen", "730 Tage", "Prüfwert"]),
        ("en", ["Enquiries", "Article 6(1)(a) GDPR", "withdraw", "730 days", "digest"]),
        ("zh-hans", ["咨询", "第6条第1款（a）项", "撤回", "730天", "摘要"]),
    ],
)
def test_the_privacy_policy_tells_what_becomes_of_an_enquiry(portal, client, language, words):
    page = text_of(client.get(f"/{language}/privacy/"))
    for one in words:
        assert one in page
