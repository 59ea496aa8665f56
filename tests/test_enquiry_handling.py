"""The page of an enquiry: what was sent, the steps a handler takes, and the files."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.utils import timezone

from guizhou_portal.backoffice.roles import Role
from guizhou_portal.pages.models import Operator
from projects.enquiries import delivery
from projects.models import ConsentText, Mail

from .enquiries import LIST, PDF, attached, do, enquiry, page_of, read, user
from .factories import ProjectFactory
from .forms import filled_in, save


@pytest.fixture
def operator(db):
    return Operator.objects.create(name="Agency", email="agency@example.org")


def test_what_was_sent_is_read_and_never_changed(handler):
    consent = ConsentText.objects.create(text_de="Ja", text_en="I consent to it.")
    one = enquiry(state="spam", suspicions=["links"], consent_text=consent)
    page = read(handler, page_of(one))
    for words in ("We would like to know more.", "Version", "I consent to it.", "three links"):
        assert words in page, words
    form = filled_in(handler, one)
    assert {"state", "assigned_to", "internal_note"} == set(form) - {"csrfmiddlewaretoken", "seen"}
    forged = {"name": "Eve", "message": "Other", "project": "1", "suspicions": "[]"}
    save(handler, form, **forged, internal_note="Called back")
    one.refresh_from_db()
    assert (one.name, one.message, one.suspicions) == (
        "Ada Example",
        "We would like to know more.",
        ["links"],
    )
    assert one.internal_note == "Called back"


def test_each_project_of_a_shortlist_is_named_and_leads_to_its_page(handler):
    one = enquiry()
    public, draft = ProjectFactory(), ProjectFactory(publication="draft")
    one.shortlist.set([public, draft])
    for place in (page_of(one), page_of(one, "answer")):
        page = read(handler, place)
        assert f'href="{public.get_absolute_url()}"' in page
        assert draft.title_en in page
        assert draft.slug not in page


def test_an_enquiry_without_its_person_is_neither_taken_nor_spam(handler):
    one = enquiry(anonymised_at=timezone.now(), name="", email="", message="")
    page = read(handler, page_of(one))
    assert "Mark as spam" not in page
    assert "Assign to me" not in page
    assert "made anonymous" in read(handler, LIST)


def test_an_enquiry_is_assigned_to_people_who_handle_enquiries(handler, signed_in, client):
    editor = signed_in(Role.EDITOR).session["_auth_user_id"]
    client.force_login(user())
    one = enquiry()
    form = filled_in(client, one)
    page = client.post(form.address, {**form, "assigned_to": editor}).content.decode()
    assert "Select a valid choice." in page
    save(client, form, assigned_to=str(user().pk))
    # Whoever handles enquiries no more keeps those of old, until somebody gives them to others.
    user().groups.clear()
    signed_in(Role.ADMINISTRATOR)
    save(client, filled_in(client, one), internal_note="x")
    one.refresh_from_db()
    assert one.assigned_to == user()


def test_one_click_assigns_closes_and_sorts_out(handler):
    one = enquiry()
    assert "Assign to me" in read(handler, page_of(one))
    assert "1 enquiry is assigned to you now." in do(handler, one, "take")
    assert "Assign to me" not in read(handler, page_of(one))
    assert "1 enquiry is closed now." in do(handler, one, "close")
    one.refresh_from_db()
    assert (one.state, one.assigned_to) == ("closed", user())
    do(handler, one, "mark_spam")
    assert "There was nothing to change." in do(handler, one, "close")
    one.refresh_from_db()
    assert one.state == "spam"
    told = handler.get("/admin/").content.decode()
    assert "Changed State." in told
    assert "Ada" not in "".join(LogEntry.objects.values_list("object_repr", flat=True))


def test_what_turns_out_to_be_no_spam_gets_its_mails_once(handler, operator):
    one = enquiry(state="spam")
    do(handler, one, "clear_of_spam")
    assert sorted(one.mails.values_list("kind", flat=True)) == ["confirmation", "notification"]
    for step in ("mark_spam", "clear_of_spam"):
        do(handler, one, step)
    assert one.mails.count() == 2
    other = enquiry(state="spam", email="other@example.org")
    save(handler, filled_in(handler, other), state="new")
    assert other.mails.count() == 2
    listed_too = [enquiry(state="spam", email=f"{n}@example.org").pk for n in range(2)]
    handler.post(f"{LIST}?state=spam", {"action": "clear_of_spam", "_selected_action": listed_too})
    assert Mail.objects.filter(enquiry__in=listed_too).count() == 4
    delivery.send_pending()
    assert len(mail.outbox) == 8


# --- attachments ----------------------------------------------------------------------------------


def test_an_attachment_is_downloaded_and_never_shown_in_the_browser(handler):
    one = enquiry()
    address = page_of(one, "file", attached(one, "Angebot Übersicht.pdf").pk)
    assert address in read(handler, page_of(one))
    response = handler.get(address)
    assert b"".join(response.streaming_content) == PDF
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "Angebot%20%C3%9Cbersicht.pdf" in disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_a_file_that_is_gone_is_a_message(handler):
    one = enquiry()
    file = attached(one, "Angebot Übersicht.pdf")
    file.file.storage.delete(file.file.name)
    page = read(handler, page_of(one, "file", file.pk))
    assert "is not there any more." in page
    assert "Angebot Übersicht.pdf" in page
