"""An event as an iCalendar file (RFC 5545)."""

from datetime import timedelta

from django.utils.html import strip_tags


def calendar_of(event, url):
    """The bytes of an iCalendar file with one entry, in the active language.

    ``event`` must have a start; without an end, two hours are assumed by calendar programs, so
    the entry says only when it begins. ``url`` is the absolute address of the event's page.
    """
    from icalendar import Calendar, Event

    entry = Event()
    entry.add("uid", f"event-{event.pk}@guizhou-portal")
    entry.add("summary", event.title)
    entry.add("dtstamp", event.updated)
    entry.add("last-modified", event.updated)
    entry.add("dtstart", event.local_start)
    if event.ends_at and event.ends_at - event.starts_at > timedelta(0):
        entry.add("dtend", event.local_end)
    place = ", ".join(filter(None, [event.venue, event.address, event.city, event.country.name]))
    if place:
        entry.add("location", " ".join(place.split()))
    if event.summary:
        entry.add("description", strip_tags(event.summary))
    entry.add("url", url)

    calendar = Calendar()
    calendar.add("prodid", "-//Guizhou Portal//events//")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()
