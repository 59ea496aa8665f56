"""Which fields of the fixed pages are open data."""

from guizhou_portal.exchange.open_data.composed import Public
from guizhou_portal.exchange.open_data.resources import declare
from guizhou_portal.filters.bound import Filters
from guizhou_portal.filters.sorts import Sort, lowest_first

from .models import Page


class PageFilters(Filters):
    model = Page
    sorts = (Sort("listed", "By key", lowest_first("key")),)


declare(
    Page,
    "pages",
    "The texts of the portal's fixed pages.",
    [
        Public("title", "What the page is called."),
        Public("summary", "Its opening."),
        Public("body", "Its text."),
    ],
    filters=PageFilters,
    key="key",
    example="imprint",
)
