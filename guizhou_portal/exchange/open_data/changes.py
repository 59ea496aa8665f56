"""When the records were changed last, and how many there are: one query for all kinds of them.

Every page of the API asks for it, so it is read once for each version of the content.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import DELETION, LogEntry
from django.db.models import F, QuerySet

from guizhou_portal import counted
from guizhou_portal.exchange.answers import appeared, changes_of
from guizhou_portal.operations.remembered import PARTS, remembered
from guizhou_portal.publishing.models import changed
from guizhou_portal.questions import Number, answers, first, named_answers

from .reading import moment_of
from .resources import resources


@dataclass(frozen=True)
class Change:
    """``number`` of records, the last change of one, and the key of that one (None without any)."""

    number: counted.Number
    last: datetime | None
    key: str | None


def public_changes():
    """``{name of a resource: Change}`` of the records as the public sees them."""
    return remembered(("public changes",), _public_changes, PARTS)


def _public_changes():
    asked = {}
    for one in resources():
        public = QuerySet(one.model).filter(one.condition())
        moment = changed() if one.is_published_by_itself else F("updated")
        latest = public.annotate(changed=moment).order_by("-changed", "-pk")
        asked |= {
            f"{one.name} number": Number(public.order_by().values("pk")[: counted.MOST + 1]),
            f"{one.name} last": first(latest, "changed"),
            f"{one.name} key": first(latest, one.key),
        }
    found = named_answers(asked)
    return {
        one.name: Change(
            counted.as_far_as_counted(found[f"{one.name} number"]),
            found[f"{one.name} last"],
            found[f"{one.name} key"],
        )
        for one in resources()
    }


def public_numbers():
    """``{name of a resource: number of records}`` the public sees, all of them counted."""
    return remembered(("public numbers",), _public_numbers, PARTS)


def _public_numbers():
    return named_answers(
        {
            one.name: Number(QuerySet(one.model).order_by().filter(one.condition()).values("pk"))
            for one in resources()
        }
    )


def last_change():
    """When anything was changed last; None for an empty portal."""
    return remembered(("last change",), _last_change, PARTS)


def _last_change():
    asked = [_deletion(), *(change for one in resources() for change in changes_of(one.model))]
    return moment_of(answers(asked))


def _deletion():
    deletions = QuerySet(LogEntry).filter(action_flag=DELETION).order_by("-pk")
    return first(deletions, "action_time")


def state_of_everything():
    """What changes with all records, drafts and deleted ones included: numbers and moments.

    Whatever the public comes to see otherwise than before shows in it: a record it sees is changed,
    appears when its time has come, is withdrawn or deleted.
    """
    return remembered(("state of everything",), _state_of_everything, PARTS)


def _state_of_everything():
    asked = {"deleted": _deletion()}
    for one in resources():
        records = QuerySet(one.model).order_by().values("pk")
        asked[f"{one.name} number"] = Number(records)
        if one.is_published_by_itself:
            asked[f"{one.name} appeared"] = Number(records.filter(appeared()))
        for n, change in enumerate(changes_of(one.model)):
            asked[f"{one.name} change {n}"] = change
    return sorted(named_answers(asked).items())
