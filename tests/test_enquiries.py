"""Companies that write: the form, what is stored, and what is kept apart as spam."""

import re
import time
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.enquiries import opened, suspicion
from projects.models import ConsentText, Enquiry, Mail

from .factories import ContractFactory, ProjectFactory

ADDRESS = "/en/enquiry/"
WORDS = {
    "interest": "invest",
    "message": "We would like to know more.",
    "name": "Ada Example",
    "organisation": "Example AG",
    "country": "CH",
    "email": "ada@example.org",
    "telephone": "+41 44 123 45 67",
    "consent": "on",
}


@pytest.fixture
def client():
    """As strict as a server: a form that is not ours would be refused."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.ENQUIRY_FILES = tmp_path / "enquiries"


@pytest.fixture(autouse=True)
def fresh_cache(db):
    from django.core.cache import cache

    cache.clear()


def form_word(client, address=ADDRESS):
    page = client.get(address).content.decode()
    return re.search(r'name="opened" value="([^"]+)"', page)[1]


def earlier(monkeypatch, seconds=60):
    """Forms are opened so long before they are sent."""
    real = time.time
    monkeypatch.setattr(opened.time, "time", lambda: real() - seconds)


@pytest.fixture
def patient(client, monkeypatch):
    """Sends a form that was opened a minute ago."""

    def send(address=ADDRESS, word=None, **changes):
        with monkeypatch.context() as then:
            earlier(then)
            word = word or form_word(client, address)
        words = {**WORDS, "opened": word, **changes}
        return client.post(address, {key: one for key, one in words.items() if one is not None})

    return send


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def field(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    return unescape(found[1]) if found else None


def everything_typed_is_in(page):
    content = unescape(page.content.decode())
    return all(one in content for key, one in WORDS.items() if key not in ("interest", "country"))


# --- what is stored ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_an_enquiry_is_stored_and_its_sender_told_the_number(client, patient, language):
    response = patient(f"/{language}/enquiry/")
    enquiry = Enquiry.objects.get()
    assert {key: str(getattr(enquiry, key)) for key in WORDS if key != "consent"} == {
        key: one for key, one in WORDS.items() if key != "consent"
    }
    assert (enquiry.language, enquiry.state) == (language, "new")
    assert timezone.now() - enquiry.consented_at < timezone.timedelta(minutes=1)
    thanks = client.get(response["Location"])
    assert thanks.status_code == 200
    assert enquiry.reference in text_of(thanks)
    assert not client.cookies
    assert not response.cookies


def test_it_is_about_the_project_it_was_written_from(client, patient):
    project = ProjectFactory()
    patient(f"/en/projects/{project.slug}/enquiry/")
    assert Enquiry.objects.get().project == project


def test_it_is_about_the_projects_of_a_shortlist(client, patient):
    projects = [ProjectFactory() for _ in range(2)]
    draft = ProjectFactory(publication="draft")
    query = "&".join(f"project={one.slug}" for one in [*projects, draft])
    page = client.get(f"{ADDRESS}?{query}").content.decode()
    patient(unescape(re.search(r'method="post" action="([^"]+)"', page)[1]))
    enquiry = Enquiry.objects.get()
    assert enquiry.project is None
    assert set(enquiry.shortlist.all()) == set(projects)


def test_it_is_about_the_contract_it_was_written_from_and_of_no_draft(client, patient):
    contract = ContractFactory(title_en="Framework agreement")
    patient(f"{ADDRESS}?about=contracts/{contract.slug}/")
    assert Enquiry.objects.get().about == "Framework agreement"
    hidden = ContractFactory(title_en="Not public", publication="draft")
    page = client.get(f"{ADDRESS}?about=contracts/{hidden.slug}/").content.decode()
    assert "Not public" not in page


@pytest.mark.parametrize(
    "about", ["", "x" * 5000, "\x00", "../../admin/", "projects/", "//x.example"]
)
def test_whatever_an_address_is_about_the_form_is_there(client, db, about):
    assert client.get(ADDRESS, {"about": about}).status_code == 200


def test_drafts_have_no_form_and_former_names_lead_on(client, db):
    project = ProjectFactory(slug="old")
    project.slug = "new"
    project.save()
    response = client.get("/en/projects/old/enquiry/")
    assert (response.status_code, response["Location"]) == (301, "/en/projects/new/enquiry/")
    ProjectFactory(slug="hidden", publication="draft")
    assert client.get("/en/projects/hidden/enquiry/").status_code == 404


def test_the_portals_own_words_are_the_first_version_of_the_consent(client, patient):
    assert "I can withdraw my consent" in client.get(ADDRESS).content.decode()
    patient()
    first = Enquiry.objects.get().consent_text
    assert "Ich kann meine Einwilligung" in first.text_de
    assert "I can withdraw my consent" in first.text_en
    assert "本人可随时撤回同意" in first.text_zh_hans


def test_the_version_of_the_consent_is_kept_with_it(client, patient):
    ConsentText.objects.create(text_de="Alt", text_en="Old words")
    new = ConsentText.objects.create(text_de="Neu", text_en="New words")
    assert "New words" in client.get(ADDRESS).content.decode()
    patient()
    assert Enquiry.objects.get().consent_text == new


def test_three_projects_ask_the_database_no_more_than_two(client, patient):
    slugs = [ProjectFactory().slug for _ in range(3)]
    counts = []
    client.get(f"{ADDRESS}?project={slugs[0]}")  # what is asked once and remembered
    for number in (2, 3):
        address = f"{ADDRESS}?{urlencode([('project', one) for one in slugs[:number]])}"
        with CaptureQueriesContext(connection) as asked:
            patient(address, message=f"About {number}", email=f"n{number}@example.org")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20  # the form opened and sent
    assert Enquiry.objects.count() == 2


# --- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"interest": None}, "Please choose one."),
        ({"message": " \n "}, "Please write your message."),
        ({"message": "x" * 5001}, "5000"),
        ({"name": "\u200b \x07"}, "Please give your name."),
        ({"organisation": ""}, "Please give your organisation."),
        ({"country": "XX"}, "Select a valid choice."),
        ({"email": "ada@"}, "Please write the address in full"),
        ({"email": "ada@example.org\nBcc: all@example.org"}, "Please write the address in full"),
        ({"telephone": "call me"}, "Please write the number with digits"),
        ({"consent": None}, "Without your consent"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(patient, changes, said):
    response = patient(**changes)
    assert response.status_code == 200
    assert said in text_of(response)
    page = unescape(response.content.decode())
    for key in ("message", "name", "organisation", "email", "telephone"):
        if key not in changes:
            assert WORDS[key] in page
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("word", ["", "nonsense", "WyJhIiwxXQ:1:x"])
def test_an_expired_page_asks_to_send_once_more_and_keeps_everything(client, patient, word):
    response = patient(word=word or None, **({} if word else {"opened": ""}))
    assert "Nothing is lost" in text_of(response)
    page = response.content.decode()
    assert WORDS["message"] in page
    assert not Enquiry.objects.exists()
    again = re.search(r'name="opened" value="([^"]+)"', page)[1]
    assert patient(word=again).status_code == 302
    assert Enquiry.objects.count() == 1


def test_no_line_of_a_mail_can_be_begun_by_what_is_typed(patient):
    patient(name="Ada\r\nBcc: all@example.org", organisation="A\u2028B\u202eC")
    enquiry = Enquiry.objects.get()
    assert enquiry.name == "Ada Bcc: all@example.org"
    assert enquiry.organisation == "A B C"


# --- once, and once only -----------------------------------------------------------------------


def test_a_form_sent_twice_is_one_enquiry(client, patient, monkeypatch):
    earlier_word = None
    with monkeypatch.context() as then:
        earlier(then)
        earlier_word = form_word(client)
    first, second = patient(word=earlier_word), patient(word=earlier_word)
    assert Enquiry.objects.count() == 1
    assert text_of(client.get(first["Location"])) == text_of(client.get(second["Location"]))
    # Gone back, and written something else.
    patient(word=earlier_word, message="Another question.")
    assert Enquiry.objects.count() == 2


def test_the_same_words_from_another_page_are_the_same_enquiry_for_a_day(patient):
    patient()
    patient(email="ADA@example.org", message="We  would like to know more.\n")
    assert Enquiry.objects.count() == 1
    Enquiry.objects.update(created=timezone.now() - suspicion.SAME)
    patient()
    assert Enquiry.objects.count() == 2


# --- spam --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"website": "https://spam.example"}, "trap"),
        ({"message": "https://a.example http://b.example www.c.example [url]"}, "links"),
    ],
)
def test_what_looks_like_spam_is_kept_as_such_and_tells_nobody(client, patient, changes, reason):
    response = patient(**changes)
    enquiry = Enquiry.objects.get()
    assert (enquiry.state, enquiry.suspicions) == ("spam", [reason])
    assert enquiry.reference in text_of(client.get(response["Location"]))
    assert not Mail.objects.exists()


def test_a_form_sent_at_once_looks_like_spam(client, db):
    client.post(ADDRESS, {**WORDS, "opened": form_word(client)})
    assert Enquiry.objects.get().suspicions == ["quick"]


def test_too_many_from_one_connection_or_sender_look_like_spam(client, patient):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    for n in range(6):
        patient(email=f"n{n}@example.org", message=f"Message {n}")
    assert [one.suspicions for one in Enquiry.objects.order_by("pk")] == [[]] * 5 + [["address"]]
    client.defaults["REMOTE_ADDR"] = "192.0.2.8"
    for n in range(4):
        patient(message=f"Another {n}")
    assert Enquiry.objects.order_by("pk").last().suspicions == ["sender"]


# --- the page that thanks ----------------------------------------------------------------------


@pytest.mark.parametrize("sent", ["", "GZ-AAAA-BBBB", "x" * 3000])
def test_nobody_is_thanked_for_what_was_not_sent(client, db, sent):
    assert client.get("/en/enquiry/thanks/", {"sent": sent}).status_code == 404
