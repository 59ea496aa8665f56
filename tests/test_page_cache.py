"""Public pages come whole from the cache, and are never older than the last change."""

import gzip
from datetime import timedelta

import brotli
import pytest
from django.test import Client
from django.utils import timezone

from events.models import Contract
from guizhou_portal.operations import content_version, page_cache
from guizhou_portal.publishing.models import Publication
from guizhou_portal.views import Home

from .enquiries import enquiry
from .factories import ContractFactory, SectorFactory
from .kept import HOME, LIST, kept_pages, status

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture(params=["processes of one machine", "several machines"])
def far_and_near(request, settings):
    settings.PAGE_CACHE_SHARED = request.param == "several machines"


# --- kept once, sent often ----------------------------------------------------------------------


def test_a_page_is_made_once_and_then_comes_without_the_database(
    portal, client, far_and_near, django_assert_num_queries
):
    first = client.get(HOME)
    with django_assert_num_queries(0):
        second = client.get(HOME)
    assert (status(first), status(second)) == ("fwd=miss; stored", "hit")
    assert second.content == first.content
    assert second["Content-Type"] == "text/html; charset=utf-8"
    assert second["Content-Language"] == "en"


@pytest.mark.parametrize("address", ["/sitemap.xml", "/robots.txt", "/.well-known/security.txt"])
def test_what_machines_read_is_kept_once_for_all_languages(portal, client, address):
    answers = [client.get(address, headers={"accept-language": one}) for one in ("de", "zh-hans")]
    assert [status(one) for one in answers] == ["fwd=miss; stored", "hit"]
    assert answers[0].content == answers[1].content
    assert not answers[1].has_header("Content-Language")


@pytest.mark.parametrize(
    ("accepted", "coding", "opened"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("br;q=0,gzip;q=0.000", None, bytes),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_it_travels_compressed_as_the_browser_likes_it(portal, client, accepted, coding, opened):
    plain = client.get(HOME).content
    response = client.get(HOME, headers={"accept-encoding": accepted})
    assert response.get("Content-Encoding") == coding
    assert opened(response.content) == plain
    assert int(response["Content-Length"]) == len(response.content)
    assert response["Vary"] == "Accept-Encoding"


def test_a_browser_that_has_it_is_told_so_in_a_few_bytes(portal, client):
    response = client.get(HOME)
    for known in (response["ETag"], f'"other", {response["ETag"]}', "*"):
        again = client.get(HOME, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == response["ETag"]
        assert again["Cache-Control"] == response["Cache-Control"]
    assert client.get(HOME, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_first_visitor_who_has_the_page_from_before_a_restart_is_told_so_too(
    portal, client, kept
):
    known = client.get(HOME)["ETag"]
    kept.clear()
    assert client.get(HOME, headers={"if-none-match": known}).status_code == 304


def test_a_feed_reader_that_asks_by_date_is_told_there_is_nothing_new(portal, client):
    feed = client.get("/en/events/feed/")
    again = client.get("/en/events/feed/", headers={"if-modified-since": feed["Last-Modified"]})
    assert (status(feed), again.status_code) == ("fwd=miss; stored", 304)
    other = client.get(
        "/en/events/feed/", headers={"if-modified-since": "Thu, 01 Jan 2015 00:00:00 GMT"}
    )
    assert other.status_code == 200


def test_head_gets_the_same_headers_and_no_content(portal, client):
    for _ in ("made", "kept"):
        head, whole = client.head(HOME), client.get(HOME)
        assert head.content == b""
        assert head["Content-Length"] == str(len(whole.content))
        assert head["ETag"] == whole["ETag"]


def test_browsers_ask_each_time_and_a_cdn_may_answer_for_a_minute(portal, client):
    assert client.get(HOME)["Cache-Control"] == (
        "public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
    )


def test_each_language_and_each_host_has_its_own_page(portal, client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    pages = {
        client.get(address, headers={"host": host}).content
        for address in ("/de/", "/en/", "/zh-hans/")
        for host in ("one.example", "two.example")
    }
    assert len(pages) == 6
    assert b"https://" not in client.get(HOME, headers={"host": "one.example"}).content[:3000]
    secure = client.get(HOME, headers={"host": "one.example"}, secure=True)
    assert b"https://one.example/en/" in secure.content


def test_another_release_makes_its_own_pages(portal, client, monkeypatch):
    client.get(HOME)
    monkeypatch.setattr(page_cache.release, "fingerprint", lambda: "the next one")
    assert status(Client().get(HOME)) == "fwd=miss; stored"


# --- a change is visible on the next request -----------------------------------------------------


def test_a_saved_change_is_visible_on_the_next_request(client, commit, far_and_near):
    with commit():
        contract = ContractFactory(title_en="Old words")
    address = contract.get_absolute_url().replace("/de/", "/en/")
    assert b"Old words" in client.get(address).content
    with commit():
        contract.title_en = "New words"
        contract.save()
    assert b"New words" in client.get(address).content
    assert b"New words" in client.get(LIST).content
    with commit():
        contract.delete()
    assert client.get(address).status_code == 404


def test_a_changed_relation_is_visible_on_the_next_request(client, commit):
    with commit():
        contract, sector = ContractFactory(), SectorFactory(name_en="Weather")
    address = contract.get_absolute_url().replace("/de/", "/en/")
    assert b"Weather" not in client.get(address).content
    with commit():
        contract.sectors.add(sector)
    assert b"Weather" in client.get(address).content


def test_what_an_editor_does_to_many_at_once_is_visible_on_the_next_request(client, editor, commit):
    with commit():
        contract = ContractFactory(title_en="Seen")
    assert b"Seen" in client.get(LIST).content
    at_work = Client()
    at_work.force_login(editor)
    chosen = {"action": "withdraw", "_selected_action": [contract.pk], "confirmed": "yes"}
    Contract.objects.update(publication=Publication.WITHDRAWN)  # without any signal
    at_work.post("/admin/events/contract/", chosen)
    assert b"Seen" not in client.get(LIST).content


@pytest.mark.parametrize("address", ["/admin/login/", "/en/enquiry/"])
def test_whoever_makes_up_a_session_throws_nothing_away(portal, client, settings, address):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    before = content_version.current()
    assert client.post(address, {"username": "editor", "password": "guessed"}).status_code == 200
    assert content_version.current() == before


def test_a_change_that_is_taken_back_throws_nothing_away(client, db):
    from django.db import transaction

    before = content_version.current()
    with transaction.atomic():
        ContractFactory()
        transaction.set_rollback(True)
    assert content_version.current() == before


def test_a_page_made_while_something_changed_is_not_kept_for_later(client, commit, monkeypatch):
    made = []
    original = Home.get_context_data

    def slow(self, **kwargs):
        context = original(self, **kwargs)
        made.append(context)
        if len(made) == 1:
            content_version.advance()  # somebody saves while this page is made
        return context

    monkeypatch.setattr(Home, "get_context_data", slow)
    for _ in range(3):
        client.get(HOME)
    assert len(made) == 2


def test_an_enquiry_that_nobody_sees_throws_nothing_away(portal, client, commit):
    client.get(HOME)
    with commit():
        enquiry()
    assert status(client.get(HOME)) == "hit"


def test_a_scheduled_record_appears_on_the_first_request_after_its_time(client, commit, clock):
    with commit():
        ContractFactory(title_en="Later", publish_at=timezone.now() + timedelta(seconds=100))
    assert b"Later" not in client.get(LIST).content
    clock(seconds=70)
    response = client.get(LIST)
    assert (b"Later" in response.content, status(response)) == (False, "hit")
    # A CDN is not to keep the page past the moment it changes.
    assert 0 < int(response["Cache-Control"].split("s-maxage=")[1].split(",")[0]) <= 30
    assert "stale-while-revalidate=0" in response["Cache-Control"]
    clock(seconds=31)
    assert b"Later" in client.get(LIST).content
    assert "s-maxage=60" in client.get(LIST)["Cache-Control"]


def test_a_page_is_made_anew_after_five_minutes_and_when_the_clock_was_set_back(
    portal, client, clock
):
    client.get(HOME)
    clock(seconds=299)
    assert status(client.get(HOME)) == "hit"
    clock(seconds=2)
    assert status(client.get(HOME)) == "fwd=miss; stored"
    clock(days=-2)
    assert status(client.get(HOME)) == "fwd=miss; stored"
    assert status(client.get(HOME)) == "hit"


# --- many at once, and trouble -------------------------------------------------------------------


def test_while_one_visitor_has_a_page_made_the_others_get_the_old_one(
    portal, client, commit, monkeypatch
):
    old = client.get(HOME)
    content_version.advance()
    meanwhile = []
    original = Home.get_context_data

    def ask_again(self, **kwargs):
        meanwhile.append(Client().get(HOME))
        return original(self, **kwargs)

    monkeypatch.setattr(Home, "get_context_data", ask_again)
    assert status(client.get(HOME)) == "fwd=miss; stored"
    assert [status(one) for one in meanwhile] == ["hit; detail=renewing"]
    assert meanwhile[0].content == old.content


def test_whoever_comes_after_a_change_does_not_wait_for_those_who_came_before(
    portal, client, monkeypatch
):
    client.get(HOME)
    content_version.advance()
    after = []
    original = Home.get_context_data

    def change_and_ask(self, **kwargs):
        if not after:
            after.append(None)
            content_version.advance()
            after.append(Client().get(HOME))
        return original(self, **kwargs)

    monkeypatch.setattr(Home, "get_context_data", change_and_ask)
    client.get(HOME)
    assert status(after[1]) == "fwd=miss; stored"


def test_who_asks_for_a_page_nobody_has_yet_waits_for_the_one_who_makes_it(
    portal, kept, monkeypatch
):
    """Two threads would need a database each; the other one's work is done in the waiting time."""
    import time

    page = Client().get(HOME).content
    (key,) = kept_pages(kept)
    stored = kept._cache.pop(key), kept._expire_info.pop(key)
    making = f"making-{content_version.current()}-{key.rsplit(':', 1)[1]}"
    kept.add(making, 1, 20)

    def work(seconds):
        kept._cache[key], kept._expire_info[key] = stored

    monkeypatch.setattr(time, "sleep", work)
    monkeypatch.setattr(Home, "get", None)  # it is not made a second time
    response = Client().get(HOME)
    assert (status(response), response.content) == ("hit", page)


def test_who_waited_in_vain_makes_the_page(portal, kept, monkeypatch):
    monkeypatch.setattr(page_cache, "LONGEST_WAIT", 0.05)
    Client().get(HOME)
    (key,) = kept_pages(kept)
    kept._cache.pop(key), kept._expire_info.pop(key)
    kept.add(f"making-{content_version.current()}-{key.rsplit(':', 1)[1]}", 1, 20)
    assert status(Client().get(HOME)) == "fwd=miss; stored"


def test_a_page_that_cannot_be_made_is_shown_as_it_was(portal, client, monkeypatch, caplog):
    good = client.get(HOME)
    content_version.advance()
    tried = []

    def broken(*args, **kwargs):
        tried.append(1)
        raise RuntimeError

    monkeypatch.setattr("guizhou_portal.views.Home.get", broken)
    client.raise_request_exception = False
    pages = [client.get(HOME) for _ in range(3)]
    assert {page.content for page in pages} == {good.content}
    assert status(pages[0]) == "hit; detail=old"
    assert len(tried) == 1  # the next ones do not try again at once
    assert "An old page is shown: /en/" in caplog.text


def test_a_page_that_cannot_be_made_and_is_not_kept_is_an_error(portal, client, monkeypatch):
    monkeypatch.setattr("guizhou_portal.views.Home.get", None)
    client.raise_request_exception = False
    assert client.get(HOME).status_code == 500
    monkeypatch.undo()


def test_without_a_place_for_the_version_pages_are_made_each_time(
    portal, client, settings, tmp_path
):
    (tmp_path / "file").touch()
    settings.CONTENT_VERSION_FILE = tmp_path / "file" / "version"
    for _ in range(2):
        response = client.get(HOME)
        assert (response.status_code, "Cache-Status" in response) == (200, False)


def test_an_emptied_cache_of_several_machines_begins_anew(portal, client, settings, kept):
    settings.PAGE_CACHE_SHARED = True
    client.get(HOME)
    before = content_version.current()
    kept.clear()
    assert status(client.get(HOME)) == "fwd=miss; stored"
    assert content_version.current() > before
