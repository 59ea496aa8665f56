"""Enquiries in the back office: what their handlers do, and what others do not."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from guizhou_portal.backoffice.roles import Role
from guizhou_portal.pages.models import Operator
from projects.enquiries import delivery
from projects.models import AnswerTemplate, ConsentText, Enquiry, Mail, Mailbox, Project

from .factories import ProjectFactory, SectorFactory
from .forms import admin_address, empty, filled_in, form_at, form_in, save
from .test_dashboard import findings, listed
from .test_queries import queries

LIST = admin_address(Enquiry, "changelist")


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.ENQUIRY_FILES = tmp_path / "enquiries"


@pytest.fixture
def handler(signed_in):
    return signed_in(Role.ENQUIRY_HANDLER)


@pytest.fixture
def operator(db):
    return Operator.objects.create(name="Agency", email="agency@example.org")


def user(name="ENQUIRY_HANDLER"):
    return get_user_model().objects.get(username=name)


def enquiry(age=None, mails=(), **fields):
    one = Enquiry.objects.create(
        **{
            "name": "Ada Example",
            "organisation": "Example AG",
            "email": "ada@example.org",
            "message": "We would like to know more.",
            "country": "CH",
            "language": "en",
            "consented_at": timezone.now(),
            **fields,
        }
    )
    if age:
        Enquiry.objects.filter(pk=one.pk).update(created=timezone.now() - age)
    for state in mails:
        letter(one, state, "answer")
    return one


def letter(one, state, kind="confirmation"):
    return one.mails.create(
        kind=kind, recipient=one.email, subject="About it", body="Words", state=state
    )


def page_of(one, page="change", *more):
    return admin_address(Enquiry, page, one.pk, *more)


def read(client, address):
    return client.get(address, follow=True).content.decode()


def do(client, one, step):
    return client.post(page_of(one, "handle"), {"step": step}, follow=True).content.decode()


# --- the list -----------------------------------------------------------------------------------


def test_the_inbox_tells_who_wrote_about_what_and_how_long_ago(handler):
    project = ProjectFactory(title_en="Traffic cloud", sector=SectorFactory(name_en="Transport"))
    one = enquiry(timedelta(days=2, hours=3), project=project, interest="invest")
    page = read(handler, LIST)
    for words in (one.reference, "Ada Example", "Example AG", "2\xa0days", "Invest", "Switzerland"):
        assert words in page, words
    for words in ("English", "Traffic cloud", "Transport", 'state--new">new', "nobody yet"):
        assert words in page, words


def test_the_inbox_names_mails_that_need_a_person(handler):
    enquiry(state="answered", mails=["sent", "waiting"])
    assert ">mail " not in read(handler, LIST)
    enquiry(state="answered", mails=["uncertain"])
    assert ">mail perhaps sent<" in read(handler, LIST)
    enquiry(state="closed", mails=["uncertain", "refused"])
    assert read(handler, LIST).count(">mail refused<") == 1
    enquiry(state="spam", mails=["refused"])
    assert ">mail refused<" not in read(handler, f"{LIST}?state=spam")


def test_an_empty_inbox_says_what_will_stand_there(handler):
    assert "Nobody has written yet." in read(handler, LIST)
    assert "No enquiry is like this." in read(handler, f"{LIST}?q=nothing")
    enquiry()
    for query in ("?q=nothing", "?state=closed"):
        assert "No enquiry is like this." in read(handler, f"{LIST}{query}"), query
    assert "No enquiry is like this." not in read(handler, LIST)


def test_spam_is_one_click_away_and_counted(handler):
    enquiry(name="Wanted")
    spam = enquiry(name="Unwanted", state="spam")
    page = read(handler, LIST)
    assert "Wanted" in page
    assert "Unwanted" not in page
    for words in ("new (1)", "answered (0)", "spam (1)"):
        assert f">{words}</a>" in page, words
    page = read(handler, f"{LIST}?state=spam")
    assert "Unwanted" in page
    assert ">Wanted" not in page
    # Somebody who asks on the telephone is found all the same.
    assert "Unwanted" in read(handler, f"{LIST}?q={spam.reference.lower()}")
    assert "Unwanted" not in read(handler, f"{LIST}?q=Example")


def test_the_inbox_is_filtered_by_whose_it_is_and_what_it_is_about(handler):
    food, water = SectorFactory(), SectorFactory()
    projects = [ProjectFactory(sector=food), ProjectFactory(sector=water)]
    enquiry(name="Mine-1", assigned_to=user(), language="de", country="DE")
    enquiry(name="About-1", project=projects[0], interest="press")
    both = enquiry(name="Both-1")
    both.shortlist.set(projects)

    def names(query):
        return set(re.findall(r"(?:Mine|About|Both)-1", read(handler, f"{LIST}?{query}")))

    assert names("assigned=me") == {"Mine-1"}
    assert names("assigned=nobody") == {"About-1", "Both-1"}
    assert names(f"sector={food.pk}") == {"About-1", "Both-1"}
    assert names(f"sector={water.pk}") == {"Both-1"}
    assert names("language__exact=de") == names("country__exact=DE") == {"Mine-1"}
    assert names("interest__exact=press") == {"About-1"}
    assert len(names("sector=x&state=x&mail=x&assigned=x&q=%00")) in (0, 3)


def test_the_inbox_and_a_page_ask_as_often_for_many_as_for_one(handler):
    def fill():
        one = enquiry(project=ProjectFactory(sector=SectorFactory()), assigned_to=user())
        enquiry().shortlist.set([ProjectFactory(), ProjectFactory()])
        return one

    def add_to(one):
        letter(one, "sent", "answer")
        one.attachments.create(file="x", name="x.pdf", kind="PDF", size=1)

    one = fill()
    add_to(one)
    places = (LIST, page_of(one), page_of(one, "answer"))
    before = [queries(handler, place) for place in places]
    for _ in range(3):
        fill()
        add_to(one)
    assert [queries(handler, place) for place in places] == before
    assert max(before) < 32


# --- the page of an enquiry -------------------------------------------------------------------


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


# --- attachments --------------------------------------------------------------------------------


def attached(one, name="Angebot Übersicht.pdf"):
    content = ContentFile(b"%PDF-1.7", name="x")
    return one.attachments.create(file=content, name=name, kind="PDF", size=8)


def test_an_attachment_is_downloaded_and_never_shown_in_the_browser(handler):
    one = enquiry()
    address = page_of(one, "file", attached(one).pk)
    assert address in read(handler, page_of(one))
    response = handler.get(address)
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "Angebot%20%C3%9Cbersicht.pdf" in disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_an_attachment_is_nobodys_who_does_not_see_its_enquiry(handler, signed_in, client):
    one, other = enquiry(), enquiry()
    file = attached(one)
    address = page_of(one, "file", file.pk)
    assert handler.get(page_of(other, "file", file.pk)).status_code == 404
    for role in (Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER):
        assert signed_in(role).get(address).status_code == 403
    client.logout()
    assert "/login/" in client.get(address)["Location"]


def test_a_file_that_is_gone_is_a_message(handler):
    one = enquiry()
    file = attached(one)
    file.file.storage.delete(file.file.name)
    page = read(handler, page_of(one, "file", file.pk))
    assert "is not there any more." in page
    assert "Angebot Übersicht.pdf" in page


# --- the answer ---------------------------------------------------------------------------------


def answer(client, one, **words):
    form = form_at(client, page_of(one, "answer"))
    words = {"subject": "Our answer", "body": "Dear Ada,\r\nhere it is.", **words}
    return client.post(form.address, {**form, **words}, follow=True)


def test_an_answer_is_sent_kept_and_answered_to_the_mailbox(handler):
    Mailbox.objects.create(email="all@example.org")
    one = enquiry()
    page = answer(handler, one).content.decode()
    assert "The answer is stored and on its way." in page
    assert "Our answer" in page
    delivery.send_pending()
    sent = mail.outbox[0]
    assert (sent.to, sent.reply_to) == (["ada@example.org"], ["all@example.org"])
    assert (sent.subject, sent.body) == ("Our answer", "Dear Ada,\nhere it is.")
    one.refresh_from_db()
    first = one.answered_at
    assert one.state == "answered"
    assert one.mails.get().author == user()
    assert one.assigned_to == user()  # whoever answers what was nobody's looks after it
    answer(handler, one, body="And more.")
    one.refresh_from_db()
    assert one.answered_at == first
    assert one.mails.count() == 2


@pytest.mark.parametrize(
    ("language", "subject"), [("de", "Ihre Unterlagen"), ("zh-hans", "您的资料")]
)
def test_an_answer_begins_with_a_template_in_the_language_of_the_enquiry(
    handler, language, subject
):
    template = AnswerTemplate.objects.create(
        name="Documents", subject_de="Ihre Unterlagen", subject_zh_hans="您的资料", body_de="Text"
    )
    one = enquiry(language=language)
    assert "Documents" in read(handler, page_of(one, "answer"))
    form = form_at(handler, f"{page_of(one, 'answer')}?template={template.pk}")
    assert form["subject"] == f"{subject} ({one.reference})"
    assert form["body"] == "Text"
    page = read(handler, f"{page_of(one, 'answer')}?template={template.pk}")
    assert ("This template is not complete" in page) == (language == "zh-hans")
    for key in ("x", "9" * 30, "0"):
        form = form_at(handler, f"{page_of(one, 'answer')}?template={key}")
        assert one.reference in form["subject"]


@pytest.mark.parametrize(
    ("field", "typed"), [("subject", " "), ("body", "\n \n"), ("body", "\u200b"), ("subject", "")]
)
def test_an_answer_without_words_is_not_sent_and_what_is_typed_stays(handler, field, typed):
    one = enquiry()
    response = answer(handler, one, **{field: typed})
    page = response.content.decode()
    assert "This field is required." in page
    form = form_in(response)
    words = {"subject": "Our answer", "body": "Dear Ada,\r\nhere it is."}
    for name in {"subject", "body"} - {field}:
        assert form[name].replace("\r", "") == words[name].replace("\r", "")
    assert not Mail.objects.exists()


def test_no_head_of_a_mail_is_written_by_its_subject(handler):
    one = enquiry()
    answer(handler, one, subject="Hello\r\nBcc: all@example.org")
    assert one.mails.get().subject == "Hello Bcc: all@example.org"


def test_an_answer_that_is_sent_twice_is_one(handler):
    one = enquiry()
    form = form_at(handler, page_of(one, "answer"))
    words = {**form, "subject": "Our answer", "body": "Here it is."}
    handler.post(form.address, words)
    page = handler.post(form.address, words, follow=True).content.decode()
    assert "This answer was stored already." in page
    assert one.mails.count() == 1


def test_two_handlers_do_not_answer_without_knowing_of_each_other(handler):
    one = enquiry()
    mine = form_at(handler, page_of(one, "answer"))
    answer(handler, one, body="The answer of a colleague.")
    response = handler.post(mine.address, {**mine, "subject": "Mine", "body": "My own words."})
    page = response.content.decode()
    assert "Somebody has answered while you were writing." in page
    assert "The answer of a colleague." in page
    assert one.mails.count() == 1
    again = form_in(response)
    assert again["body"] == "My own words."
    assert handler.post(again.address, again).status_code == 302
    assert one.mails.count() == 2


def test_spam_is_not_answered(handler):
    one = enquiry(state="spam")
    assert page_of(one, "answer") not in read(handler, page_of(one))
    assert "Spam is not answered." in read(handler, page_of(one, "answer"))
    handler.post(page_of(one, "answer"), {"subject": "x", "body": "y", "answers": "0"})
    assert not Mail.objects.exists()


def test_nobody_is_left_to_be_answered_where_an_enquiry_is_anonymous(handler):
    one = enquiry(anonymised_at=timezone.now(), name="", email="")
    assert page_of(one, "answer") not in read(handler, page_of(one))
    assert "nobody is left to be answered." in read(handler, page_of(one, "answer"))


# --- mails that did not arrive ------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "refused", "uncertain"])
def test_a_mail_that_did_not_arrive_is_sent_again(handler, state):
    one = enquiry()
    refused = letter(one, state)
    Mail.objects.update(attempts=24, due=timezone.now() + timedelta(hours=6))
    address = page_of(one, "mail", refused.pk)
    assert address in read(handler, page_of(one))
    assert handler.get(address).status_code == 405
    assert "The mail is on its way." in handler.post(address, follow=True).content.decode()
    delivery.send_pending()
    assert [sent.subject for sent in mail.outbox] == ["About it"]
    page = handler.post(address, follow=True).content.decode()
    assert "it is sent already" in page
    assert address not in page
    delivery.send_pending()
    assert len(mail.outbox) == 1


# --- the overview -------------------------------------------------------------------------------


def test_the_overview_counts_what_waits_for_a_handler(handler):
    one = enquiry(timedelta(days=3))
    enquiry(state="answered", mails=["refused", "refused", "sent"])
    enquiry(state="closed", mails=["uncertain", "waiting"])
    enquiry(state="spam", mails=["refused", "uncertain"])
    assert set(findings(handler)) == {
        "Enquiries not answered yet",
        "Enquiries with a mail that was refused",
        "Enquiries with a mail that was perhaps sent",
    }
    Mail.objects.update(created=timezone.now() - timedelta(minutes=61))
    lines = findings(handler)
    assert "Enquiries with a mail that has waited for over an hour" in lines
    for words, (number, address) in lines.items():
        assert number == listed(handler, address) == 1, words
    assert "oldest: 3\xa0days" in read(handler, "/admin/")
    Enquiry.objects.update(assigned_to=user())
    number, address = findings(handler)["Enquiries assigned to you and not answered yet"]
    assert number == listed(handler, address) == 1
    assert page_of(one) in read(handler, address)


def test_an_editor_learns_nothing_of_enquiries(signed_in):
    one = enquiry(mails=["refused"])
    for role in (Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER):
        client = signed_in(role)
        page = read(client, "/admin/")
        assert "nquir" not in page
        for address in (LIST, page_of(one), page_of(one, "answer"), page_of(one, "history")):
            assert client.get(address).status_code == 403
        for address in (page_of(one, "handle"), page_of(one, "mail", one.mails.get().pk)):
            assert client.post(address, {"step": "close"}).status_code == 403
        words = {"subject": "x", "body": "y", "answers": "0"}
        assert client.post(page_of(one, "answer"), words).status_code == 403
        assert client.get(admin_address(AnswerTemplate, "changelist")).status_code == 403
    one.refresh_from_db()
    assert (one.state, one.mails.get().state) == ("new", "refused")


def test_whoever_may_only_read_changes_and_sends_nothing(signed_in):
    one = enquiry(mails=["refused"])
    reader = signed_in()
    user("nobody").user_permissions.add(Permission.objects.get(codename="view_enquiry"))
    page = read(reader, page_of(one))
    assert "We would like to know more." in page
    for address in (page_of(one, "answer"), page_of(one, "handle")):
        assert address not in page
        assert reader.post(address, {"step": "close"}).status_code == 403
    assert "Send again" not in page
    assert reader.post(page_of(one, "mail", one.mails.get().pk)).status_code == 403


@pytest.mark.parametrize("key", ["9" * 30, "²", "x", "0"])
def test_an_enquiry_that_cannot_exist_is_not_found(handler, key):
    for page in ("answer", "mails/1", "files/1"):
        assert handler.get(f"{LIST}{key}/{page}/").status_code == 404
    for page in ("handle", "mails/1"):
        assert handler.post(f"{LIST}{key}/{page}/", {"step": "close"}).status_code == 404


def test_no_other_site_makes_a_handler_answer(handler):
    one = enquiry(mails=["refused"])
    victim = Client(enforce_csrf_checks=True)
    victim.force_login(user())
    for address in (
        page_of(one, "answer"),
        page_of(one, "handle"),
        page_of(one, "mail", one.mails.get().pk),
    ):
        response = victim.post(address, {"step": "close", "subject": "x", "body": "y"})
        assert response.status_code == 403
    assert handler.post(page_of(one, "handle"), {"step": "delete"}).status_code == 404


# --- what handling needs ------------------------------------------------------------------------


def test_an_administrator_adds_a_version_of_the_consent_and_changes_none(signed_in, client):
    administrator = signed_in(Role.ADMINISTRATOR)
    save(administrator, empty(administrator, ConsentText), text_en="New words")
    one = ConsentText.objects.get()
    assert "New words" in client.get("/en/enquiry/").content.decode()
    page = read(administrator, admin_address(ConsentText, "change", one.pk))
    assert "New words" in page
    assert 'name="_save"' not in page
    change = admin_address(ConsentText, "change", one.pk)
    assert administrator.post(change, {"text_en": "Other"}).status_code == 403
    delete = admin_address(ConsentText, "delete", one.pk)
    assert administrator.post(delete, {"post": "yes"}).status_code == 403
    assert ConsentText.objects.get().text_en == "New words"
    assert signed_in(Role.ENQUIRY_HANDLER).get(change).status_code == 403


def test_there_is_one_mailbox_for_each_sector_and_one_for_all_others(signed_in):
    administrator, sector = signed_in(Role.ADMINISTRATOR), SectorFactory()
    save(administrator, empty(administrator, Mailbox), email="all@example.org")
    form = empty(administrator, Mailbox)
    page = administrator.post(form.address, {**form, "email": "b@example.org"}).content.decode()
    assert "There is a mailbox for all other sectors already." in page
    save(administrator, form, email="one@example.org", sector=str(sector.pk))
    assert Mailbox.objects.count() == 2
    handler = signed_in(Role.ENQUIRY_HANDLER)
    assert handler.get(admin_address(Mailbox, "changelist")).status_code == 403


def test_a_handler_keeps_the_templates_in_three_languages(handler):
    form = empty(handler, AnswerTemplate)
    words = {"subject_en": "Documents", "body_zh_hans": "您好"}
    save(handler, form, name="Documents", **words)
    template = AnswerTemplate.objects.get()
    save(handler, filled_in(handler, template), body_de="Guten Tag")
    handler.post(admin_address(AnswerTemplate, "delete", template.pk), {"post": "yes"})
    assert not AnswerTemplate.objects.exists()


def test_a_project_on_a_shortlist_is_deleted_all_the_same(backoffice):
    project = ProjectFactory()
    enquiry().shortlist.set([project])
    backoffice.post(admin_address(Project, "delete", project.pk), {"post": "yes"})
    assert not Project.objects.exists()
