"""What pages are made of is read once, and never older than the last change."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Contract
from events.views import ContractPage
from guizhou_portal.operations import content_version
from guizhou_portal.operations.remembered import PARTS, RECORDS, Memory, Thing, forget
from guizhou_portal.publishing.models import Publication
from projects.models import Project

from .factories import ContractFactory, EventFactory, ProgrammeItemFactory, ProjectFactory
from .facts import LANGUAGES
from .forms import admin_address

LIST = "/en/contracts/"
EVENT = "/en/events/guizhou-investment-conference-frankfurt/"


@pytest.fixture(autouse=True)
def remembering(settings, db):
    """Without the page cache, which would hide it."""
    settings.REMEMBER_CONTENT = True
    forget()
    yield
    forget()


def said(address):
    return Client().get(address).content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/en/",
        EVENT,
        f"{EVENT}embed/",
        "/en/projects/traffic-cloud/",
        LIST,
        "/en/projects/?sector=traffic&sort=title",
        "/en/officials/",
        "/en/location/",
        "/en/location/data_centre/",
    ],
)
def test_a_page_asked_for_again_is_made_without_the_database(
    portal, address, django_assert_num_queries
):
    first = Client().get(address)
    assert first.status_code == 200
    with django_assert_num_queries(0):
        second = Client().get(address)
    assert second.content == first.content


def test_each_language_each_page_and_each_choice_has_its_own(portal):
    for _ in ("read", "remembered"):
        for language, word in zip(LANGUAGES, ("Verträge", "contracts", "合同"), strict=True):
            assert word in said(f"/{language}/contracts/")
        assert "Traffic cloud" in said("/en/projects/?sector=traffic")
        assert "Traffic cloud" not in said("/en/projects/?sector=tourism")
        assert "Traffic cloud" in said("/en/projects/")


def test_pages_of_a_list_are_told_apart(db):
    for number in range(30):
        ContractFactory(title_en=f"Number {number:02}.")
    pages = [said(address) for address in (LIST, f"{LIST}?page=2", LIST, f"{LIST}?page=2")]
    assert pages[0] == pages[2] != pages[1] == pages[3]
    shown = [{n for n in range(30) if f"Number {n:02}." in page} for page in pages[:2]]
    assert shown[0] | shown[1] == set(range(30))
    assert not shown[0] & shown[1]
    assert 'href="/de/contracts/?page=2"' in pages[3]


def test_what_is_chosen_is_kept_by_the_links_of_a_remembered_list(portal):
    for _ in ("read", "remembered"):
        assert 'href="/de/projects/?sector=traffic"' in said("/en/projects/?sector=traffic")


def test_what_a_list_does_not_have_is_said_to_who_asked_for_it_alone(portal):
    for _ in ("read", "remembered"):
        assert "does not have" in said("/en/projects/?sector=made-up")
        assert "does not have" not in said("/en/projects/")


def test_machines_are_told_the_way_to_a_page_whatever_else_was_pushed_out(portal):
    first = said(EVENT)
    for key in [key for key in PARTS.things if "linked data" in key]:
        del PARTS.things[key]
    assert '"BreadcrumbList"' in first
    assert said(EVENT) == first


def test_the_calendar_with_the_programme_is_another_one(db):
    event = EventFactory(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=9))
    ProgrammeItemFactory(event=event, title_de="Eröffnung", starts_at=event.starts_at)
    address = event.get_calendar_url()
    for _ in ("read", "remembered"):
        assert "Eröffnung" not in said(address)
        assert "Eröffnung" in said(f"{address}?programme=1")


def test_pages_for_two_hosts_lead_each_to_its_own(portal, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    for _ in ("read", "remembered"):
        for host, other in (("one.example", "two.example"), ("two.example", "one.example")):
            for address in ("/en/", EVENT, LIST):
                page = Client().get(address, headers={"host": host}).content.decode()
                assert host in page
                assert other not in page


# --- a change is visible on the next request -----------------------------------------------------


def test_a_changed_card_is_new_wherever_it_stands(commit):
    with commit():
        project = ProjectFactory(title_en="Old words")
        contract = ContractFactory(title_en="Old contract", project=project)
    places = {
        "Old words": ["/en/", "/en/projects/", f"/en/projects/{project.slug}/"],
        "Old contract": ["/en/", LIST, f"/en/projects/{project.slug}/"],
    }
    for words, addresses in places.items():
        assert all(words in said(address) for address in addresses)
    with commit():
        project.title_en, contract.title_en = "New words", "New contract"
        project.save()
        contract.save()
    for words, addresses in places.items():
        for address in addresses:
            assert words not in said(address)
            assert words.replace("Old", "New") in said(address)


def test_a_deleted_and_a_withdrawn_record_are_gone(commit):
    with commit():
        deleted, withdrawn = ContractFactory(), ContractFactory()
    addresses = [one.get_absolute_url() for one in (deleted, withdrawn)]
    assert [Client().get(address).status_code for address in addresses] == [200, 200]
    with commit():
        deleted.delete()
        withdrawn.publication = Publication.WITHDRAWN
        withdrawn.save()
    assert [Client().get(address).status_code for address in addresses] == [404, 404]
    assert withdrawn.get_absolute_url() not in said("/de/contracts/")


def test_an_action_of_the_back_office_that_sends_no_signal_is_seen(editor, commit):
    with commit():
        contract = ContractFactory(title_en="Seen")
    assert "Seen" in said(LIST)
    at_work = Client()
    at_work.force_login(editor)
    Contract.objects.update(publication=Publication.WITHDRAWN)
    at_work.post(admin_address(Contract, "changelist"), {"_selected_action": [contract.pk]})
    assert "Seen" not in said(LIST)


def test_a_scheduled_record_comes_at_its_time_and_goes_with_a_clock_set_back(commit, clock):
    with commit():
        later = timezone.now() + timedelta(minutes=2)
        ContractFactory(title_en="Later", publish_at=later)
    assert "Later" not in said(LIST)
    clock(hours=1)
    assert "Later" in said(LIST)
    clock(hours=-1)
    assert "Later" not in said(LIST)


def test_a_change_that_comes_while_a_page_is_read_is_not_missed(commit, monkeypatch):
    with commit():
        contract = ContractFactory(title_en="Old words")
    address = contract.get_absolute_url().replace("/de/", "/en/")
    read = ContractPage.get_object

    def read_and_change(view):
        found = read(view)
        Contract.objects.update(title_en="New words")
        content_version.advance()
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ContractPage, "get_object", read_and_change)
        assert "Old words" in said(address)
    assert "New words" in said(address)


def test_a_draft_seen_by_an_editor_is_not_remembered_for_the_public(backoffice, commit):
    with commit():
        draft = ProjectFactory(publication=Publication.DRAFT, title_en="Secret plan")
    preview = admin_address(Project, "preview_page", draft.pk, "en")
    assert "Secret plan" in backoffice.get(preview).content.decode()
    assert Client().get(f"/en/projects/{draft.slug}/").status_code == 404
    assert "Secret plan" not in said("/en/projects/")


# --- how much, and when not ----------------------------------------------------------------------


@pytest.mark.parametrize("query", ["q=cloud", "page=2", "kind=purchase&q=cloud"])
def test_what_visitors_look_for_and_later_pages_are_not_remembered(db, query):
    for _ in range(30):
        ContractFactory(title_en="A cloud")
    assert "A cloud" in said(f"/en/contracts/?{query}") or "purchase" in query
    assert not RECORDS.things


@pytest.mark.parametrize(
    "address", ["{list}?made-up={number}", "{list}?q={number}", "/en/made-up-{number}/"]
)
def test_made_up_addresses_push_nothing_out(portal, address):
    said(LIST)
    known = len(RECORDS.things), len(PARTS.things)
    for number in range(3):
        said(address.format(list=LIST, number=number))
    assert (len(RECORDS.things), len(PARTS.things)) == known


def test_only_so_much_is_remembered_and_what_is_used_stays():
    memory = Memory(2)
    for key in ("first", "second", "first", "third"):
        if memory.get(key, 1, 10) is None:
            memory.put(key, Thing(1, 0, 100, key))
    assert list(memory.things) == ["first", "third"]


def test_without_a_version_nothing_is_remembered(portal, settings, tmp_path):
    (tmp_path / "a-file").touch()
    settings.CONTENT_VERSION_FILE = tmp_path / "a-file" / "content-version"
    assert "Traffic cloud" in said("/en/projects/")
    assert not RECORDS.things
    assert not PARTS.things


def test_who_sends_something_reads_everything_anew(portal, client):
    assert client.post(LIST).status_code == 405
    client.post("/en/enquiry/", {"name": "Only a name"})
    assert not RECORDS.things


def test_it_can_be_switched_off(portal, settings):
    settings.REMEMBER_CONTENT = False
    said("/en/")
    assert not RECORDS.things
    assert not PARTS.things
