"""Where a list can be followed: its feed and its calendar, with what it is narrowed by."""

from django import template
from django.urls import reverse

from guizhou_portal.context import with_query
from guizhou_portal.exchange.words import title_of_list

register = template.Library()


@register.simple_tag(takes_context=True)
def narrowed_url(context, route):
    """The path of ``route`` with the filters of the page, if it has any."""
    filters = context.get("filters")
    return with_query(reverse(route), filters.query_of_records if filters else "")


@register.simple_tag(takes_context=True)
def feed_title(context, title):
    """What the feed of a list is called, in itself and where it is linked to."""
    return title_of_list(title, context.get("filters"))


@register.filter
def webcal(address):
    """The absolute address with the scheme by which calendar programs subscribe."""
    return "webcal:" + address.partition(":")[2]
