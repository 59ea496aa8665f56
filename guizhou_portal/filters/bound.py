"""What an address asks of a list."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import cached_property

from guizhou_portal.search.lookup import found
from guizhou_portal.search.ranking import keys_found
from guizhou_portal.search.results import RESULTS

from .facets import LONGEST
from .listed import Listed

MOST_VALUES = 20  # of one facet
LONGEST_WORDS = 200  # characters that are looked for


@dataclass(frozen=True)
class Choice:
    """A value a visitor can choose, with the number of records it would leave, if it is known."""

    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Chosen:
    """A value that is chosen; ``without`` is the query string of the address without it."""

    name: str
    facet: str
    value: str
    label: str
    without: str


@dataclass(frozen=True)
class Order:
    """An order a list can be shown in; ``query`` is the query string of its address."""

    label: str
    query: str
    is_chosen: bool


class Filters:
    """``given``: a ``QueryDict``. Names nobody declared are nobody's business; values that do not
    exist are in :attr:`wrong` and change nothing.
    """

    model = None
    facets = ()
    #: The first one is the order of a list nobody sorts.
    sorts = ()
    #: Whether there are more records than are counted; see :meth:`of`.
    is_long = False

    def __init__(self, given):
        self.wrong = []  # [(name, value), …]
        self.labels = {}  # {facet: {value: label}}
        for facet in self.facets:
            values = list(dict.fromkeys(value for value in given.getlist(facet.name) if value))
            sound = [one for one in values[:MOST_VALUES] if is_sound(one)]
            labels = facet.existing(self.model, sound) if sound else {}
            self.labels[facet] = {value: labels[value] for value in sound if value in labels}
            self.wrong += [(facet.name, one) for one in values if one not in self.labels[facet]]
        self.words = " ".join(given.get("q", "").replace("\x00", " ").split())[:LONGEST_WORDS]
        self.sort = self._sort(given.get("sort", ""))

    def _sort(self, name):
        for sort in self.sorts:
            if sort.name == name:
                return sort
        if name:
            self.wrong.append(("sort", name))
        return self.sorts[0]

    # --- the records -----------------------------------------------------------------------

    def apply(self, records):
        """``records`` narrowed and sorted, each once."""
        return self.sort.order(self.narrowed(records))

    def narrowed(self, records, besides=None):
        """``records`` narrowed by all facets but ``besides``."""
        for facet, values in self._values(besides):
            records = records.filter(facet.condition(self.model, values))
        return records.filter(pk__among=self.found) if self.words else records

    def joined(self, records, besides=None):
        """The same, found from what is chosen."""
        for facet, values in self._values(besides):
            records = facet.joined(records, values)
        return records.filter(pk__among=self.found) if self.words else records

    def ways(self, records, besides=None):
        """``[queryset, …]`` that together hold the same but for the words; see :mod:`.facets`."""
        ways = [records]
        for facet, values in self._values(besides):
            ways = [one for way in ways for one in facet.ways(way, values)]
        return ways

    def walked(self, records, besides=None, with_words=True):
        """The same, asked of one record after the other along the order of the list."""
        for facet, values in self._values(besides):
            records = records.filter(facet.walked(self.model, values))
        return records.filter(pk__among=self.found) if self.words and with_words else records

    def _values(self, besides):
        """``[(facet, [value, …]), …]`` of what is chosen in all facets but ``besides``."""
        return [
            (facet, list(labels))
            for facet, labels in self.labels.items()
            if labels and facet is not besides
        ]

    @cached_property
    def found(self):
        """The keys of the records that have the words: looked up once, however often counted."""
        if self.model in RESULTS:
            return keys_found(self.model, self.words)
        every = self.model._base_manager.order_by()
        return list(found(every, self.words).values_list("pk", flat=True))

    def of(self, records):
        """``records`` as they are :class:`~.listed.Listed`.

        In a long list the order becomes the usual one if there is no index for what was asked.
        """
        listed = Listed(self, records)
        self.is_long = listed.is_long
        if self.is_long and not self.sort.is_indexed:
            self.wrong.append(("sort", self.sort.name))
            self.sort = self.sorts[0]
        return listed

    def panels(self, listed):
        """``[(facet, [Choice, …], number chosen), …]`` of the facets there is something to choose.

        The numbers are those of the records that the other facets leave.
        """
        panels = []
        for facet in self.facets:
            chosen = self.labels[facet]
            others = listed.besides_also(facet) if chosen else listed
            choices = [
                Choice(value, label, count, value in chosen)
                for value, label, count in others.choices(facet)
            ]
            there = {one.value for one in choices}
            choices += [
                Choice(value, label, None if others.is_long else 0, True)
                for value, label in chosen.items()
                if value not in there
            ]
            if choices:
                panels.append((facet, choices, len(chosen)))
        return panels

    # --- the address -----------------------------------------------------------------------

    @property
    def is_active(self):
        return bool(self.words or any(self.labels.values()))

    @property
    def is_personal(self):
        """Whether hardly anybody else asks the same: words, or what does not exist."""
        return bool(self.words or self.wrong)

    @property
    def is_sorted(self):
        return self.sort is not self.sorts[0]

    @cached_property
    def query(self):
        """The query string of all that is chosen, always in the same order; "" for nothing."""
        return self._query()

    @property
    def query_of_records(self):
        """The same without the order: for what always comes in an order of its own."""
        return self._query(sort=self.sorts[0])

    @property
    def orders(self):
        """The orders to choose from, as addresses that keep what is chosen."""
        return [
            Order(sort.label, self._query(sort=sort), sort is self.sort)
            for sort in self.sorts
            if sort.is_indexed or not self.is_long
        ]

    def _query(self, without=None, sort=None):
        sort = sort or self.sort
        pairs = [("q", self.words)] if self.words and without != ("q", self.words) else []
        for facet, labels in self.labels.items():
            pairs += [
                (facet.name, value) for value in sorted(labels) if (facet.name, value) != without
            ]
        if sort is not self.sorts[0]:
            pairs.append(("sort", sort.name))
        return urlencode(pairs)

    @cached_property
    def chosen(self):
        """``[Chosen, …]``: each value and the words looked for."""
        found = [
            Chosen(facet.name, facet.label, value, label, self._query((facet.name, value)))
            for facet, labels in self.labels.items()
            for value, label in labels.items()
        ]
        if self.words:
            found.insert(0, Chosen("q", "", self.words, self.words, self._query(("q", self.words))))
        return found


def is_sound(value):
    return len(value) <= LONGEST and value.isprintable()
