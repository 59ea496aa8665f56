"""What an editor should look at: said once for each kind of record, counted and filtered alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from django.contrib import admin
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from guizhou_portal import counted, questions
from guizhou_portal.pictures.fields import PictureField
from guizhou_portal.publishing.models import SCHEDULED, Publication, scheduled
from guizhou_portal.translated import translated_fields, undescribed

from .completeness import incomplete_in, lacks
from .links import is_any_broken, link_fields, with_broken_link
from .many import numbers_of

#: After this a record should be read again, whether or not anything in it changed.
REVIEW_AFTER = timedelta(days=365)


class Topic(Enum):
    """The parts of the dashboard, in their order: people who wait for an answer come first."""

    VISITORS = _("From visitors")
    GAPS = _("Gaps")
    TRANSLATIONS = _("Translations")
    WAITING = _("Waiting")


@dataclass(frozen=True)
class Check:
    """A question asked of records. ``condition()`` gives the ``Q`` of those that need attention.

    It asks for the record's own columns, and for other records in a subquery: with a join, a record
    would be counted as often as it has such others. ``parameter`` is the list filter that shows the
    records; what ``stops`` must be mended before a record is published. ``of(record)`` answers the
    same for a record at hand, where that takes no query. ``filters``: the list's, where it takes
    more than the one. ``since``: the field that tells how long a record has waited. Where no index
    answers, it ``reads_all`` records, and what it found is remembered for a while; unless
    ``only_if()``, another condition, holds, it need not look at any. ``in_order``: its own index
    has the order of the list.
    """

    key: str
    words: str
    condition: Callable[[], Q]
    icon: str = "circle-alert"
    topic: Topic = Topic.GAPS
    parameter: str = "needs"
    stops: bool = False
    of: Callable | None = None
    filters: str = ""
    since: str = ""
    reads_all: bool = False
    only_if: Callable[[], Q] | None = None
    in_order: bool = False

    @property
    def query(self):
        return self.filters or f"{self.parameter}={self.key}"


def without_alternative_text(model):
    """Records of ``model`` with a picture that no language describes; None if it has none."""
    texts = translated_fields(model)
    condition = Q()
    for field in model._meta.get_fields():
        if isinstance(field, PictureField) and f"{field.name}_alt" in texts:
            condition |= undescribed(field.name)
    return condition or None


INCOMPLETE = {
    "de": _("incomplete in German"),
    "en": _("incomplete in English"),
    "zh-hans": _("incomplete in Chinese"),
}


def checks_of(model_admin, user=None):
    """The :class:`Check` list of an admin class: its own, and those every record has.

    With a ``user`` also what is asked for them alone.
    """
    checks = list(getattr(model_admin, "checks_for_editors", ()))
    if user and hasattr(model_admin, "checks_for"):
        checks = [*model_admin.checks_for(user), *checks]
    if getattr(model_admin, "is_record", False):
        checks += checks_of_record(model_admin.model)
    return checks


def checks_of_record(model):
    """What is asked of every record of the site: pictures, links and texts."""
    checks = []
    if without_alternative_text(model):
        checks.append(
            Check(
                "no-alt",
                _("picture without alternative text"),
                lambda: without_alternative_text(model),
                "image-off",
                stops=True,
                in_order=True,
            )
        )
    if link_fields(model):
        checks.append(
            Check(
                "broken-link",
                _("with a broken link"),
                partial(with_broken_link, model),
                "unplug",
                reads_all=True,
                only_if=is_any_broken,
                in_order=True,
            )
        )
    checks += [
        Check(
            f"incomplete-{code}",
            words,
            partial(incomplete_in, model, code),
            "languages",
            Topic.TRANSLATIONS,
            of=partial(lacks, language=code),
            in_order=True,
        )
        for code, words in INCOMPLETE.items()
    ]
    return checks


def checks_of_publication():
    """What there is to ask of records that are published, or will be."""
    return [
        Check(
            "draft",
            _("kept as a draft"),
            lambda: Q(publication=Publication.DRAFT),
            "file-pen-line",
            Topic.WAITING,
            "state",
        ),
        Check(
            "review",
            _("in review"),
            lambda: Q(publication=Publication.REVIEW),
            "glasses",
            Topic.WAITING,
            "state",
        ),
        Check("scheduled", SCHEDULED, scheduled, "clock", Topic.WAITING, "state"),
        Check(
            "old",
            _("not changed for a year"),
            lambda: Q(updated__lt=timezone.now() - REVIEW_AFTER),
            "calendar-clock",
            Topic.WAITING,
        ),
    ]


def shortcomings(model_admin, records):
    """``{record: [Check, …]}`` of what is missing in ``records``, in one query."""
    checks = {
        f"check_{i}": check
        for i, check in enumerate(checks_of(model_admin))
        if check.topic in (Topic.GAPS, Topic.TRANSLATIONS)
    }
    fails = {
        name: Case(When(check.condition(), then=True), default=False)
        for name, check in checks.items()
        if check.of is None
    }
    return {
        record: [
            check
            for name, check in checks.items()
            if (check.of(record) if check.of else getattr(record, name))
        ]
        for record in records.annotate(**fails)
    }


class AttentionFilter(admin.SimpleListFilter):
    """Only the records one check is about; the dashboard links here."""

    title = _("needs attention")
    parameter_name = "needs"

    def __init__(self, request, params, model, model_admin):
        self.checks = {
            check.key: check
            for check in checks_of(model_admin)
            if check.parameter == self.parameter_name
        }
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(check.key, check.words) for check in self.checks.values()]

    def queryset(self, request, queryset):
        check = self.checks.get(self.value())
        if check is None:
            return queryset
        return queryset.filter(check.condition())


@dataclass(frozen=True)
class Finding:
    """A line of the dashboard."""

    check: Check
    records: str
    number: counted.Number
    address: str
    oldest: datetime | None = None

    @property
    def age(self):
        """How long the oldest of the records has waited; "" where nothing tells."""
        return timesince(self.oldest, depth=1) if self.oldest else ""


def needs_attention(site, request):
    """``[(topic, [Finding, …]), …]`` of what this editor may see.

    One query for what indexes answer, and one for each kind with a check that reads it whole.
    """
    asked = [
        (model_admin, model_admin.get_queryset(request), check)
        for model_admin in site._registry.values()
        if model_admin.has_view_or_change_permission(request)
        for check in checks_of(model_admin, request.user)
    ]
    found = {topic: [] for topic in Topic}
    for (model_admin, _records, check), answer in zip(asked, _answers(asked), strict=True):
        number, oldest = answer
        if number:
            meta = model_admin.opts
            address = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_changelist")
            found[check.topic].append(
                Finding(
                    check,
                    meta.verbose_name_plural,
                    counted.as_far_as_counted(number),
                    f"{address}?{check.query}",
                    oldest,
                )
            )
    return [(topic.value, findings) for topic, findings in found.items() if findings]


def _answers(asked):
    """``(how many, the oldest)`` for each ``(model_admin, records, check)``."""
    quick, slow = {}, {}
    for n, (model_admin, records, check) in enumerate(asked):
        those = records.filter(check.condition())
        if not check.in_order:
            those = those.order_by()
        # In its order, an index is asked even where PostgreSQL takes the records for many.
        number = questions.Number(questions.keys_of(those)[: counted.MOST + 1])
        if check.only_if:
            number = Case(When(check.only_if(), then=number), default=0)
        if check.reads_all:
            slow.setdefault(model_admin, (records, {}))[1][n] = number
            continue
        quick[n] = number
        if check.since:
            quick[n, "oldest"] = questions.first(those.order_by(check.since), check.since)
    answers = questions.named_answers(quick)
    for records, of_this_kind in slow.values():
        numbers = numbers_of(records, of_this_kind.values())
        answers |= zip(of_this_kind, numbers, strict=True)
    return [(answers[n], answers.get((n, "oldest"))) for n in range(len(asked))]
