"""Events in calendars: a file of one, a feed of all, and links to the calendars on the web."""

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import reversion
from icalendar import Calendar

from events.models import Event

from .factories import EventFactory, ProgrammeItemFactory
from .forms import admin_address, filled_in, save
from .test_queries import queries

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
START = datetime(2031, 6, 5, 8, tzinfo=UTC)


def links_on(page):
    """Where an event's page leads to enter it: ``{service: address}``."""
    links = re.findall(
        r'<a href="([^"]+)" rel="nofollow noopener"><span translate="no">([^<]+)</span>',
        page.content.decode(),
    )
    return {name: urlsplit(unescape(url)) for url, name in links}


def calendar_at(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200, path
    return Calendar.from_ical(response.content)


def entry_of(client, event, language="de"):
    return calendar_at(client, f"/{language}/events/{event.slug}.ics").events[0]


def by_own_definition(calendar, name):
    """A time of the first entry in UTC, by the VTIMEZONE the file brings along alone."""
    value = calendar.events[0][name].dt
    zone = calendar.timezones[0].to_tz(lookup_tzid=False)
    return value.replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        pytest.param(
            "Europe/Berlin",
            datetime(2031, 6, 5, 10, tzinfo=BERLIN),
            datetime(2031, 6, 5, 12, tzinfo=BERLIN),
            id="summer time",
        ),
        pytest.param(
            "Europe/Berlin",
            datetime(2031, 3, 29, 22, tzinfo=BERLIN),
            datetime(2031, 3, 30, 3, 30, tzinfo=BERLIN),
            id="the night summer time begins, over midnight",
        ),
        pytest.param(
            "Europe/Berlin",
            datetime(2031, 10, 26, 0, tzinfo=BERLIN),
            datetime(2031, 10, 26, 5, tzinfo=BERLIN),
            id="the night it ends",
        ),
        pytest.param(
            "Asia/Shanghai",
            datetime(2045, 12, 31, 22, tzinfo=SHANGHAI),
            datetime(2046, 1, 1, 1, tzinfo=SHANGHAI),
            id="another zone, over New Year's Eve, long after 2038",
        ),
    ],
)
def test_an_entry_has_the_times_of_the_place_in_any_calendar(db, client, zone, start, end):
    event = EventFactory(starts_at=start, ends_at=end, time_zone=zone)
    calendar = calendar_at(client, f"/de/events/{event.slug}.ics")
    entry = calendar.events[0]
    assert (entry.start, entry.end) == (start, end)
    assert entry["dtstart"].params["TZID"] == zone
    assert by_own_definition(calendar, "dtstart") == start.astimezone(UTC)
    assert by_own_definition(calendar, "dtend") == end.astimezone(UTC)


def test_an_entry_says_what_is_known_and_assumes_nothing(db, client):
    event = EventFactory(
        starts_at=START,
        summary_en="Line one\r\nline two\x0b",
        venue_en="Sample Hall",
        address="Sample Street 1\n60329 Sample City",
        city_en="Sample City",
        country="DE",
    )
    content = client.get(f"/en/events/{event.slug}.ics").content
    calendar = Calendar.from_ical(content)
    entry = calendar.events[0]
    assert str(entry["location"]) == "Sample Hall, Sample Street 1, 60329 Sample City, Germany"
    assert str(entry["description"]) == f"Line one\nline two\n\n{entry['url']}"
    assert str(entry["url"]) == f"http://testserver/en/events/{event.slug}/"
    assert entry["categories"].cats == ["Investment conference"]
    assert entry["dtstamp"].dt == event.updated.replace(microsecond=0) == entry["last-modified"].dt
    assert str(entry["status"]) == "CONFIRMED"
    for unknown in ("dtend", "duration", "organizer", "geo"):
        assert unknown not in entry
    assert "method" not in calendar
    assert entry.errors == []
    assert "location" not in entry_of(client, EventFactory(starts_at=START))


def test_long_and_awkward_titles_arrive_as_they_are(db, client):
    titles = [
        "Opening; greetings, signing\\n",
        "投资推介会" * 12 + "，签约；“致辞” 🌄" * 3,
        "Ü" * 90,
    ]
    for title in titles:
        event = EventFactory(starts_at=START, title_zh_hans=title, city_zh_hans="法兰克福，德国")
        content = client.get(f"/zh-hans/events/{event.slug}.ics").content
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert b"\n" not in content.replace(b"\r\n", b"")
        entry = Calendar.from_ical(content).events[0]
        assert str(entry["summary"]) == title
        assert str(entry["location"]) == "法兰克福，德国"


def test_a_text_in_another_language_is_marked_as_such(db, client):
    event = EventFactory(starts_at=START, title_zh_hans="", title_en="", title_de="Nur deutsch")
    assert entry_of(client, event, "zh-hans")["summary"].params == {"LANGUAGE": "de"}
    assert entry_of(client, event, "de")["summary"].params == {}


def test_the_identifier_survives_language_address_and_restored_version(db, client):
    with reversion.create_revision():
        event = EventFactory(starts_at=START)
    identifier = str(entry_of(client, event)["uid"])
    assert {str(entry_of(client, event, code)["uid"]) for code in ("en", "zh-hans")} == {identifier}
    event.slug = "renamed"
    with reversion.create_revision():
        event.save()
    reversion.models.Version.objects.get_for_object(event).last().revert()
    event = Event.objects.get()
    assert event.slug != "renamed"
    assert str(entry_of(client, event)["uid"]) == identifier
    other = EventFactory(starts_at=START)
    assert str(entry_of(client, other)["uid"]) != identifier


def test_the_revision_grows_with_what_a_calendar_shows_and_never_falls(db, client):
    def revision():
        return int(entry_of(client, Event.objects.get())["sequence"])

    with reversion.create_revision():
        event = EventFactory(starts_at=START)
    assert revision() == 0
    for name, value in (
        ("starts_at", "2031-06-05T09:00Z"),
        ("ends_at", "2031-06-05T10:00Z"),
        ("time_zone", "Asia/Shanghai"),
        ("title_zh_hans", "新标题"),
        ("venue_en", "Another hall"),
        ("city_de", "Anderswo"),
        ("address", "Street 2"),
        ("country", "CH"),
    ):
        before = revision()
        setattr(event, name, value)
        event.save(update_fields=[name] if name == "address" else None)
        assert revision() == before + 1, name
        event.save()
    event.summary_de, event.report_de, event.subtitle_en = "Neu", "Neu", "New"
    event.venue_de = ""  # as a form sends what stays empty
    event.slug = "renamed"
    event.save()
    assert revision() == 8
    reversion.models.Version.objects.get_for_object(event).last().revert()
    assert Event.objects.get().country == ""
    assert revision() == 9


def test_an_editor_neither_sees_nor_sets_the_revision(db, backoffice):
    event = EventFactory(starts_at=START)
    form = filled_in(backoffice, event)
    assert "calendar_revision" not in form
    save(backoffice, form, title_en="Another title", calendar_revision="7")
    event.refresh_from_db()
    assert event.calendar_revision == 1
    history = backoffice.get(admin_address(Event, "history", event.pk)).content.decode()
    assert "Another title" in history
    assert "evision of the calendar entry" not in history


def test_a_programme_comes_as_entries_of_its_own_if_asked(db, client):
    event = EventFactory(starts_at=START)
    item = ProgrammeItemFactory(
        event=event, starts_at=START, ends_at="2031-06-05T08:30Z", description_de="Worum es geht"
    )
    ProgrammeItemFactory(event=event)
    path = f"/de/events/{event.slug}.ics"
    alone = calendar_at(client, path)
    assert len(alone.events) == 1
    assert "x-wr-calname" not in alone
    calendar = calendar_at(client, path, programme=1)
    whole, part = calendar.events
    assert str(part["summary"]) == item.title_de
    assert part.start.isoformat() == "2031-06-05T10:00:00+02:00"
    assert str(part["related-to"]) == str(whole["uid"]) != str(part["uid"])
    assert str(part["description"]).startswith("Worum es geht\n")
    assert str(calendar["x-wr-calname"]) == event.title_de
    assert path + "?programme=1" in client.get(f"/de/events/{event.slug}/").content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "2 "),
        ("en", "2 events are not in it, because their dates are not published."),
        ("zh-hans", "2"),
    ],
)
def test_the_feed_has_every_dated_event_and_says_how_many_are_left_out(db, client, language, said):
    dated = [EventFactory(starts_at=START, country="DE") for _ in range(2)]
    EventFactory(ends_at=START, title_en="Only its end is known")
    EventFactory()
    EventFactory(starts_at=START, publication="draft", title_en="Withheld")
    EventFactory(starts_at=START, publish_at="2100-01-01T00:00Z", title_en="Withheld")
    response = client.get(f"/{language}/events.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="guizhou-portal.ics"'
    calendar = Calendar.from_ical(response.content)
    assert {str(one["url"]) for one in calendar.events} == {
        f"http://testserver/{language}/events/{one.slug}/" for one in dated
    }
    assert b"Withheld" not in response.content
    assert said in str(calendar["description"])
    assert str(calendar["name"]) == str(calendar["x-wr-calname"])
    assert str(calendar["name"]).endswith(" · Guizhou Portal")
    assert str(calendar["url"]) == f"http://testserver/{language}/events/"
    lines = response.content.replace(b"\r\n ", b"").splitlines()
    assert lines.count(b"NAME:" + str(calendar["name"]).encode()) == 1
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H" in lines
    assert b"X-PUBLISHED-TTL:PT12H" in lines
    assert b"SOURCE;VALUE=URI:http://testserver/%s/events.ics" % language.encode() in lines
    page = client.get(f"/{language}/events/").content.decode()
    assert f'href="webcal://testserver/{language}/events.ics"' in page
    assert f'href="/{language}/events.ics"' in page
    assert said in page


def test_the_feed_keeps_the_filters_of_the_list(db, client):
    here = EventFactory(starts_at=START, country="DE")
    EventFactory(starts_at=START, country="CH")
    calendar = calendar_at(client, "/en/events.ics", country="DE", sort="title", wrong="\x00")
    assert [str(one["summary"]) for one in calendar.events] == [here.title_en]
    assert "(Country: Germany)" in str(calendar["name"])
    assert str(calendar["source"]) == "http://testserver/en/events.ics?country=DE"
    assert str(calendar["url"]) == "http://testserver/en/events/?country=DE"
    name = client.get("/en/events.ics", {"q": "a,b;c\\"}).content.replace(b"\r\n ", b"")
    assert r"NAME:Events (“a\,b\;c\\”) · Guizhou Portal".encode() in name.splitlines()
    page = client.get("/en/events/?country=DE").content.decode()
    assert 'href="webcal://testserver/en/events.ics?country=DE"' in page
    assert len(calendar_at(client, "/en/events.ics", country="AT").events) == 0
    assert len(calendar_at(client, "/en/events.ics", country="no such").events) == 2
    for hostile in ("?country=%00&year=99999999999", "?q=" + "x" * 5000, "?time=%ff"):
        assert client.get(f"/en/events.ics{hostile}").status_code == 200
    assert client.post("/en/events.ics").status_code == 405


def test_a_calendar_is_sent_again_only_when_it_changed(db, client):
    event, other = EventFactory(starts_at=START), EventFactory(starts_at=START)
    for path in ("/de/events.ics", f"/de/events/{event.slug}.ics"):
        first = client.get(path)
        assert first["Cache-Control"] == "public, max-age=300"
        for known in (
            {"If-None-Match": first["ETag"]},
            {"If-None-Match": f"W/{first['ETag']}"},
            {"If-Modified-Since": first["Last-Modified"]},
        ):
            again = client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), known
    known = {"If-None-Match": client.get("/de/events.ics")["ETag"]}
    Event.objects.filter(pk=other.pk).delete()
    assert client.get("/de/events.ics", headers=known).status_code == 200
    since = {"If-Modified-Since": client.get("/de/events.ics")["Last-Modified"]}
    Event.objects.filter(pk=event.pk).update(
        publication="withdrawn", updated=datetime(2099, 1, 1, tzinfo=UTC)
    )
    response = client.get("/de/events.ics", headers=since)
    assert (response.status_code, len(Calendar.from_ical(response.content).events)) == (200, 0)
    assert client.get(f"/de/events/{event.slug}.ics").status_code == 404


def test_an_event_page_links_to_the_calendars_on_the_web(db, client):
    event = EventFactory(
        starts_at="2031-06-05T08:00Z",
        ends_at="2031-06-05T10:00Z",
        title_de="Müller & Co.: 100 % <Cloud> + mehr",
        summary_de="Ein Satz.",
        city_de="Köln",
    )
    response = client.get(f"/de/events/{event.slug}/")
    links = links_on(response)
    asked = {name: parse_qs(link.query, strict_parsing=True) for name, link in links.items()}
    google = asked["Google Calendar"]
    assert google["dates"] == ["20310605T080000Z/20310605T100000Z"]
    assert google["text"] == [event.title_de]
    assert google["location"] == ["Köln"]
    assert google["details"] == [f"Ein Satz.\n\nhttp://testserver/de/events/{event.slug}/"]
    for name in ("Outlook.com", "Microsoft 365"):
        assert asked[name]["startdt"] == ["2031-06-05T08:00:00Z"]
        assert asked[name]["enddt"] == ["2031-06-05T10:00:00Z"]
        assert asked[name]["subject"] == [event.title_de]
        assert "+" not in links[name].query
    Event.objects.update(ends_at=None)
    link = links_on(client.get(f"/de/events/{event.slug}/"))["Google Calendar"]
    assert "dates=20310605T080000Z%2F20310605T080000Z" in link.query


def test_an_event_without_date_says_that_there_is_no_entry(db, client):
    page = client.get(f"/en/events/{EventFactory().slug}/").content.decode()
    assert "No calendar entry: the date is not published." in page
    assert "calendar.google.com" not in page


def test_calendars_ask_the_database_no_more_for_more_events(db, client):
    EventFactory(starts_at=START)
    one = queries(client, "/en/events.ics")
    for _ in range(2):
        event = EventFactory(starts_at=START)
        ProgrammeItemFactory.create_batch(3, event=event, starts_at=START)
    assert queries(client, "/en/events.ics") == one <= 4
    assert queries(client, f"/en/events/{event.slug}.ics") == 1
    assert queries(client, f"/en/events/{event.slug}.ics?programme=1") == 2
