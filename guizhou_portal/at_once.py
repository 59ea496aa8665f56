"""Several questions to the database in one statement, each of which an index answers by itself.

Asked together as aggregates of one query they would read every record: a database looks the highest
value up in an index only where nothing else is asked for.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField, QuerySet, Subquery


class Number(Subquery):
    """How many records a queryset has; no more than its limit, if it has one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def first(records, value):
    """The ``value`` (a column or annotation) of the first of ``records``, which are in order."""
    return Subquery(records.values(value)[:1])


def answers(questions):
    """``{name: answer}`` to ``{name: expression}``; each gives one value or None."""
    # A table that always has a row, whose own columns nobody asks for.
    columns = {f"answer_{n}": one for n, one in enumerate(questions.values())}
    row = QuerySet(ContentType).order_by().values(**columns)[0]
    return {name: row[column] for name, column in zip(questions, columns, strict=True)}
