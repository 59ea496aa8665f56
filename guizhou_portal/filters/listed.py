"""The records of a list, of which there may be very many.

A list up to :data:`guizhou_portal.counted.MOST` records is counted, and so is what could be chosen
in it. Of a longer one the page says that there are more, and offers choices without numbers: the
database would have to read every record for them.
"""

from django.utils.functional import cached_property

from guizhou_portal import counted
from guizhou_portal.questions import keys_of

#: So many records a long list begins with tell what can be chosen in it.
SAMPLE = 240
#: So many found by words are named to the database one by one.
FEW_FOUND = 5000
#: So many records of the list are looked at for those found by words before they are asked for.
WALKED = 20_000


class Listed:
    """``records`` (a queryset) as ``filters`` narrow them, by all facets but ``besides``.

    ``is_known_as_long``: because even a part of them is.
    """

    def __init__(self, filters, records, besides=None, is_known_as_long=False):
        self.filters, self.records, self.besides = filters, records, besides
        self.is_known_as_long = is_known_as_long

    def besides_also(self, facet):
        """The same without what is chosen of ``facet``: no fewer records."""
        return Listed(self.filters, self.records, facet, self.is_long)

    @cached_property
    def asked(self):
        """Very many records, in whatever order."""
        return self.filters.walked(self.records, self.besides)

    @cached_property
    def keys(self):
        """The keys of what is left by what was chosen, as far as it is counted."""
        most = counted.MOST + 1
        if not self.filters.words:
            return self._keys_of_facets(most)
        if len(self.filters.found) > FEW_FOUND:
            keys = self._keys_of_facets(most)
            if len(keys) < most:
                found = set(self.filters.found)
                return [key for key in keys if key in found]
            if self._first_found is not None:
                return self._first_found
        keys = self.filters.joined(self.records.order_by(), self.besides)
        return list(keys_of(keys)[:most])

    def _keys_of_facets(self, most):
        """The keys of what is left by the facets, whatever the words; so many at most."""
        keys = {}
        for way in self.filters.ways(self.records.order_by(), self.besides):
            some = list(keys_of(way)[:most])
            if len(some) == most and len(set(some)) < most:
                some = keys_of(way.distinct())[:most]
            keys.update(dict.fromkeys(some))
            if len(keys) >= most:
                break
        return list(keys)[:most]

    @cached_property
    def _first_found(self):
        """The keys of those that words find, as far as they are counted, in the order of the list;
        None if they are far apart.

        Very many were found: to name them all to the database takes longer than to look at the
        list's keys here.
        """
        walked = self.filters.walked(self.records, self.besides, with_words=False)
        walked = keys_of(self.filters.sort.order(walked))
        most = counted.MOST + 1
        found, keys, first, number = set(self.filters.found), [], 0, most
        while first < WALKED:
            some = list(walked[first : first + number])
            keys += [key for key in some if key in found]
            if len(keys) >= most or len(some) < number:
                return keys[:most]
            first, number = first + number, number * 2
        return None

    @cached_property
    def number(self):
        """The :class:`~guizhou_portal.counted.Number` of the records."""
        if self.is_known_as_long:
            return counted.Number(counted.MOST, True)
        if not self.filters.is_active:
            return counted.counted(self.records)
        return counted.as_far_as_counted(len(self.keys))

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

    def up_to(self, number):
        """The same, of which no more than the first ``number`` are looked at."""
        if number <= SAMPLE and self.filters.is_active and self.is_long:
            return self.sample
        return self.beginning

    @cached_property
    def beginning(self):
        """The same; but of very many that were found by words, those the numbered pages show."""
        has_many_found = self.filters.words and self.is_long and len(self.filters.found) > FEW_FOUND
        if has_many_found and self._first_found is not None:
            return self.records.filter(pk__among=self._first_found[: counted.MOST])
        return self.narrowed

    @cached_property
    def sample(self):
        """Those the list begins with."""
        first = self.filters.sort.order(self.beginning if self.filters.words else self.asked)
        return self.records.filter(pk__among=list(keys_of(first)[:SAMPLE]))

    def choices(self, facet):
        """``[(value, label, number), …]``; the number is None where it is not known."""
        if not self.is_long:
            return facet.choices(self.narrowed)
        return [(value, label, None) for value, label in facet.offered(self.records, self.sample)]
