"""Errors that visitors meet, and what machines ask of the site."""

import io

import pytest
from django.test import Client

from guizhou_portal.wsgi import django

from .factories import EventFactory


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Seite nicht gefunden"), ("en", "Page not found"), ("zh-hans", "未找到")],
)
def test_an_unknown_address_says_so_in_the_language_and_shows_a_way_on(db, client, language, words):
    response = client.get(f"/{language}/nothing/here/")
    assert response.status_code == 404
    page = response.content.decode()
    assert words in page
    assert f'href="/{language}/projects/"' in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Der Fehler liegt bei uns"), ("en", "The fault is ours"), ("zh-hans", "我们")],
)
def test_a_fault_of_ours_is_answered_without_the_database(client, language, words, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("projects.views.ProjectList.get", broken)
    client.raise_request_exception = False
    response = client.get(f"/{language}/projects/")  # no database fixture: a query would fail
    assert response.status_code == 500
    page = response.content.decode()
    assert words in page
    assert "secret" not in page


def test_a_forbidden_form_post_is_explained(db, rf):
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/admin/language/setlang/", {"language": "en"}, headers={"accept-language": "de"}
    )
    assert response.status_code == 403
    assert "Das Formular ist abgelaufen" in response.content.decode()


def test_an_event_with_a_date_has_a_calendar_entry_and_one_without_has_none(db, client):
    from icalendar import Calendar

    event = EventFactory(
        starts_at="2031-06-05T08:00Z", ends_at="2031-06-05T10:00Z", venue_de="Saal", city_de="Stadt"
    )
    path = f"/de/events/{event.slug}.ics"
    response = client.get(path)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    entry = Calendar.from_ical(response.content).events[0]
    assert str(entry["summary"]) == event.title_de
    assert entry.start.isoformat() == "2031-06-05T10:00:00+02:00"
    assert entry.end.isoformat() == "2031-06-05T12:00:00+02:00"
    assert str(entry["url"]).endswith(f"/de/events/{event.slug}/")
    assert path in client.get(f"/de/events/{event.slug}/").content.decode()
    undated = EventFactory()
    assert client.get(f"/de/events/{undated.slug}.ics").status_code == 404
    assert ".ics" not in client.get(f"/de/events/{undated.slug}/").content.decode()
    slug = event.slug
    event.slug = "renamed"
    event.save()
    assert client.get(f"/de/events/{slug}.ics")["Location"] == "/de/events/renamed.ics"


@pytest.mark.parametrize("host", ["evil.example", "[::1", "127.0.0.1:abc", "a b"])
@pytest.mark.parametrize("path", ["/de/", "/en/nothing/", "/"])
def test_another_host_is_refused_with_a_page_and_not_with_a_fault(db, client, settings, host, path):
    settings.ALLOWED_HOSTS = ["testserver"]
    client.raise_request_exception = False
    response = client.get(path, headers={"host": host})
    assert response.status_code == 400
    assert host not in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/de/", "/de/projects/", "/de/imprint/", "/healthz", "/robots.txt"]
)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "trace"])
def test_pages_that_are_only_read_refuse_other_methods(db, path, method):
    client = Client(enforce_csrf_checks=True)
    assert getattr(client, method)(path).status_code == 405
    assert client.head(path).status_code == 200


def test_an_endless_name_of_a_file_is_not_found(client):
    assert client.get(f"/media/{'a' * 300}.jpg").status_code == 404


@pytest.mark.parametrize("name", ["%00", "a%00b", "%FF", "Ü"])
def test_a_card_of_no_possible_name_is_not_found(db, client, name):
    assert client.get(f"/en/card/project/{name}.png").status_code == 404


@pytest.mark.parametrize("path", ["", "projects/", "contracts/feed/", "search/", "compare/"])
def test_an_address_with_too_many_parameters_is_refused_in_words(db, client, path):
    response = client.get(f"/en/{path}?" + "&".join(f"p{n}=1" for n in range(6000)))
    assert response.status_code in (200, 400)  # what nobody reads does no harm
    assert "Traceback" not in response.content.decode()
    if response.status_code == 400:
        assert 'lang="en"' in response.content.decode()


@pytest.mark.parametrize("charset", ["zlib", "idna", "undefined", "raw_unicode_escape", "\0"])
def test_a_request_is_read_as_utf_8_whatever_it_says_of_itself(db, charset):
    body = b"name=\\ud800"
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/en/enquiry/",
        "QUERY_STRING": "about=%ff\\ud800",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": f"application/x-www-form-urlencoded; charset={charset}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    response = django.get_response(django.request_class(environ))
    assert response.status_code == 200
    assert "\\ud800" in response.content.decode()
