"""Mails about enquiries: to the sender and to whoever answers, whatever the mail server does."""

import smtplib
from datetime import timedelta
from email import message_from_string, policy
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from guizhou_portal.operations.backup.signals import built
from guizhou_portal.pages.models import Operator
from projects.enquiries import delivery, handling, letters
from projects.models import Enquiry, Mail, Mailbox

from .enquiries import letter
from .factories import ProjectFactory, SectorFactory
from .mail_server import mail_server, silent_server

SITE = "https://portal.example"


def enquiry(**fields):
    return Enquiry.objects.create(
        **{
            "name": "Ada Example",
            "email": "ada@example.org",
            "message": "Secret words",
            "country": "CH",
            "consented_at": timezone.now(),
            **fields,
        }
    )


def written(**fields):
    one = enquiry(**fields)
    letters.write(one, SITE)
    return {each.kind: each for each in one.mails.all()}


@pytest.fixture
def operator(db):
    return Operator.objects.create(name="Agency", email="agency@example.org")


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "Ihre Anfrage"), ("en", "Your enquiry"), ("zh-hans", "您的咨询")],
)
def test_the_sender_is_told_the_number_in_the_language_of_the_form(operator, language, subject):
    mails = written(language=language)
    confirmation = mails["confirmation"]
    assert confirmation.recipient == "ada@example.org"
    assert confirmation.subject.startswith(subject)
    assert confirmation.enquiry.reference in confirmation.body
    # Nothing the sender wrote: the form is no way to send words to others.
    for words in ("Ada", "Secret"):
        assert words not in confirmation.body + confirmation.subject


def test_an_address_gets_one_confirmation_an_hour(operator):
    assert set(written()) == {"confirmation", "notification"}
    assert set(written(email="ADA@example.org")) == {"notification"}
    Mail.objects.update(created=timezone.now() - timedelta(minutes=61))
    assert set(written()) == {"confirmation", "notification"}


def test_whoever_looks_after_the_sector_is_told(operator):
    food, water = SectorFactory(), SectorFactory()
    Mailbox.objects.create(sector=food, email="food@example.org")
    project, other = ProjectFactory(sector=food), ProjectFactory(sector=water)

    def told(**fields):
        return written(**fields)["notification"].recipient

    assert told(project=project) == "food@example.org"
    assert told(project=other) == told() == "agency@example.org"
    Mailbox.objects.create(email="all@example.org")
    assert told(project=other) == told() == "all@example.org"
    both = enquiry()
    both.shortlist.set([project, other])
    letters.write(both, SITE)
    assert both.mails.get(kind="notification").recipient == "all@example.org"


def test_spam_tells_nobody_and_without_a_mailbox_the_enquiry_is_there_all_the_same(db):
    assert written(state="spam") == {}
    assert set(written()) == {"confirmation"}


# --- sending -----------------------------------------------------------------------------------


@pytest.fixture
def waiting(operator):
    one = enquiry()
    letters.write(one, SITE)
    return one.mails


class Server:
    """A mail server that does as it is told, once for each mail."""

    def __init__(self, *does):
        self.does, self.got, self.handed_over = list(does), [], False

    def open(self):
        if self.does and self.does[0] == "closed":
            self.does.pop(0)
            raise ConnectionRefusedError("nobody there")

    def send_messages(self, messages):
        act = self.does.pop(0) if self.does else "takes"
        if isinstance(act, Exception):
            self.handed_over = isinstance(act, smtplib.SMTPServerDisconnected | TimeoutError)
            raise act
        self.got += messages

    def close(self):
        raise TimeoutError("no goodbye")


@pytest.fixture
def server(monkeypatch):
    one = Server()
    monkeypatch.setattr(delivery, "_connection", lambda: one)
    return one


def states(mails):
    return sorted(mails.values_list("state", flat=True))


def later(mails):
    mails.update(due=timezone.now())


def test_mails_are_sent_once(waiting, server):
    for _ in range(3):
        call_command("send_pending_mail", stdout=StringIO())
    assert sorted(one.to[0] for one in server.got) == ["ada@example.org", "agency@example.org"]
    assert states(waiting) == ["sent", "sent"]
    assert all(one.sent_at for one in waiting.all())


def test_mails_of_what_turned_out_to_be_spam_wait_until_it_is_cleared(waiting, server):
    Enquiry.objects.update(state="spam")
    delivery.send_pending()
    assert states(waiting) == ["waiting", "waiting"]
    Enquiry.objects.update(state="new")
    delivery.send_pending()
    assert states(waiting) == ["sent", "sent"]


@pytest.mark.parametrize(
    "does",
    [
        "closed",
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        smtplib.SMTPSenderRefused(550, b"unknown", "us@example.org"),
        smtplib.SMTPRecipientsRefused({"ada@example.org": (451, b"try later")}),
        smtplib.SMTPDataError(451, b"try later"),
    ],
)
def test_what_was_surely_not_sent_is_tried_again_later(waiting, server, does):
    server.does = [does, does]
    delivery.send_pending()
    assert states(waiting) == ["waiting", "waiting"]
    assert all(one.due > timezone.now() and one.error for one in waiting.all())
    delivery.send_pending()
    assert server.got == []
    later(waiting)
    delivery.send_pending()
    assert len(server.got) == 2
    assert states(waiting) == ["sent", "sent"]


@pytest.mark.parametrize(
    "does",
    [
        smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")}),
        smtplib.SMTPDataError(554, b"refused"),
    ],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(waiting, server, does):
    server.does = [does, does]
    delivery.send_pending()
    later(waiting)
    delivery.send_pending()
    assert states(waiting) == ["refused", "refused"]
    assert server.got == []


@pytest.mark.parametrize(
    "does", [smtplib.SMTPServerDisconnected("gone"), TimeoutError("no answer")]
)
def test_what_may_have_arrived_is_not_sent_again(waiting, server, does):
    server.does = [does]
    delivery.send_pending()
    later(waiting)
    delivery.send_pending()
    assert states(waiting) == ["sent", "uncertain"]
    assert len(server.got) == 1


def test_a_process_that_ended_while_sending_leaves_a_mail_for_a_person_to_decide(waiting, server):
    waiting.update(state="sending", due=timezone.now())
    delivery.send_pending()
    assert states(waiting) == ["sending", "sending"]
    waiting.update(due=timezone.now() - delivery.GONE_AFTER)
    delivery.send_pending()
    assert states(waiting) == ["uncertain", "uncertain"]
    assert server.got == []


def test_whoever_tries_later_keeps_to_the_time_that_another_has_set(waiting, server):
    read_before = list(waiting.all())
    server.does = ["closed", "closed"]
    delivery.send_pending()
    assert not any(delivery._claimed(one) for one in read_before)
    assert {one.attempts for one in waiting.all()} == {1}


@pytest.mark.parametrize("late", [smtplib.SMTPServerDisconnected("gone"), OSError("down"), None])
def test_a_late_answer_does_not_undo_that_a_person_had_it_sent_again(waiting, server, late):
    waiting.filter(kind="notification").delete()
    takes = server.send_messages

    def keeps_one_waiting(messages):
        server.send_messages = takes
        Mail.objects.update(state="uncertain")
        handling.send_again(waiting.get())
        assert delivery.send_pending().sent == 1
        if late:
            raise late

    server.send_messages = keeps_one_waiting
    delivery.send_pending()
    assert states(waiting) == ["sent"]
    assert delivery.send_pending().sent == 0


def test_after_a_restore_a_person_decides_about_mails_that_waited(db):
    """They may have been sent after the backup was made."""
    one = enquiry()
    waited, spam = letter(one, "waiting"), letter(enquiry(state="spam"), "waiting")
    later = letter(one, "waiting", "answer", due=timezone.now() + timedelta(hours=1))
    said = []
    built.send(sender=None, tell=said.append)
    assert said == ["Mails that waited, perhaps sent since the backup: 1. Look at them."]
    states = [Mail.objects.get(pk=mail.pk).state for mail in (waited, spam, later)]
    assert states == ["uncertain", "waiting", "waiting"]
    built.send(sender=None, tell=said.append)
    assert len(said) == 1


def test_after_four_days_nobody_goes_on_trying(waiting, server):
    pauses = []
    for _ in range(delivery.MOST_ATTEMPTS):
        server.does = ["closed", "closed"]
        delivery.send_pending()
        pauses.append(waiting.first().due - timezone.now())
        later(waiting)
    assert states(waiting) == ["refused", "refused"]
    assert pauses[0] < timedelta(minutes=3) < pauses[4]
    assert max(pauses) <= delivery.LONGEST_PAUSE


def test_mails_go_through_the_mail_settings_of_the_site(waiting):
    delivery.send_pending()
    assert len(mail.outbox) == 2
    confirmation = next(one for one in mail.outbox if one.to == ["ada@example.org"])
    assert confirmation.extra_headers["Auto-Submitted"] == "auto-generated"


# --- real servers ------------------------------------------------------------------------------


def test_a_mail_server_gets_the_words_as_they_are_written(waiting, settings, monkeypatch):
    enquiry_of_them = waiting.first().enquiry
    enquiry_of_them.language = "zh-hans"
    enquiry_of_them.mails.all().delete()
    letters.write(enquiry_of_them, SITE)
    with mail_server(settings, monkeypatch) as box:
        delivery.send_pending()
    assert states(waiting) == ["sent", "sent"]
    (to, content), _ = sorted(box.arrived)
    read = message_from_string(content, policy=policy.default)
    assert to == ["ada@example.org"]
    assert "您的咨询" in read["Subject"]
    assert read["From"] == "Agency <agency@example.org>"
    assert enquiry_of_them.reference in read.get_content()


def test_a_server_that_dies_with_the_text_in_its_hands_may_have_it(waiting, settings, monkeypatch):
    with mail_server(settings, monkeypatch, on_data="dies"):
        delivery.send_pending()
    assert states(waiting) == ["uncertain", "uncertain"]


def test_a_server_that_never_speaks_is_asked_again(waiting, settings, monkeypatch):
    with silent_server(settings, monkeypatch, seconds=0.5):
        delivery.send_pending()
    assert states(waiting) == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("does", "state"),
    [
        ({"on_recipient": "550 no such user"}, "refused"),
        ({"on_recipient": "450 greylisted"}, "waiting"),
        ({"on_data": "554 refused"}, "refused"),
        ({"on_data": "452 full"}, "waiting"),
        # Not the words for it, but the server may well have taken the mail.
        ({"on_data": "251 on its way elsewhere"}, "uncertain"),
        # Without the encryption that was asked for nothing is said.
        ({"scheme": "smtps"}, "waiting"),
        ({"scheme": "smtp+tls"}, "waiting"),
    ],
)
def test_what_a_server_answers_decides(waiting, settings, monkeypatch, does, state):
    with mail_server(settings, monkeypatch, **does) as box:
        delivery.send_pending()
    assert states(waiting) == [state, state]
    assert box.arrived == []


@pytest.mark.django_db(transaction=True)
def test_a_stored_enquiry_is_mailed_while_its_sender_reads_on(settings):
    Operator.objects.create(email="agency@example.org")
    one = enquiry()
    letters.write(one, SITE)
    delivery.send_soon(one)
    delivery._worker.submit(lambda: None).result(10)
    assert states(one.mails) == ["sent", "sent"]
