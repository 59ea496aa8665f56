# ruff: noqa: F811  (fixtures)
"""Enquiries from those who mean harm, on bad days, and from people who only look suspicious."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import quote

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from projects.enquiries import arrival, attachments, letters, opened
from projects.models import ConsentText, Enquiry, Mail

from .factories import ContractFactory, ProjectFactory
from .test_enquiries import (  # noqa: F401  (fixtures)
    ADDRESS,
    WORDS,
    client,
    earlier,
    everything_typed_is_in,
    field,
    form_word,
    fresh_cache,
    patient,
    private_folder,
    text_of,
)

PDF = b"%PDF-1.7 x"
GONE = "no longer published"


def file(name="offer.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def action(page):
    return unescape(re.search(r'method="post" action="([^"]*)"', page.content.decode())[1])


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org,bob@example.org",
        "ada@example.org;bob@example.org",
        "Ada <ada@example.org>",
        '"ada@example.org,bob"@example.org',
        '"ada\x0bBcc:bob"@example.org',
        "=?utf-8?q?ada=0D=0ABcc=3Abob?=@example.org",
        "bob%example.net@example.org",
        "ada@[127.0.0.1]",
        "root@localhost",
        "ada@exam\u202eple.org",
        "ada@example\uff20other.org",
    ],
)
def test_a_mail_goes_to_one_address_outside_or_to_none(patient, address):
    assert "Please write the address in full" in text_of(patient(email=address))
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ada@MÜNCHEN.example", "Ada@münchen.example"),
        ("ada@xn--mnchen-3ya.example", "ada@münchen.example"),
        ("ada@exam\u200bple.org", "ada@example.org"),
        # Python would send it to "strasse", which belongs to others.
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        (" o'neil@example.org\u3000", "o'neil@example.org"),
    ],
)
def test_an_address_is_kept_as_mail_finds_it(patient, typed, stored):
    patient(email=typed)
    assert Enquiry.objects.get().email == stored


def test_one_mailbox_gets_one_confirmation_an_hour_however_it_is_written(patient):
    for n, address in enumerate(
        ["ada@münchen.example", "ADA@MÜNCHEN.example", "ada+2@xn--mnchen-3ya.example"]
    ):
        patient(email=address, message=f"Message {n}")
    assert Enquiry.objects.filter(state="new").count() == 3
    assert Mail.objects.filter(kind="confirmation").count() == 1
    # The fourth in an hour is counted with them, and kept as spam.
    patient(email="ada+3@münchen.example", message="Message 4")
    assert Enquiry.objects.first().suspicions == ["sender"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer anyway")
def test_one_mailbox_gets_one_confirmation_of_enquiries_at_the_same_moment(monkeypatch):
    confirm = letters._confirmation

    def slowly(*args):
        time.sleep(0.2)
        confirm(*args)

    def send(n):
        words = {"message": f"Message {n}", "email": f"ada+{n}@example.org"}
        word = opened.Opened(f"{n}" * 32, int(time.time()) - 60, consent).word
        try:
            return Client().post(ADDRESS, {**WORDS, **words, "opened": word})
        finally:
            connection.close()

    consent = ConsentText.current().pk
    monkeypatch.setattr(letters, "_confirmation", slowly)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    assert Enquiry.objects.count() == 4
    assert Mail.objects.filter(kind="confirmation").count() == 1


# --- what is typed -----------------------------------------------------------------------------


def test_rare_characters_of_names_are_kept(patient):
    name = "张\U00031350\ue863"  # one that younger versions of Unicode have, one of private use
    patient(name=name)
    assert Enquiry.objects.get().name == name


def test_a_message_that_nobody_can_see_is_none(patient):
    assert "Please write your message." in text_of(patient(message="\u200b\u2060\u202e"))


# --- people who only look suspicious -----------------------------------------------------------


def test_a_page_that_was_open_too_long_is_sent_again_at_once_without_suspicion(
    client,
    monkeypatch,
):
    with monkeypatch.context() as then:
        earlier(then, opened.LONGEST + 60)
        word = form_word(client)
    page = client.post(ADDRESS, {**WORDS, "opened": word})
    assert "Nothing is lost" in text_of(page)
    client.post(ADDRESS, {**WORDS, "opened": field(page, "opened")})
    assert Enquiry.objects.get().state == "new"


def test_a_clock_that_was_set_back_makes_nobody_quick(client, monkeypatch):
    with monkeypatch.context() as then:
        earlier(then, -3600)
        word = form_word(client)
    client.post(ADDRESS, {**WORDS, "opened": word})
    assert Enquiry.objects.get().state == "new"


def test_three_links_are_three(patient):
    patient(message="https://www.a.example http://www.b.example www.c.example")
    assert Enquiry.objects.get().suspicions == []


class CacheThatIsDown(BaseCache):
    def __init__(self, server, options):
        super().__init__(options)

    def down(self, *args, **kwargs):
        raise ConnectionError

    add = get = set = touch = delete = incr = down


def test_a_cache_that_is_down_loses_no_enquiry(client, patient, settings):
    down = f"{__name__}.{CacheThatIsDown.__name__}"
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": down}}
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert everything_typed_is_in(patient(interest=None))
    patient()
    assert Enquiry.objects.get().state == "new"


@pytest.mark.parametrize(
    ("https", "seen"), [(False, ["new"] * 5 + ["spam"]), (True, ["new"] * 5 + ["spam"])]
)
def test_nobody_becomes_another_by_what_he_claims(
    client,
    patient,
    settings,
    https,
    seen,
):
    settings.HTTPS = https
    client.defaults["REMOTE_ADDR"] = "127.0.0.1" if https else "2001:db8:1:2::1"
    for n in range(6):
        real = f"2001:db8:1:2::{n:x}"
        if not https:
            client.defaults["REMOTE_ADDR"] = real
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{n}, {real}"
        patient(email=f"n{n}@example.org", message=f"Message {n}")
    states = Enquiry.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == seen


# --- what changes while somebody writes --------------------------------------------------------


def test_what_is_withdrawn_meanwhile_takes_nothing_typed_with_it(patient):
    project, other = ProjectFactory(), ProjectFactory()
    contract = ContractFactory()
    addresses = {
        f"/en/projects/{project.slug}/enquiry/": ADDRESS,
        f"{ADDRESS}?project={project.slug}": ADDRESS,
        f"{ADDRESS}?project={project.slug}&project={other.slug}": f"{ADDRESS}?project={other.slug}",
        f"{ADDRESS}?about={quote(f'contracts/{contract.slug}/')}": ADDRESS,
    }
    for one in (project, contract):
        one.publication = "withdrawn"
        one.save()
    for address, then in addresses.items():
        page = patient(address, word=opened.Opened("k" * 32, 0, None).word)
        assert GONE in text_of(page)
        assert everything_typed_is_in(page)
        assert not Enquiry.objects.exists()
        assert action(page) == then
    patient(action(page))
    assert Enquiry.objects.get().project is None


def test_a_project_renamed_meanwhile_is_what_it_is_about(patient):
    project = ProjectFactory(slug="old")
    word = opened.Opened("k" * 32, 0, None).word
    project.slug = "new"
    project.save()
    patient("/en/projects/old/enquiry/", word=word)
    assert Enquiry.objects.get().project == project


def test_the_consent_that_was_read_is_the_one_that_is_kept(client, monkeypatch):
    read = ConsentText.objects.create(text_en="As it was read")
    with monkeypatch.context() as then:
        earlier(then)
        word = form_word(client)
    ConsentText.objects.create(text_en="Newer words")
    page = client.post(ADDRESS, {**WORDS, "opened": word, "email": "wrong"})
    assert "As it was read" in text_of(page)
    client.post(ADDRESS, {**WORDS, "opened": field(page, "opened")})
    assert Enquiry.objects.get().consent_text == read


def test_the_page_that_thanks_can_be_read_in_another_language(client, patient):
    thanks = client.get(patient()["Location"]).content.decode()
    other = unescape(re.search(r'href="(/de/enquiry/thanks/[^"]*)"', thanks)[1])
    assert Enquiry.objects.get().reference in text_of(client.get(other))


# --- bad days ----------------------------------------------------------------------------------


def test_what_cannot_be_stored_is_there_to_be_sent_once_more(
    client,
    patient,
    monkeypatch,
    caplog,
):
    def full(*args):
        raise OperationalError(f"database or disk is full: {WORDS['email']}")

    with monkeypatch.context() as then:
        then.setattr(arrival.letters, "write", full)
        page = patient(attachment=file())
    assert page.status_code == 503
    assert not Enquiry.objects.exists()
    assert "Your enquiry could not be stored" in text_of(page)
    assert everything_typed_is_in(page)
    assert 'type="file"' in page.content.decode()
    assert WORDS["email"] not in caplog.text
    assert "OperationalError" in caplog.text
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    again = {**WORDS, "opened": field(page, "opened")}
    client.post(ADDRESS, again)
    assert Enquiry.objects.get().state == "new"


@pytest.mark.parametrize("address", ["/en/enquiry/", "/en/projects/traffic/enquiry/"])
def test_without_any_database_what_was_typed_is_at_hand(client, monkeypatch, address):
    def down(*args, **kwargs):
        raise OperationalError("no connection")

    with monkeypatch.context() as then:
        then.setattr(connection, "cursor", down)
        page = client.post(address, WORDS)
    assert page.status_code == 503
    assert everything_typed_is_in(page)


@pytest.mark.parametrize("failing", [OSError(28, "No space left on device"), None])
def test_without_room_on_the_disk_the_words_can_be_sent_alone(
    patient,
    monkeypatch,
    failing,
):
    def fail(*args):
        raise failing

    with monkeypatch.context() as then:
        if failing:
            then.setattr("django.core.files.storage.FileSystemStorage._save", fail)
        else:
            then.setattr(attachments, "free_bytes", lambda: attachments.SPARED)
        page = patient(attachment=file())
        assert "could not be stored" in text_of(page)
        assert everything_typed_is_in(page)
        assert not Enquiry.objects.exists()
        patient(word=field(page, "opened"))
    assert Enquiry.objects.get().attachments.count() == 0
