"""Answers to enquiries: their words, once each, and mails that did not arrive."""

import pytest
from django.core import mail
from django.utils import timezone

from projects.enquiries import delivery
from projects.models import AnswerTemplate, Mail, Mailbox

from .enquiries import ago, enquiry, letter, page_of, read, user
from .forms import form_at, form_in


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


# --- mails that did not arrive --------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "refused", "uncertain"])
def test_a_mail_that_did_not_arrive_is_sent_again(handler, state):
    one = enquiry()
    refused = letter(one, state)
    Mail.objects.update(attempts=24, due=ago(hours=-6))
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


def test_of_what_is_taken_for_spam_no_confirmation_goes_out_by_a_button(handler):
    one = enquiry(state="spam")
    address = page_of(one, "mail", letter(one, "refused").pk)
    assert address not in read(handler, page_of(one))
    assert "is on its way" not in handler.post(address, follow=True).content.decode()
    assert one.mails.get().state == "refused"


def test_what_a_template_says_is_taken_word_by_word(handler):
    words = "{% load i18n %}{{ settings.SECRET_KEY }} {0} %(reference)s <script>alert(1)</script>"
    template = AnswerTemplate.objects.create(name=words, subject_en=words, body_en=words)
    one = enquiry(message=words)
    response = handler.get(f"{page_of(one, 'answer')}?template={template.pk}")
    assert "<script>alert" not in response.content.decode()
    form = form_in(response)
    assert (form["subject"], form["body"]) == (f"{words} ({one.reference})", words)
    handler.post(form.address, form)
    delivery.send_pending()
    assert mail.outbox[0].body == words
