"""Questions to the database, put in such a way that an index answers each of them.

A database looks the highest value up in an index only where nothing else is asked for; and where it
says EXISTS, PostgreSQL may find all there are first, to ask then for one of them.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull


class Number(Subquery):
    """How many records a queryset has; no more than its limit, if it has one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def first(records, value):
    """The ``value`` (a column or annotation) of the first of ``records``, which are in order."""
    return Subquery(records.values(value)[:1])


def keys_of(records):
    """The keys of ``records``, by Django's own queryset.

    That of translated models makes a dictionary of each key, which takes longer than to find it.
    """
    return QuerySet(records.model, records.query).values_list("pk", flat=True)


def one_of(records):
    """The condition that there is one of ``records``, asked of one row after the other."""
    return Q(IsNull(Subquery(records.order_by().values("pk")[:1]), False))


def answers(questions):
    """``[answer, …]`` to ``[expression, …]`` in one statement; each one value or None."""
    # A table that always has a row, whose own columns nobody asks for.
    columns = {f"answer_{n}": one for n, one in enumerate(questions)}
    row = QuerySet(ContentType).order_by().values(**columns)[0]
    return [row[column] for column in columns]


def named_answers(questions):
    """``{name: answer}`` to ``{name: expression}``, likewise."""
    return dict(zip(questions, answers(questions.values()), strict=True))
