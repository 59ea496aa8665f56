"""What is kept of persons, and how it goes: after its time, or because somebody asks.

Rows go in one transaction; the files follow once that holds. A file that cannot be removed belongs
to no enquiry any more: it is told, and tried again whenever old enquiries are made anonymous.
"""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import override
from reversion.models import Revision, Version

from guizhou_portal.operations.backup import turns
from guizhou_portal.operations.backup.files import LOST, WAITING

from .models import Attachment, Enquiry, Erasure, Mail, private_files

#: What a person told us, or what was written about one, by what takes its place.
PERSONAL = {
    **dict.fromkeys(("name", "organisation", "email", "telephone", "message", "about"), ""),
    **dict.fromkeys(("internal_note", "fingerprint"), ""),
    **dict.fromkeys(("form_key", "assigned_to"), None),
}
#: What is left for statistics.
KEPT = (
    *("id", "reference", "interest", "country", "language", "project", "state", "suspicions"),
    *("created", "updated", "answered_at", "anonymised_at", "consented_at", "consent_text"),
)
#: A form may be sent for a day; its file is needed no longer than that.
FILES_WAIT = timedelta(days=2)


@dataclass
class Outcome:
    """What went. ``left``: the names of files that could not be removed; ``spares_files``: none is
    touched now, for a restore adds files that no record names yet.
    """

    enquiries: int = 0
    mails: int = 0
    files: int = 0
    left: list = field(default_factory=list)
    spares_files: bool = False

    @property
    def is_empty(self):
        return not (self.enquiries or self.mails or self.files)

    def remove(self, names):
        """Remove files that belong to nothing any more."""
        for name in [] if self.spares_files else names:
            try:
                private_files().delete(name)
            except OSError:
                self.left.append(name)
            else:
                self.files += 1


def empty_journal():
    """What was deleted stands in SQLite's write-ahead log until that happens to be written over."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# --- after its time -----------------------------------------------------------------------------


def anonymise_old(dry_run=False):
    """Make enquiries anonymous whose time is over; an :class:`Outcome`."""
    with turns.together() as may_remove:
        outcome = Outcome(spares_files=not may_remove)
        return _anonymise_old(outcome, dry_run)


def _anonymise_old(outcome, dry_run):
    due = _due()
    files = [] if outcome.spares_files else files_of_nothing()
    if dry_run:
        of_enquiries = Attachment.objects.filter(enquiry__in=due)
        outcome.enquiries = due.count()
        outcome.mails = Mail.objects.filter(enquiry__in=due).count()
        outcome.files = of_enquiries.count() + len(files)
        return outcome
    try:
        for key in list(due.values_list("pk", flat=True)):
            _anonymise(key, outcome)
        outcome.remove(files)
    finally:  # what went is told, whatever stopped the rest
        if not outcome.is_empty:
            Erasure.objects.create(
                reason=Erasure.Reason.RETENTION, enquiries=outcome.enquiries, files=outcome.files
            )
        empty_journal()
    return outcome


def _due():
    """Enquiries about which nothing has happened for so long."""
    before = timezone.now() - timedelta(days=settings.ENQUIRY_RETENTION_DAYS)
    unfinished = Q(state__in=[Mail.State.WAITING, Mail.State.SENDING])
    answers = Mail.objects.filter(
        unfinished | Q(sent_at__gte=before), enquiry=OuterRef("pk"), kind=Mail.Kind.ANSWER
    )
    return Enquiry.objects.filter(
        Q(answered_at=None) | Q(answered_at__lt=before),
        ~Exists(answers),
        anonymised_at=None,
        created__lt=before,
    ).order_by("pk")


def _anonymise(key, outcome):
    with transaction.atomic(durable=True):
        enquiry = _due().select_for_update().filter(pk=key).first()
        if enquiry is None:  # answered, or erased, in the meantime
            return
        files = _files_of([enquiry])
        _forget_traces([enquiry])
        outcome.mails += enquiry.mails.all().delete()[0]
        enquiry.attachments.all().delete()
        enquiry.shortlist.clear()
        now, state = timezone.now(), Enquiry.State
        # Nobody can answer it any more, so that nothing waits.
        still = {"state": state.CLOSED} if enquiry.state == state.NEW else {}
        # With a new time of change, a form that is still open cannot bring the person back.
        Enquiry.objects.filter(pk=key).update(**PERSONAL, **still, anonymised_at=now, updated=now)
    outcome.enquiries += 1
    outcome.remove(files)


def files_of_nothing():
    """Names of files that came with a form nobody sent, or could not be removed before.

    Also of those that a restore left waiting: of use to nobody once it has ended.
    """
    folder, limit = Path(settings.ENQUIRY_FILES), (timezone.now() - FILES_WAIT).timestamp()
    names = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        with suppress(FileNotFoundError):
            if not path.is_file() or name.parts[0] == LOST:
                continue
            status = path.stat()
            # What a restore that was killed left there is as old as its original, but new here.
            changed = status.st_ctime if name.parts[0] == WAITING else status.st_mtime
            if changed < limit:
                names.append(name.as_posix())
    known = set(Attachment.objects.values_list("file", flat=True))
    return [name for name in names if name not in known]


# --- because somebody asks ----------------------------------------------------------------------


@dataclass
class Found:
    """What is stored about the person with an address.

    ``mails``: to this address, about enquiries that now have another; ``mentions``: enquiries of
    others in whose texts the address stands, which a person has to look at.
    """

    enquiries: list
    mails: list
    mentions: list

    def __bool__(self):
        return bool(self.enquiries or self.mails or self.mentions)

    @property
    def can_be_erased(self):
        return bool(self.enquiries or self.mails)


def stored_about(address):
    keys = _of_address(Enquiry.objects.all(), "email", address)
    # The mailboxes' own mails are about others.
    told = Mail.objects.exclude(kind=Mail.Kind.NOTIFICATION).exclude(enquiry__in=keys)
    mails = Mail.objects.filter(pk__in=_of_address(told, "recipient", address))
    return Found(
        list(
            Enquiry.objects.filter(pk__in=keys)
            .select_related("project", "consent_text")
            .prefetch_related("attachments", "mails", "shortlist")
        ),
        list(mails.select_related("enquiry")),
        list(_mentioning(address).exclude(pk__in=keys)),
    )


def _of_address(records, name, address):
    # Not the database's own idea of lower case: SQLite's ends with ASCII.
    wanted = _plain(address)
    pairs = records.order_by().values_list("pk", name)
    return [key for key, value in pairs if _plain(value) == wanted]


def _plain(address):
    """An address in one way of writing: small letters, of usual width, domains as people read them.

    Not case-folded: that would take "ß" and "ss", which are different domains, for the same.
    """
    local, at, domain = unicodedata.normalize("NFKC", address).lower().rpartition("@")
    return local + at + ".".join(map(_readable, domain.split(".")))


def _readable(label):
    """A part of a domain as people read it: machines write "bücher" as "xn--bcher-kva"."""
    with suppress(UnicodeError):
        if label.startswith("xn--"):
            return label[4:].encode("ascii").decode("punycode")
    return label


def _ways_of_writing(address):
    """As given, as people read it, and as machines do: all of them may stand in a text."""
    local, at, domain = _plain(address).rpartition("@")
    labels = (
        one if one.isascii() else f"xn--{one.encode('punycode').decode()}"
        for one in domain.split(".")
    )
    return {address, _plain(address), local + at + ".".join(labels)}


def _mentioning(address):
    texts = ("name", "organisation", "message", "internal_note", "about")
    of_mails = ("subject", "body")
    condition = Q()
    for name in (*texts, *(f"mails__{one}" for one in of_mails)):
        for written in _ways_of_writing(address):
            condition |= Q(**{f"{name}__icontains": written})
    return Enquiry.objects.filter(condition).distinct()


def report(found):
    """All that was :func:`stored_about` a person, to be written as JSON; nothing about others."""
    return {
        "enquiries": [_told(one) for one in found.enquiries],
        "other_mails": [
            {"enquiry": one.enquiry.reference, **_fields(one, "enquiry")} for one in found.mails
        ],
    }


def _told(enquiry):
    return {
        **_fields(enquiry),
        "shortlist": [str(one) for one in enquiry.shortlist.all()],
        "attachments": [_fields(one, "enquiry", "file") for one in enquiry.attachments.all()],
        "mails": [_fields(one, "enquiry") for one in enquiry.mails.all()],
    }


def _fields(record, *left_out):
    """The columns of a record by name; not who of the staff looks after it."""
    told = {}
    for column in record._meta.concrete_fields:
        if column.name in ("id", "assigned_to", "author", *left_out):
            continue
        value = getattr(record, column.name)
        if column.name == "consent_text":
            with override(record.language):  # as the person read it
                value = value and value.text
        elif column.name in ("project", "country"):
            value = str(value or "")
        told[column.name] = value
    return told


def erase(address, by=""):
    """Delete what :func:`stored_about` finds, but for texts of others; an :class:`Outcome`."""
    with transaction.atomic(durable=True):
        found = stored_about(address)
        if not found.can_be_erased:
            return Outcome()
        files = _files_of(found.enquiries)
        outcome = Outcome(
            enquiries=len(found.enquiries),
            mails=len(found.mails) + sum(one.mails.count() for one in found.enquiries),
        )
        _forget_traces(found.enquiries, found.mails)
        Mail.objects.filter(pk__in=[one.pk for one in found.mails]).delete()
        Enquiry.objects.filter(pk__in=[one.pk for one in found.enquiries]).delete()
        noted = Erasure.objects.create(
            reason=Erasure.Reason.REQUEST, enquiries=outcome.enquiries, files=0, by=by
        )
    outcome.remove(files)
    Erasure.objects.filter(pk=noted.pk).update(files=outcome.files)
    empty_journal()
    return outcome


def _files_of(enquiries):
    return list(Attachment.objects.filter(enquiry__in=enquiries).values_list("file", flat=True))


def _forget_traces(enquiries, mails=()):
    """Remove what the admin's log and the stored versions say of them: it names the person."""
    traces = Q(pk__in=[])
    for model, records in (
        (Enquiry, enquiries),
        (Attachment, Attachment.objects.filter(enquiry__in=enquiries)),
        (Mail, [*mails, *Mail.objects.filter(enquiry__in=enquiries)]),
    ):
        kind = ContentType.objects.get_for_model(model)
        traces |= Q(content_type=kind, object_id__in=[str(one.pk) for one in records])
    LogEntry.objects.filter(traces).delete()
    versions = Version.objects.filter(traces)
    steps = list(versions.values_list("revision", flat=True))
    versions.delete()
    Revision.objects.filter(pk__in=steps, version__isnull=True).delete()
    # The log called enquiries by their sender's name once, also those deleted since.
    kind = ContentType.objects.get_for_model(Enquiry)
    for name in {one.name for one in enquiries if one.name}:
        LogEntry.objects.filter(content_type=kind, object_repr__startswith=f"{name} (").delete()
