"""The records of a list, of which there may be very many.

A list up to :data:`guizhou_portal.counted.MOST` records is counted, and so is what could be chosen
in it. Of a longer one the page says that there are more, and offers choices without numbers: the
database would have to read every record for them.
"""

from django.utils.functional import cached_property

from guizhou_portal import counted

#: So many records a long list begins with tell what can be chosen in it.
SAMPLE = 240


class Listed:
    """``records`` (a queryset) as ``filters`` narrow them, by all facets but ``besides``."""

    def __init__(self, filters, records, besides=None):
        self.filters, self.records, self.besides = filters, records, besides

    @cached_property
    def asked(self):
        """Very many records, in whatever order."""
        return self.filters.walked(self.records, self.besides)

    @cached_property
    def keys(self):
        """The keys of what is left by what was chosen, as far as it is counted."""
        found = self.filters.joined(self.records.order_by(), self.besides)
        return list(found.values_list("pk", flat=True)[: counted.MOST + 1])

    @cached_property
    def number(self):
        """The :class:`~guizhou_portal.counted.Number` of the records."""
        if not self.filters.is_active:
            return counted.counted(self.records)
        return counted.Number(min(len(self.keys), counted.MOST), len(self.keys) > counted.MOST)

    @property
    def is_long(self):
        return self.number.is_more

    @cached_property
    def narrowed(self):
        """The records. A few of many are named by their keys: an index of the order alone would
        lead through all of them.
        """
        if not self.filters.is_active:
            return self.records
        return self.asked if self.is_long else self.records.filter(pk__among=self.keys)

    @cached_property
    def sample(self):
        """Those the list begins with."""
        first = self.filters.sort.order(self.asked).values_list("pk", flat=True)
        return self.records.filter(pk__among=list(first[:SAMPLE]))

    def choices(self, facet):
        """``[(value, label, number), …]``; the number is None where it is not known."""
        if not self.is_long:
            return facet.choices(self.narrowed)
        return [(value, label, None) for value, label in facet.offered(self.asked, self.sample)]
