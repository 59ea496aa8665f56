"""What a person is told that is stored about them, and the page where administrators find it."""

import json

import pytest
from django.test import Client

from guizhou_portal.backoffice.roles import Role
from projects.enquiries.models import PrivateFiles
from projects.models import ConsentText, Enquiry, Erasure

from .enquiries import (
    ADDRESS,
    NAME,
    PDF,
    WORDS,
    everywhere,
    files,
    page_of,
    refused,
    run,
    text_of,
    with_all,
)
from .factories import ProjectFactory
from .forms import admin_address

PAGE = "/admin/personal-data/"
LOG = "/admin/projects/erasure/"


def test_a_person_is_told_everything(db):
    project = ProjectFactory(title_de="Verkehr")
    consent = ConsentText.objects.create(text_de="Ja, gern", text_en="Yes, please")
    one = with_all(project=project, consent_text=consent)
    one.shortlist.set([project])
    with_all(email="bob@example.org")
    (told,) = json.loads(run("personal_data", ADDRESS)[1])["enquiries"]
    for key, value in WORDS.items():
        assert told[key] == value
    assert (told["project"], told["shortlist"]) == ("Verkehr", ["Verkehr"])
    assert told["consent_text"] == "Yes, please"
    assert told["internal_note"] == "Knows Bob"
    assert told["attachments"] == [{"name": "Offer of Ada.pdf", "kind": "PDF", "size": len(PDF)}]
    assert {mail["body"] for mail in told["mails"]} == {f"Dear {NAME}"}


def test_about_a_stranger_nothing_is_told(db):
    with_all()
    told = json.loads(run("personal_data", "stranger@example.org")[1])
    assert told == {"enquiries": [], "other_mails": []}


def test_about_others_a_person_is_told_nothing(db):
    with_all()
    other = with_all(email="bob@example.org", internal_note=f"A colleague of {ADDRESS}")
    _status, out, err = run("personal_data", ADDRESS)
    assert other.reference not in out
    assert "bob@" not in out
    assert f"stands in a text of {other.reference}" in err


# --- the page -------------------------------------------------------------------------------------


def test_an_administrator_finds_takes_along_and_erases(signed_in, settings):
    one, client = with_all(), signed_in(Role.ADMINISTRATOR)
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()
    found = client.post(PAGE, {"email": ADDRESS.upper(), "step": "find"})
    for words in (one.reference, NAME, "Offer of Ada.pdf", "read its internal notes"):
        assert words in text_of(found)
    assert page_of(one, "file", one.attachments.get().pk) in found.content.decode()
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
    monkeypatch.setattr(PrivateFiles, "delete", refused)
    client.post(PAGE, {"email": ADDRESS, "step": "erase", "confirmed": "on"})
    assert "Files that could not be removed: 1." in text_of(client.get(PAGE))
