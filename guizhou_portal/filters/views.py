"""Lists that are narrowed and sorted by their address."""

from django.http import QueryDict


class FilteredListMixin:
    """For a ``ListView`` of public records; ``filters_class`` says which, and by what they are
    filtered.
    """

    filters_class = None

    def get_queryset(self):
        self.filters = self.filters_class(self.request.GET)
        # The other languages' addresses and the next pages keep what is chosen.
        self.request.kept_query = self.filters.query
        self.records = self.filters_class.model.objects.published()
        return self.filters.apply(self.records).for_cards()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        filters = self.filters
        if filters.is_active and not context["paginator"].count:
            context["ways_out"] = ways_out(filters, self.records)
        return {
            **context,
            "filters": filters,
            "panels": filters.panels(self.records),
            "number": context["paginator"].count,
            # Each list is found once; its many selections are for those who make them.
            "noindex": filters.is_active or filters.is_sorted,
        }


def ways_out(filters, records):
    """``[(Chosen, number), …]``: what to let go of so that something is found, the most first."""
    found = []
    for chosen in filters.chosen:
        others = type(filters)(QueryDict(chosen.without))
        number = others.narrowed(records).count()
        if number:
            found.append((chosen, number))
    return sorted(found, key=lambda one: -one[1])
