"""Links that open a new entry in the calendars people keep on the web, filled in from an event.

They are plain links: nothing is asked of these services before a visitor follows one. The
parameters are described by nobody officially; a collection of what is known of them:
https://github.com/InteractionDesignFoundation/add-event-to-calendar-docs
"""

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote, urlencode

from django.utils.text import Truncator

from guizhou_portal.exchange.words import plain
from guizhou_portal.templatetags.portal import translation

from .calendar import place_of

#: Characters of a summary: an address of a Chinese text has nine for each.
LONGEST = 300


@dataclass(frozen=True)
class CalendarLink:
    """A calendar service by its own name, and the address that opens the entry there."""

    name: str
    url: str


def calendar_links(event, page):
    """A :class:`CalendarLink` for each service; none for an event whose start is not known.

    ``page``: absolute address of the event's page.
    """
    if event.starts_at is None:
        return []
    # All of them insist on an end and take the start for one: the entry then has no length, and
    # nothing is claimed that is not published.
    start = event.starts_at.astimezone(UTC)
    end = event.ends_at.astimezone(UTC) if event.ends_at else start
    title = plain(translation(event, "title")[0])
    summary = Truncator(plain(translation(event, "summary")[0])).chars(LONGEST)
    text = "\n\n".join(filter(None, [summary, page]))
    return [
        CalendarLink("Google Calendar", _google(title, text, place_of(event), start, end)),
        *(
            CalendarLink(name, _outlook(host, title, text, place_of(event), start, end))
            for name, host in (
                ("Outlook.com", "outlook.live.com"),
                ("Microsoft 365", "outlook.office.com"),
            )
        ),
    ]


def _google(title, text, place, start, end):
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=title,
        dates=f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        details=text,
        location=place,
    )


def _outlook(host, title, text, place, start, end):
    return _address(
        f"https://{host}/calendar/0/deeplink/compose",
        path="/calendar/action/compose",
        rru="addevent",
        subject=title,
        startdt=f"{start:%Y-%m-%dT%H:%M:%SZ}",
        enddt=f"{end:%Y-%m-%dT%H:%M:%SZ}",
        body=text,
        location=place,
    )


def _address(base, **parameters):
    given = {name: value for name, value in parameters.items() if value}
    # Outlook shows a plus sign as such: spaces are written as %20.
    return f"{base}?{urlencode(given, quote_via=quote, safe='')}"
