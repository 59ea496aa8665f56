"""Lists that are narrowed and sorted by their address."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, QueryDict

from guizhou_portal import counted
from guizhou_portal.publishing.views import RememberedListMixin

from .cursors import CursorError, cursor_after, page_of


class FilteredListMixin(RememberedListMixin):
    """For a ``ListView`` of public records; ``filters_class`` says which, and by what they are
    filtered.

    Its pages have numbers as far as the records are counted. A longer list is read on from there
    by cursors, each as quickly as the first page.
    """

    filters_class = None

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        # The other languages' addresses and the next pages keep what is chosen.
        request.kept_query = response.context_data["filters"].query
        request.finds_nothing = not response.context_data["number"]
        if cursor := request.GET.get("cursor"):
            request.shown_page = f"cursor={cursor}"
        return response

    def asked(self):
        """What visitors look for is theirs, and to later pages there is no end."""
        given = self.request.GET
        if any(given.get(name) for name in ("q", "page", "cursor")):
            return None
        names = [*(facet.name for facet in self.filters_class.facets), "sort"]
        return tuple((name, *given.getlist(name)) for name in names if name in given)

    def get_queryset(self):
        self.filters = self.filters_class(self.request.GET)
        self.records = self.get_records()
        self.listed = self.filters.of(self.records)
        page = self.request.GET.get("page", "1")
        if "cursor" in self.request.GET:  # behind the numbered pages
            records = self.listed.narrowed
        elif len(page) <= 3 and page.isdecimal():
            records = self.listed.up_to(int(page) * self.paginate_by)
        else:
            records = self.listed.beginning
        return self.filters.sort.order(records).for_cards()

    def get_records(self):
        """What is narrowed."""
        return self.filters_class.model.objects.published()

    def get_paginator(self, queryset, per_page, **kwargs):
        paginator = super().get_paginator(queryset, per_page, **kwargs)
        paginator.count = self.listed.number.value  # counted already
        return paginator

    @property
    def order(self):
        """What the order is called, for cursors."""
        return [self.filters_class.model._meta.model_name, self.filters.sort.name]

    def paginate_queryset(self, queryset, page_size):
        paginator = self.get_paginator(queryset, page_size)
        if cursor := self.request.GET.get("cursor"):
            page = self.page_at(cursor, queryset, paginator)
            return paginator, page, page.object_list, True
        paginator, page, records, is_paginated = super().paginate_queryset(queryset, page_size)
        if self.listed.is_long and page.number == paginator.num_pages:
            by, last = self.filters.sort.by(), list(records)[-1]
            page.next_cursor = cursor_after(last, self.listed.asked, by, self.order)
        return paginator, page, records, is_paginated

    def page_at(self, cursor, queryset, paginator):
        try:
            found = page_of(
                queryset, self.filters.sort.by(), self.order, paginator.per_page, cursor
            )
        except CursorError as error:
            raise Http404 from error
        records = Records(found.records)
        records.model = queryset.model
        return CursorPage(paginator, records, found.previous, found.next)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        filters = self.filters
        if filters.is_active and not self.listed.number:
            context["ways_out"] = ways_out(filters, self.records)
        return {
            **context,
            "filters": filters,
            "is_personal": filters.is_personal,
            "panels": filters.panels(self.listed),
            "number": self.listed.number.value,
            "is_long": self.listed.is_long,
            # Each list is found once; its many selections are for those who make them.
            "noindex": filters.is_active or filters.is_sorted,
        }


class Records(list):
    """Records that say, as a queryset does, of which model they are."""

    model = None


@dataclass(frozen=True)
class CursorPage:
    """A page after those with numbers; what templates ask of a page of Django's ``Paginator``."""

    paginator: Paginator
    object_list: Records
    previous_cursor: str | None
    next_cursor: str | None
    number = None
    has_previous = has_next = False  # by number

    def start_index(self):
        return 1


def ways_out(filters, records):
    """``[(Chosen, Number), …]``: what to let go of so that something is found, the most first."""
    found = []
    for chosen in filters.chosen:
        others = type(filters)(QueryDict(chosen.without))
        number = counted.counted(others.narrowed(records))
        if number:
            found.append((chosen, number))
    return sorted(found, key=lambda one: -one[1].value)
