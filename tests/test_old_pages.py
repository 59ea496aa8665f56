"""What a page was before a change: shown while it is made anew, and never again after that."""

import errno
import os
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from events.models import Contract
from events.views import ContractList, ContractPage
from guizhou_portal.operations import content_version, page_cache
from guizhou_portal.publishing.models import Publication
from guizhou_portal.views import Home

from .factories import ContractFactory, EventFactory
from .forms import form_at
from .kept import HOME, LIST, status

pytestmark = pytest.mark.usefixtures("kept", "far_and_near")


@pytest.fixture(params=["processes of one machine", "several machines"])
def far_and_near(request, settings):
    settings.PAGE_CACHE_SHARED = request.param == "several machines"


@pytest.fixture
def contract(commit):
    with commit():
        return ContractFactory(title_en="First words")


@pytest.fixture
def address(contract):
    return contract.get_absolute_url().replace("/de/", "/en/")


@pytest.fixture
def meanwhile(monkeypatch):
    """``meanwhile(view, address)``: what a second visitor gets while the first waits for it."""
    monkeypatch.setattr(page_cache, "LONGEST_WAIT", 0.05)  # in vain: one thread serves both

    def asked(view, address):
        found = []
        get = view.get

        def slow(self, *args, **kwargs):
            if not found:
                found.append(None)  # the second visitor may have to make the page
                found[0] = Client().get(address)
            return get(self, *args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(view, "get", slow)
            Client().get(address)
        return found[0]

    return asked


def withdraw(commit, contract):
    with commit():
        contract.publication = Publication.WITHDRAWN
        contract.save()


# --- what there is no more -----------------------------------------------------------------------


def test_a_withdrawn_page_is_not_shown_to_who_asks_at_the_same_time(
    client, commit, contract, address, meanwhile, clock
):
    client.get(address)
    withdraw(commit, contract)
    assert client.get(address).status_code == 404
    assert meanwhile(ContractPage, address).status_code == 404
    clock(hours=1)
    assert meanwhile(ContractPage, address).status_code == 404


def test_a_withdrawn_page_is_not_shown_when_the_database_fails(
    client, commit, contract, address, monkeypatch
):
    client.get(address)
    withdraw(commit, contract)
    assert client.get(address).status_code == 404

    def gone(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(ContractPage, "get", gone)
    client.raise_request_exception = False
    response = client.get(address)
    assert (response.status_code, b"First words" in response.content) == (503, False)


@pytest.mark.parametrize("way", ["withdraw", "make_draft", "delete", "form"])
def test_nothing_of_before_stands_in_for_a_page_once_something_was_withdrawn(
    client, commit, contract, address, admin_client, monkeypatch, way
):
    client.get(address)
    client.get(LIST)
    with commit():
        if way == "delete":
            contract.delete()
        elif way == "form":
            change = f"/admin/events/contract/{contract.pk}/change/"
            form = form_at(admin_client, change) | {"publication": Publication.WITHDRAWN}
            assert admin_client.post(change, form).status_code == 302
        else:
            chosen = {"action": way, "_selected_action": [contract.pk]}
            answer = admin_client.post("/admin/events/contract/", chosen)
            assert answer.status_code == 302

    def gone(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(ContractPage, "get", gone)
    monkeypatch.setattr(ContractList, "get", gone)
    client.raise_request_exception = False
    for one in (address, LIST):
        response = client.get(one)
        assert (response.status_code, b"First words" in response.content) == (503, False)


def test_a_page_that_moved_is_not_shown_where_it_was(client, commit, contract, address, meanwhile):
    client.get(address)
    with commit():
        contract.slug = "another"
        contract.save()
    assert client.get(address).status_code == 301
    assert meanwhile(ContractPage, address).status_code == 301


def test_a_list_that_finds_nothing_any_more_is_not_shown_as_it_was(
    client, commit, contract, meanwhile
):
    address = f"{LIST}?status={contract.status}"
    assert b"First words" in client.get(address).content
    assert status(client.get(address)) == "hit"
    withdraw(commit, contract)
    assert b"First words" not in client.get(address).content
    assert b"First words" not in meanwhile(ContractList, address).content


def test_a_page_of_last_week_is_not_shown_to_who_can_wait_for_the_new_one(
    client, commit, contract, address, meanwhile, clock
):
    client.get(address)
    clock(days=6)
    Contract.objects.update(title_en="Second words")
    content_version.advance()
    response = meanwhile(ContractPage, address)
    assert b"Second words" in response.content
    content_version.advance()
    assert status(meanwhile(ContractPage, address)) == "hit; detail=renewing"


def test_nobody_waits_for_a_page_of_last_week_that_cannot_be_made(
    client, contract, address, clock, monkeypatch
):
    client.get(address)
    clock(days=6)

    def gone(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(ContractPage, "get", gone)
    monkeypatch.setattr(page_cache.PageCacheMiddleware, "wait", None)
    client.raise_request_exception = False
    for _ in range(3):
        response = client.get(address)
        assert (response.status_code, status(response)) == (200, "hit; detail=old")


# --- begun before, ended after -------------------------------------------------------------------


def test_a_page_that_was_long_in_making_does_not_take_the_place_of_a_newer_one(
    client, commit, contract, address, meanwhile, monkeypatch
):
    get, begun = ContractPage.get, []

    def slow(self, *args, **kwargs):
        response = get(self, *args, **kwargs).render()
        if not begun:
            begun.append(True)
            with commit():
                contract.title_en = "Second words"
                contract.save()
            assert b"Second words" in Client().get(address).content
        return response

    with monkeypatch.context() as patched:
        patched.setattr(ContractPage, "get", slow)
        late = client.get(address)
    assert (b"First words" in late.content, status(late)) == (True, "fwd=miss")
    assert status(client.get(address)) == "hit"
    content_version.advance()
    response = meanwhile(ContractPage, address)
    assert (b"Second words" in response.content, status(response)) == (True, "hit; detail=renewing")


@pytest.mark.parametrize("what", ["get", "read"])
def test_what_was_begun_before_a_scheduled_moment_and_ended_after_it_is_not_kept(
    client, commit, clock, monkeypatch, what
):
    with commit():
        ContractFactory(title_en="Later", publish_at=timezone.now() + timedelta(seconds=100))
    clock(seconds=99)
    made = getattr(ContractList, what)

    def slow(self, *args, **kwargs):
        found = made(self, *args, **kwargs)
        found = found.render() if what == "get" else found
        clock(seconds=2)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(ContractList, what, slow)
        assert b"Later" not in client.get(LIST).content
    assert b"Later" in client.get(LIST).content


def test_a_page_lives_no_longer_than_what_it_is_made_of(client, commit, clock, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    now = timezone.now()
    with commit():
        EventFactory(title_en="Ending soon", starts_at=now, ends_at=now + timedelta(seconds=10))

    def is_named(host):
        page = client.get("/en/events/?time=upcoming", headers={"host": host})
        return b"Ending soon" in page.content

    assert is_named("one.example")
    clock(seconds=290)
    is_named("two.example")  # made of what was read for the other host
    clock(seconds=20)
    assert not is_named("two.example")


# --- changes whose end nobody saw ----------------------------------------------------------------


def test_a_change_whose_commit_was_not_answered_is_visible(
    client, contract, address, editor, rf, settings
):
    client.get(address)

    def unanswered(request):
        Contract.objects.update(title_en="Second words")  # as a database that then fell silent
        return HttpResponse(status=503)

    request = rf.post("/admin/events/contract/")
    request.user, request.COOKIES[settings.SESSION_COOKIE_NAME] = editor, "x"
    page_cache.PageCacheMiddleware(unanswered)(request)
    assert b"Second words" in client.get(address).content


def test_a_change_is_visible_though_the_version_is_kept_in_a_file_of_another_account(
    client, commit, settings, contract, address, monkeypatch, tmp_path
):
    """Such as of root, who called a command first: only the owner may set a file's time."""
    settings.PAGE_CACHE_SHARED = False
    client.get(address)
    others = tmp_path / "others"
    others.hardlink_to(settings.CONTENT_VERSION_FILE)
    utime = os.utime

    def refused(path, *args, **times):
        if others.samefile(path):
            raise PermissionError(errno.EPERM, "Operation not permitted")
        utime(path, *args, **times)

    monkeypatch.setattr(os, "utime", refused)
    with commit():
        contract.title_en = "Second words"
        contract.save()
    assert b"Second words" in client.get(address).content


def test_a_change_stays_saved_though_the_version_cannot_be_written(
    client, settings, editor, contract, monkeypatch, caplog, tmp_path
):
    settings.PAGE_CACHE_SHARED = False
    (tmp_path / "file").touch()
    settings.CONTENT_VERSION_FILE = tmp_path / "file" / "version"
    client.force_login(editor)
    change = f"/admin/events/contract/{contract.pk}/change/"
    form = form_at(client, change) | {"title_en": "Second words"}
    assert client.post(change, form).status_code == 302
    assert "Kept pages stay as they were" in caplog.text


def test_the_home_page_is_shown_as_it_was_while_it_is_made(portal, client, meanwhile):
    client.get(HOME)
    content_version.advance()
    assert status(meanwhile(Home, HOME)) == "hit; detail=renewing"
