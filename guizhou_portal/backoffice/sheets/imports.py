"""Runs the rows of a file: dry, to show what would happen, or for good, if it is what was shown."""

import hashlib
import json
import logging
from dataclasses import dataclass, field

import reversion
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from guizhou_portal.backoffice.history import Change, compared

from .resources import MAX_CHANGES

logger = logging.getLogger(__name__)

CONTEXT = 60  # characters shown before the first difference in a long text
LONGEST = 1500  # characters shown of a text


@dataclass(frozen=True)
class RowProblem:
    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class RowOutcome:
    """A record that the file adds or changes.

    ``cells``: its ``CellChange`` list; ``missing``: what it lacks, in words, if it is published.
    """

    line: int
    record: object
    is_new: bool
    cells: list
    missing: list

    @property
    def key(self):
        return None if self.is_new else self.record.pk

    def changes(self):
        """The cells before and after, for the page."""
        for cell in self.cells:
            words = cell.column.widget.words
            before, after = words(cell.before), words(cell.after)
            if before == after:  # only the markup differs
                before, after = cell.before, cell.after
            yield Change(cell.column.label, *compared(*excerpts(before, after)))


@dataclass
class Outcome:
    """What a file does, or would do. ``error``: what is wrong with it as a whole."""

    rows: list = field(default_factory=list)
    unchanged: int = 0
    problems: list = field(default_factory=list)
    error: str = ""

    @property
    def added(self):
        return [row for row in self.rows if row.is_new]

    @property
    def changed(self):
        return [row for row in self.rows if not row.is_new]

    @property
    def fingerprint(self):
        """The same for two runs if, and only if, they do the same."""
        said = [
            [
                row.line,
                row.key,
                [[one.column.column_name, one.before, one.after] for one in row.cells],
            ]
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def run(model_admin, request, table, dry_run=True):
    """The :class:`Outcome` of importing ``table``; nothing remains of a dry run.

    All or nothing: a single problem, and nothing is stored at all.
    """
    sheet = model_admin.sheet(table=table, model_admin=model_admin, request=request)
    sheet.is_for_good = not dry_run
    try:
        result = sheet.import_data(
            table.dataset(),
            dry_run=dry_run,
            use_transactions=True,
            rollback_on_validation_errors=True,
        )
    except IntegrityError:  # somebody else was faster with the same address
        logger.warning("An import met records that were stored meanwhile.", exc_info=True)
        return Outcome(error=_("Somebody changed these records meanwhile. Try again."))
    if sheet.is_too_much:
        words = _("The file adds or changes more than %(n)d records. Import it in parts.")
        return Outcome(error=words % {"n": MAX_CHANGES})
    if result.base_errors:
        logger.error("An import failed.", exc_info=result.base_errors[0].error)
        return Outcome(error=_("The file cannot be imported. The reason is in the server's log."))
    rows = [
        RowOutcome(one.line, one.instance, one.is_new(), one.changes, one.missing)
        for one in result.valid_rows()
    ]
    problems = [problem for row in result.invalid_rows for problem in _invalid(row, table)]
    for row in result.error_rows:
        logger.error("A row could not be imported.", exc_info=row.errors[0].error)
        words = _("This row cannot be stored. The reason is in the server's log.")
        problems.append(RowProblem(table.lines[row.number - 1], "", words))
    problems.sort(key=lambda one: one.line)
    return Outcome(rows, result.totals["skip"], problems)


def _invalid(row, table):
    line = table.lines[row.number - 1]
    for column, sentences in row.error.message_dict.items():
        for sentence in sentences:
            yield RowProblem(line, "" if column == NON_FIELD_ERRORS else column, sentence)


def apply(model_admin, request, table, name, shown):
    """Import ``table`` for good: ``(outcome, whether it was done)``.

    It is not done if anything is wrong, or the outcome is not the one whose fingerprint is
    ``shown``. What is done is one revision, with a version and a line in the log of each record.
    """
    with transaction.atomic():
        outcome = run(model_admin, request, table, dry_run=False)
        if outcome.problems or outcome.error or outcome.fingerprint != shown:
            transaction.set_rollback(True)
            return outcome, False
        _remember(model_admin, request, outcome, name)
        for row in outcome.rows:
            _log(model_admin, request, row)
    return outcome, True


def _remember(model_admin, request, outcome, name):
    keys = [row.record.pk for row in outcome.rows]
    records = model_admin.model._default_manager.filter(pk__in=keys)
    with reversion.create_revision():
        reversion.set_user(request.user)
        reversion.set_comment(_("Imported from %(name)s") % {"name": name})
        for record in model_admin.sheet().with_relations(records):
            reversion.add_to_revision(record)


def _log(model_admin, request, row):
    if row.is_new:
        model_admin.log_addition(request, row.record, [{"added": {}}])
        return
    with override(None):  # Django translates the names of fields when it shows them
        fields = list(dict.fromkeys(str(one.column.label) for one in row.cells))
    model_admin.log_change(request, row.record, [{"changed": {"fields": fields}}])


def excerpts(before, after):
    """Two long texts from shortly before they begin to differ; no longer than can be read."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    same = next(
        (i for i, (one, two) in enumerate(zip(before, after, strict=False)) if one != two),
        min(len(before), len(after)),
    )
    start = max(0, same - CONTEXT)
    return tuple(
        f"{'…' if start else ''}{text[start : start + LONGEST]}"
        f"{'…' if len(text) > start + LONGEST else ''}"
        if text
        else ""
        for text in (before, after)
    )
