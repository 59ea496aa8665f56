"""What records are filtered by. A facet knows its values, what they are called, and how many
records each would leave.

Several values of one facet mean "or"; a record that has none has the value :data:`UNKNOWN`.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.publishing.models import PublicRecord, published
from guizhou_portal.questions import one_of

from .sorts import sort_key

UNKNOWN = "unknown"
LONGEST = 100  # characters of a value
#: So many related records are offered, those with the most records; others are found by words.
MOST_CHOICES = 40


class Facet(ABC):
    """One thing to filter by.

    ``name``: in the address. ``label``: in words. ``value``: the lookup or expression that gives a
    record's values, or a function that makes it. ``where``: the condition (or a function that
    makes it) under which related records count. ``several``: whether a record may have several.
    """

    def __init__(self, name, label, value, where=None, several=False):
        self.name = name
        self.label = label
        self.several = several
        self._value = value
        self._where = where

    def values_of(self, records):
        """``records`` with their values as ``facet_value``: a record stands there once for each."""
        value = self._value() if callable(self._value) else self._value
        where = self._where() if callable(self._where) else self._where
        value = F(value) if isinstance(value, str) else value
        return records.filter(where or Q()).annotate(facet_value=value)

    def condition(self, model, values):
        """The ``Q`` of the records that have one of ``values``, which are known to exist."""
        known = [self.stored(value) for value in values if value != UNKNOWN]
        every = self.values_of(model._base_manager.order_by())
        condition = Q(pk__in=every.filter(facet_value__in=known).values("pk")) if known else Q()
        if UNKNOWN in values:
            # What has a value at all; NULL among them would make NOT IN say nothing.
            condition |= ~Q(pk__in=self.with_value(every).values("pk"))
        return condition

    def walked(self, model, values):
        """The same, to be asked of one record after the other along the order of a list.

        For a list where very many have the values: the condition above would find all of them.
        """
        if UNKNOWN in values:
            return self.condition(model, values)
        every = self.values_of(model._base_manager.order_by()).filter(pk=OuterRef("pk"))
        return one_of(every.filter(facet_value__in=[self.stored(value) for value in values]))

    def joined(self, records, values):
        """``records`` that have one of ``values``, to be found from the values; each once."""
        if UNKNOWN in values:
            return records.filter(self.condition(records.model, values))
        return self.having(records, values)

    def having(self, records, values):
        return records.filter(self.condition(records.model, values))

    def ways(self, records, values):
        """``[queryset, …]`` that together hold the records :meth:`joined` gives.

        Each leads from the values to the records, one of which it may give several times: the first
        of very many are there at once.
        """
        return [self.joined(records, values)]

    def with_value(self, every):
        return every.filter(facet_value__isnull=False).exclude(facet_value="")

    def stored(self, value):
        """A value of the address as the database has it."""
        return value

    def existing(self, model, values):
        """Those of ``values`` that there are, with their names: ``{value: label}``."""
        known = [value for value in values if value != UNKNOWN]
        unknown = {UNKNOWN: self.unknown_label()} if len(known) < len(values) else {}
        return (self.known(model, known) if known else {}) | unknown

    @abstractmethod
    def known(self, model, values):
        """:meth:`existing` for values that are not :data:`UNKNOWN`."""

    def choices(self, records):
        """``[(value, label, number of records), …]`` of ``records``, in the order to show."""
        counts = self.counts(records)
        unknown = self.without(records, counts)
        found = [(value, label, counts[value]) for value, label in self.labels(counts).items()]
        return [*found, *([(UNKNOWN, self.unknown_label(), unknown)] if unknown else [])]

    def offered(self, records, sample):
        """``[(value, label), …]`` to choose from in a list too long to count.

        ``records``: all there are, however they are narrowed. ``sample``: those the list begins
        with. What else there is can be found by words.
        """
        return [(value, label) for value, label, _number in self.choices(sample)]

    def counts(self, records):
        """``{value: number}``; what is unknown is under None or ""."""
        rows = self.values_of(records.order_by()).values_list("facet_value")
        return dict(rows.annotate(Count("pk", distinct=self.several)))

    def without(self, records, counts):
        """How many of ``records`` have no value; the counts say so unless ``where`` hides it."""
        unknown = sum(counts.pop(value, 0) for value in (None, ""))
        if self._where is None:
            return unknown
        records = records.order_by()
        return records.exclude(pk__in=self.with_value(self.values_of(records)).values("pk")).count()

    @abstractmethod
    def labels(self, values):
        """``{value: label}`` of values the database has, in the order to show."""

    def unknown_label(self):
        return capfirst(gettext("not published"))


class CodeFacet(Facet):
    """A code list of a model.

    ``conditions``: makes ``{code: Q}`` of the records that have it, where no column has the code.
    """

    def __init__(self, name, label, codes, value=None, conditions=None):
        super().__init__(name, label, value or name)
        self.codes = codes
        self.conditions = conditions

    def condition(self, model, values):
        if self.conditions is None:
            return Q(**{f"{self._value}__in": values})
        conditions = self.conditions()
        return reduce(or_, (conditions[value] for value in values))

    def walked(self, model, values):
        return self.condition(model, values)

    def existing(self, model, values):
        # A code list may have a code of its own for what is unknown.
        return self.known(model, values)

    def known(self, model, values):
        return self.labels(values)

    def offered(self, records, sample):
        return list(self.labels(self.codes.values).items())

    def labels(self, values):
        return {code.value: capfirst(code.label) for code in self.codes if code.value in values}


class YesNoFacet(Facet):
    STORED = {"yes": True, "no": False}
    LABELS = {"yes": _("Yes"), "no": _("No")}

    def condition(self, model, values):
        known = [self.STORED[value] for value in values if value != UNKNOWN]
        condition = Q(**{f"{self._value}__in": known})
        return condition | Q(**{f"{self._value}__isnull": True}) if UNKNOWN in values else condition

    def walked(self, model, values):
        return self.condition(model, values)

    def with_value(self, every):
        return every.filter(facet_value__isnull=False)

    def known(self, model, values):
        return self.labels(values)

    def counts(self, records):
        names = {stored: name for name, stored in self.STORED.items()}
        return {names.get(value): number for value, number in super().counts(records).items()}

    def labels(self, values):
        return {name: label for name, label in self.LABELS.items() if name in values}


class YearFacet(Facet):
    """The year of a date or of a point in time (in the site's time zone)."""

    def condition(self, model, values):
        condition = Q()
        for value in values:
            lookup = f"{self._value}__isnull" if value == UNKNOWN else f"{self._value}__year"
            condition |= Q(**{lookup: True if value == UNKNOWN else int(value)})
        return condition

    def walked(self, model, values):
        return self.condition(model, values)

    def known(self, model, values):
        return {one: one for one in values if re.fullmatch(r"[12]\d{3}", one, re.ASCII)}

    def counts(self, records):
        # By day, which databases group faster than by year.
        counts = Counter()
        for value, number in super().counts(records).items():
            counts[value and str(_day(value).year)] += number
        return counts

    def offered(self, records, sample):
        """Every year from the first to the last."""
        known = records.filter(**{f"{self._value}__isnull": False})
        ends = [
            known.order_by(order).values_list(self._value, flat=True).first()
            for order in (self._value, f"-{self._value}")
        ]
        first, last = (_day(end).year if end else None for end in ends)
        years = range(last, first - 1, -1) if first else ()
        is_unknown = len(years) == 0 or sample.filter(**{f"{self._value}__isnull": True}).exists()
        unknown = [(UNKNOWN, self.unknown_label())] if is_unknown else []
        return [(str(year), str(year)) for year in years] + unknown

    def labels(self, values):
        return {value: value for value in sorted(values, reverse=True)}


def _day(moment):
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment


class CountryFacet(Facet):
    """A country, by its ISO 3166-1 alpha-2 code.

    ``paths``: the columns it may stand in, each with the condition under which it counts, where
    :attr:`value` is no column of the record itself.
    """

    def __init__(self, *args, paths=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.paths = paths

    def condition(self, model, values):
        if isinstance(self._value, str) and UNKNOWN not in values:
            return Q(**{f"{self._value}__in": values})
        return super().condition(model, values)

    def walked(self, model, values):
        return super().walked(model, values) if self.paths else self.condition(model, values)

    def ways(self, records, values):
        if not self.paths or UNKNOWN in values:
            return super().ways(records, values)
        return [
            records.filter(where, **{f"{path}__in": values}) for path, where in self.paths.items()
        ]

    def having(self, records, values):
        if not self.paths:
            return super().having(records, values)
        condition = Q()
        for found in self.ways(records.model._base_manager.order_by(), values):
            condition |= Q(pk__in=found.values("pk"))
        return records.filter(condition)

    def known(self, model, values):
        return {value: countries.name(value) for value in values if value in dict(countries)}

    def labels(self, values):
        named = {value: countries.name(value) or value for value in values}
        return dict(sorted(named.items(), key=lambda one: sort_key(one[1])))


class RelatedFacet(Facet):
    """Records with addresses of their own, by their slugs.

    ``related``: their model, ``path``: the relations that lead to it. Only what a public record
    names exists, and only if it is public itself.
    """

    def __init__(self, name, label, related, path=None, several=False):
        self.related = related
        self.path = path or name
        is_public = issubclass(related, PublicRecord)
        super().__init__(
            name,
            label,
            f"{self.path}__slug",
            partial(published, f"{self.path}__") if is_public else None,
            several,
        )

    def ways(self, records, values):
        if UNKNOWN in values:
            return super().ways(records, values)
        where = self._where() if callable(self._where) else Q()
        return [records.filter(where, **{f"{self._value}__in": values})]

    def having(self, records, values):
        (found,) = self.ways(records, values)
        return found.distinct() if self.several else found

    def known(self, model, values):
        # Asked of each record there is to name, not of all that name one.
        where = self._where() if callable(self._where) else Q()
        path = {self.path: OuterRef("pk")}
        naming = model.objects.published().order_by().filter(where, **path)
        named = self.related._base_manager.filter(Exists(naming), slug__in=values)
        found = set(named.values_list("slug", flat=True))
        return self.labels(found) if found else {}

    def counts(self, records):
        counts = super().counts(records)
        if len(counts) <= MOST_CHOICES:
            return counts
        unknown = {value: counts.pop(value) for value in (None, "") if value in counts}
        most = sorted(counts, key=lambda one: (-counts[one], one))[:MOST_CHOICES]
        return {value: counts[value] for value in most} | unknown

    def labels(self, values):
        names = [
            build_localized_fieldname(self.related.naming_field, language)
            for language in resolution_order(get_language())
        ]
        rows = self.related._base_manager.filter(slug__in=values).values_list("slug", *names)
        labels = {slug: next(filter(None, several), slug) for slug, *several in rows}
        return dict(sorted(labels.items(), key=lambda one: sort_key(one[1])))
