"""When the records were changed last, and how many there are: one query for all kinds of them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import DELETION, LogEntry
from django.db.models import CharField, Count, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from .reading import moment_of
from .resources import resources


@dataclass(frozen=True)
class Change:
    """``number`` of records, the last change of one, and the key of one (None without any)."""

    number: int
    last: datetime | None
    key: str | None


def public_changes():
    """``{name of a resource: Change}`` of the records as the public sees them."""
    asked = []
    for one in resources():
        public = one.condition()
        asked.append(counted(one.name, one.model, public, key=one.key))
        if one.is_published_by_itself:
            asked.append(counted(one.name, one.model, public, "publish_at", one.key))
    found = {}
    for name, number, last, key in rows(asked):
        others = found.get(name)
        found[name] = Change(number, moment_of([last, others and others.last]), key)
    return found


def state_of_everything():
    """``[(name, number, last change, key), …]`` of all records, drafts and deleted ones included.

    Whatever the public comes to see otherwise than before shows in it: a record it sees is changed,
    appears when its time has come, is withdrawn or deleted.
    """
    asked = [counted("deleted", LogEntry, Q(action_flag=DELETION), "action_time")]
    for one in resources():
        asked.append(counted(one.name, one.model, Q()))
        if one.is_published_by_itself:
            appeared = Q(publish_at__lte=timezone.now())
            asked.append(counted(f"{one.name} appeared", one.model, appeared, "publish_at"))
    return rows(asked)


def last_change(state=None):
    """When anything was changed last; None for an empty portal."""
    return moment_of([last for _name, _number, last, _key in state or state_of_everything()])


def counted(name, model, condition, moment="updated", key="pk"):
    # A plain queryset: one that knows of languages gives the columns in an order of its own.
    found = QuerySet(model).order_by().filter(condition).annotate(kind_of_record=Value(name))
    found = found.values("kind_of_record").annotate(
        number=Count("pk"), last=Max(moment), key=Cast(Min(key), CharField())
    )
    return found.values_list("kind_of_record", "number", "last", "key")


def rows(asked):
    """What the queries ``asked`` for, in one, always in the same order."""
    first, *others = asked
    found = first.union(*others, all=True).order_by()
    return sorted(found, key=lambda row: (row[0], row[1], str(row[2])))
