# ruff: noqa: F811  (fixtures)
"""Files that senders enclose: which are taken, where they are kept, and for how long."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from projects.enquiries import attachments, suspicion
from projects.models import Attachment, Enquiry

from .test_enquiries import (  # noqa: F401  (fixtures)
    WORDS,
    client,
    everything_typed_is_in,
    field,
    fresh_cache,
    patient,
    private_folder,
    text_of,
)

PDF = b"%PDF-1.7 x"


def docx(*more):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, "<x/>")
    return file.getvalue()


def packed_badly():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", "<x/>" * 50)
        archive.writestr("word/document.xml", "<x/>")
    whole = content.getvalue()
    at = whole.index(b"[Content_Types].xml") + len("[Content_Types].xml") + 9  # after its own head
    return whole[:at] + b"\xff" * 16 + whole[at + 16 :]


def file(name="offer.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("offer.pdf", PDF, "PDF"),
        ("Angebot Übersicht.DOCX", docx(), "DOCX"),
    ],
)
def test_a_file_is_kept_where_nobody_gets_it(client, patient, settings, name, content, kind):
    patient(attachment=file(name, content))
    attachment = Attachment.objects.get()
    assert (attachment.kind, attachment.size) == (kind, len(content))
    assert attachment.file.read() == content
    assert str(settings.ENQUIRY_FILES) in attachment.file.path
    assert str(settings.MEDIA_ROOT) not in attachment.file.path
    assert name.split(".")[0] not in attachment.file.path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html>"),
        ("page.pdf", b"<html>"),
        ("offer.exe", b"%PDF-1.7"),
        ("macros.docx", docx("word/vbaProject.bin")),
        ("broken.docx", b"PK\x03\x04broken"),
        ("packed badly.docx", packed_badly()),
        ("picture.png", b"\x89PNG\r\n\x1a\nbroken"),
        ("large.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024),
        ("empty.pdf", b""),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(patient, name, content):
    response = patient(attachment=file(name, content))
    assert response.status_code == 200
    assert WORDS["message"] in response.content.decode()
    assert not Enquiry.objects.exists()
    assert not Attachment.objects.exists()


def test_of_a_file_that_is_far_too_large_no_more_is_taken_than_may_be_sent(patient, monkeypatch):
    taken = []

    class File(io.BytesIO):
        def write(self, data):
            taken.append(len(data))

    monkeypatch.setattr(attachments.io, "BytesIO", File)
    response = patient(attachment=file("film.pdf", b"%PDF-" + b"0" * 40 * 2**20))
    assert "The file is larger than" in text_of(response)
    assert WORDS["name"] in response.content.decode()
    assert 0 < sum(taken) <= attachments.MOST_BYTES


def test_a_file_stays_chosen_when_the_form_comes_back(client, patient):
    page = patient(email="wrong", attachment=file())
    assert "offer.pdf" in page.content.decode()
    kept = field(page, "kept")
    patient(kept=kept)
    assert Attachment.objects.get().file.read() == PDF
    # Sent once, it is nobody's to send again.
    patient(kept=kept, message="Another message")
    assert Attachment.objects.count() == 1


def test_a_kept_file_can_be_left_out(patient):
    page = patient(email="wrong", attachment=file())
    kept = field(page, "kept")
    patient(kept=kept, leave_out="on")
    assert Enquiry.objects.count() == 1
    assert not Attachment.objects.exists()


def test_a_connection_stores_no_more_than_ten_files_an_hour(client, patient):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    for _ in range(suspicion.MOST_FILES):
        assert field(patient(email="wrong", attachment=file()), "kept")
    page = patient(email="wrong", attachment=file())
    assert "Too many files" in text_of(page)
    assert field(page, "kept") is None
    patient()
    assert Enquiry.objects.get().state == "new"


def test_a_kept_file_that_is_gone_is_asked_for_again(client, patient, settings):
    kept = field(patient(email="wrong", attachment=file()), "kept")
    for one in settings.ENQUIRY_FILES.rglob("*"):
        if one.is_file():
            one.unlink()
    page = patient(kept=kept)
    assert text_of(page).count("choose it again") == 2  # above the form, and at the field
    assert not Enquiry.objects.exists()
    patient(word=field(page, "opened"))
    assert not Attachment.objects.exists()


def test_a_kept_file_is_no_longer_taken_than_the_timer_lets_it_lie(patient, monkeypatch):
    kept = field(patient(email="wrong", attachment=file()), "kept")
    later = timezone.now() + attachments.KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr(attachments.timezone, "now", lambda: later)
    assert attachments.Kept.read(kept) is None


@pytest.mark.parametrize("kept", ["x", "WyJhIiwxXQ:1:x", "../../etc/passwd", "\0"])
def test_nobody_makes_a_kept_file_up(patient, kept):
    assert "choose it again" in text_of(patient(kept=kept))


def test_a_form_with_a_kept_file_sent_twice_is_thanked_twice(patient):
    page = patient(email="wrong", attachment=file())
    sent = {"kept": field(page, "kept"), "word": field(page, "opened")}
    assert [patient(**sent).status_code for _ in range(2)] == [302, 302]
    assert Attachment.objects.count() == 1


def test_of_many_files_no_more_is_taken_than_of_one(client, patient):
    half = b"%PDF-" + b"0" * (attachments.MOST_BYTES // 2)
    page = patient(attachment=file(content=half), other=file(content=half), third=file())
    assert "The file is larger than" in text_of(page)


def test_ten_megabytes_may_be_sent_under_any_name(patient):
    whole = PDF + b"0" * (attachments.MOST_BYTES - len(PDF))
    patient(attachment=file(f"../../{'x' * 300}.{'y' * 300}.pdf", whole))
    attachment = Attachment.objects.get()
    assert attachment.size == attachments.MOST_BYTES
    assert attachment.name == f"{'x' * 100}.pdf"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\offer.pdf", "offer.pdf"),
        ("gnp.\u202efdp.pdf", "gnp.fdp.pdf"),
        ("U\u0308bersicht.pdf", "Übersicht.pdf"),
        ("报价.pdf", "报价.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_a_handler_gets_a_name_that_is_only_a_name(patient, name, kept):
    patient(attachment=file(name))
    assert Attachment.objects.get().name == kept


def test_photos_that_phones_take_in_a_row_are_photos(patient):
    from PIL import Image

    image, content = Image.new("RGB", (8, 8)), io.BytesIO()
    image.save(content, "MPO", save_all=True, append_images=[image])
    patient(attachment=file("photo.jpg", content.getvalue()))
    assert Attachment.objects.get().kind == "JPEG"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/VBAPROJECT.BIN", ""),
        ("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        ("[Content_Types].xml", None),
    ],
)
def test_what_has_macros_or_is_no_office_file_is_refused(patient, part, content):
    parts = {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>", part: content}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, words in parts.items():
            if words is not None:
                archive.writestr(name, words)
    patient(attachment=file("offer.docx", packed.getvalue()))
    assert not Attachment.objects.exists()


def test_a_long_list_of_members_is_not_even_read(patient, monkeypatch):
    parts = (f"{n}/{'x' * 200}" for n in range(5000))
    content = docx(*parts)
    monkeypatch.delattr(attachments.zipfile, "ZipFile")
    patient(attachment=file("offer.docx", content))
    assert not Attachment.objects.exists()
