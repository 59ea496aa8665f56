"""How many enquiries came, about what and from where, and how soon they were answered.

Spam is not counted. Anonymised enquiries are: nothing of this is personal.
"""

import statistics
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from projects.models import Project

from .models import Enquiry

MONTHS = 12
MOST_ROWS = 12


@dataclass(frozen=True)
class Row:
    """``share``: of the longest bar, in per cent."""

    label: str
    number: int
    share: int


@dataclass(frozen=True)
class Table:
    """A chart that is a table as well. ``head``: what its first column names."""

    title: str
    head: str
    rows: list[Row]


def tables():
    """All :class:`Table` of the page; a few queries, however many enquiries there are."""
    counted = _counted()
    return [
        _per_month(counted),
        Table(_("Projects"), _("Project"), _rows(_by_project(counted))),
        Table(_("Countries"), _("Country"), _rows(_by(counted, "country", _country))),
        Table(_("Interests"), _("Interest"), _rows(_by(counted, "interest", _interest))),
    ]


def _counted():
    return Enquiry.objects.exclude(state=Enquiry.State.SPAM).order_by()


def median_hours():
    """From arrival to the first answer, of those of the last twelve months; None without any."""
    answered = _counted().filter(answered_at__isnull=False, created__gte=months()[0])
    hours = [
        (then - at).total_seconds() / 3600
        for at, then in answered.values_list("created", "answered_at")
    ]
    return statistics.median(hours) if hours else None


def median_in_words():
    """What :func:`median_hours` comes to: in days where hours say little."""
    hours = median_hours()
    if hours is None:
        return _("No enquiry of the last twelve months has been answered yet.")
    if hours < 48:
        number = max(1, round(hours))
        words = ngettext(
            "Half of the answered enquiries of the last twelve months were answered within "
            "an hour.",
            "Half of the answered enquiries of the last twelve months were answered within "
            "%(number)d hours.",
            number,
        )
        return words % {"number": number}
    # Two days at least: Chinese and others with one form for all numbers need the number, too.
    words = _(
        "Half of the answered enquiries of the last twelve months were answered within %(number)d "
        "days."
    )
    return words % {"number": round(hours / 24)}


def months():
    """The first moments of the last twelve months, this one included, the oldest first."""
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    number = first.year * 12 + first.month - 1
    return [
        first.replace(year=n // 12, month=n % 12 + 1)
        for n in range(number - MONTHS + 1, number + 1)
    ]


def _per_month(counted):
    found = counted.filter(created__gte=months()[0]).annotate(month=TruncMonth("created"))
    numbers = {
        (one["month"].year, one["month"].month): one["number"]
        for one in found.values("month").annotate(number=Count("pk"))
    }
    named = [
        (date_format(one, "YEAR_MONTH_FORMAT"), numbers.get((one.year, one.month), 0))
        for one in months()
    ]
    return Table(_("The last twelve months"), _("Month"), _rows(named))


def _by(counted, name, label):
    """``[(label, number), …]``, the most first; what is beyond ``MOST_ROWS`` together."""
    found = counted.values_list(name).annotate(number=Count("pk"))
    # Of equal numbers always the same first, whatever the order the database has them in.
    numbers = sorted(found, key=lambda one: (-one[1], str(one[0])))
    named = [(label(value), number) for value, number in numbers[:MOST_ROWS]]
    others = sum(number for _value, number in numbers[MOST_ROWS:])
    return [*named, *([(_("others"), others)] if others else [])]


def _by_project(counted):
    # Titles are of the reader's language, which a database does not know.
    keys = counted.exclude(project=None).values_list("project", flat=True).distinct()
    projects = Project.objects.in_bulk(list(keys))
    return _by(
        counted, "project", lambda key: str(projects[key]) if key else _("no single project")
    )


def _country(code):
    return countries.name(code) or code or _("unknown")


def _interest(value):
    return str(Enquiry.Interest(value).label)


def _rows(numbers):
    longest = max((number for _label, number in numbers), default=0) or 1
    return [Row(label, number, round(100 * number / longest)) for label, number in numbers]
