"""Events as calendars (RFC 5545, RFC 7986): one event, or a feed of all to subscribe to.

One event is one entry. Conference systems such as pretalx give one entry per session, since their
visitors choose between sessions; here guests come for the whole conference. Whoever wants the
single items of a programme gets them besides, by ``?programme=1`` at one event's address.

An event has the same UID in each language: it is the same event, and who takes it in twice gets
one entry, in the language taken last. Withdrawn events vanish; there is no "cancelled", since
the portal does not know whether an event that is no longer shown takes place. An entry has no
ORGANIZER: that is for invitations, which are answered by mail (RFC 5545, section 3.8.4.3), and for
the same reason a calendar has no METHOD (RFC 5546, section 3.2.1). There is no GEO, as the
portal knows no co-ordinates of a venue.
"""

from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from guizhou_portal.exchange.identity import uid_of
from guizhou_portal.exchange.languages import tag
from guizhou_portal.exchange.words import plain
from guizhou_portal.templatetags.portal import translation

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=12)


def calendar_of(event, page, *, source, with_programme=False):
    """The bytes of an iCalendar file of one event, in the active language.

    ``event`` must have a start. ``page``, ``source``: absolute addresses of the event's page and
    of the file. The calendar has no name: by one, Outlook would know a calendar to open beside
    one's own instead of an entry to add. A programme in several entries is such a calendar.
    """
    calendar = _calendar(page, source)
    entries = [_entry_of(event, page)]
    items = [one for one in event.programme.all() if one.starts_at] if with_programme else []
    entries += [_entry_of_item(item, event, page) for item in items]
    if items:
        _name(calendar, "name", plain(translation(event, "title")[0]))
    return _written(calendar, entries)


def calendar_of_all(events, *, name, page, source, left_out):
    """The bytes of a calendar to subscribe to.

    ``events``: ``[(event, absolute address of its page), …]``, each with a start. ``left_out``: how
    many have none; the calendar's description says so.
    """
    calendar = _calendar(page, source)
    _name(calendar, "name", plain(name))
    sentences = [_("Events published on the Guizhou Portal."), words_for_left_out(left_out)]
    _name(calendar, "description", "\n".join(filter(None, sentences)))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _duration(REFRESH))
    return _written(calendar, [_entry_of(event, address) for event, address in events])


def words_for_left_out(number):
    """What is said of events that are in no calendar; "" if there are none."""
    if not number:
        return ""
    return ngettext(
        "%(n)d event is not in it, because its date is not published.",
        "%(n)d events are not in it, because their dates are not published.",
        number,
    ) % {"n": number}


def place_of(event):
    """Venue, address, city and country on one line; the city only once."""
    address = plain(event.address)
    city = plain(translation(event, "city")[0])
    parts = [
        plain(translation(event, "venue")[0]),
        *address.splitlines(),
        "" if city in address else city,
        str(event.country.name or ""),
    ]
    return pgettext("place and country", ", ").join(filter(None, map(str.strip, parts)))


def description_of(record, field, page):
    """What ``field`` says of an event or an item of its programme, and where to read on."""
    return "\n\n".join(filter(None, [plain(translation(record, field)[0]), page]))


def _calendar(page, source):
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//Guizhou Portal//Guizhou Portal//{get_language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("url", page)
    calendar.add("source", source, parameters={"VALUE": "URI"})
    return calendar


def _name(calendar, name, text):
    """A text of the calendar, by RFC 7986 and as programs knew it before."""
    from icalendar import vText

    older = {"name": "x-wr-calname", "description": "x-wr-caldesc"}[name]
    # Typed, because the library escapes only the texts it knows as such.
    for one in (name, older):
        calendar.add(one, vText(text))


def _entry_of(event, page):
    entry = _entry(uid_of(event), event, "summary", event, page)
    entry.add("categories", [event.card_line()])
    return entry


def _entry_of_item(item, event, page):
    """An item of the programme, which belongs to the event's own entry and shares its revision."""
    entry = _entry(uid_of(event, f"programme/{item.pk}"), item, "description", event, page)
    entry.add("related-to", uid_of(event))
    return entry


def _entry(uid, record, field, event, page):
    """``record``: the event or an item of it, of which ``field`` tells."""
    from icalendar import Event

    entry = Event()
    entry.add("uid", uid)
    _say(entry, "summary", record, "title")
    _add_revision(entry, event)
    _add_period(entry, record.local_start, record.local_end)
    if place := place_of(event):
        entry.add("location", place)
    entry.add("description", description_of(record, field, page))
    entry.add("url", page)
    return entry


def _say(entry, name, record, field):
    """A text, marked with its language where it is not the calendar's."""
    text, language = translation(record, field)
    is_foreign = language not in (None, get_language())
    mark = {"LANGUAGE": tag(language)} if is_foreign else None
    entry.add(name, plain(text), parameters=mark)


def _add_revision(entry, event):
    # Without a METHOD, DTSTAMP says when the entry was last changed (RFC 5545, section 3.8.7.2).
    entry.add("dtstamp", event.updated)
    entry.add("created", event.created)
    entry.add("last-modified", event.updated)
    entry.add("sequence", event.calendar_revision)
    entry.add("status", "CONFIRMED")


def _add_period(entry, start, end):
    entry.add("dtstart", start)
    # An end that is not known is left out: to assume one would be to publish it.
    if end and end > start:
        entry.add("dtend", end)


def _written(calendar, entries):
    """The calendar's bytes: the definitions of the time zones it uses come first."""
    times = [one[name].dt for one in entries for name in ("dtstart", "dtend") if name in one]
    for entry in entries:
        calendar.add_component(entry)
    years = {time.year for time in times}
    # Sorted, so that the same events always give the same bytes.
    names = sorted(calendar.get_missing_tzids())
    calendar.subcomponents[:0] = [_zone(name, min(years), max(years)) for name in names]
    return calendar.to_ical()


@lru_cache(maxsize=64)
def _zone(name, first, last):
    """The VTIMEZONE of a zone, valid for the years ``first`` to ``last`` and one on either side.

    An offset begins at a local time of the offset before it (RFC 5545, section 3.6.5). Where clocks
    go forward, icalendar 7.3 gives the time they show afterwards: an hour too late.
    """
    from icalendar import Timezone

    zone = Timezone.from_tzid(
        name, first_date=date(first - 1, 1, 1), last_date=date(last + 2, 1, 1)
    )
    for rule in zone.subcomponents:
        forward = rule.TZOFFSETTO - rule.TZOFFSETFROM
        if forward <= timedelta(0):
            continue
        rule.DTSTART -= forward
        if "RDATE" in rule:
            later = [one - forward for one, *_period in rule.rdates]
            del rule["RDATE"]
            rule.add("rdate", later)
    return zone


def _duration(period):
    from icalendar import vDuration

    return vDuration(period)
