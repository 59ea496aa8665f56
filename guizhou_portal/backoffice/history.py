"""What was changed in a record, by whom and when: told field by field, from its stored versions."""

import difflib
import re
from dataclasses import dataclass
from datetime import timedelta

import reversion
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.timezone import template_localtime
from django.utils.translation import gettext as _
from reversion.models import Revision, Version

from guizhou_portal.parts import wholes
from guizhou_portal.translated import translated_fields

AS_FOUND = "as found"  # the comment of a version that records no change of anybody's
DELETED = "deleted"  # the comment of the version that was stored last, just before
KEPT_AFTER_DELETION = timedelta(days=30)
SHOWN = 50  # versions of a record on its page
#: Of two longer texts, frequent words begin no passage they share: comparing would take minutes.
COMPARED_EXACTLY = 400_000  # words of the one times words of the other
#: Words, and each Chinese character, are compared as a whole.
#: Where a formatted text begins a new line: without one, the words of two cells would be one.
BLOCK_ENDS = re.compile(r"(?<!\n)(?:<br ?/?>|</(?:p|h\d|li|th|td|caption|blockquote)>)(?!\n)")
WORDS = re.compile(r"[\u4e00-\u9fff]|\s+|[^\s\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Change:
    """One field, before and after, as HTML."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """What happened to a record, or to one of its parts. ``action``: added, removed, changed."""

    name: str
    action: str
    changes: list


def versions_of(record):
    """The stored versions of ``record``, newest first, with who made them."""
    return (
        Version.objects.get_for_object(record)
        .select_related("revision__user")
        .order_by("-pk")[:SHOWN]
    )


def keep_as_found(records):
    """Store records that have no version yet, before somebody changes them for the first time."""
    for record in records:
        if not Version.objects.get_for_object(record).exists():
            with reversion.create_revision():
                reversion.set_comment(AS_FOUND)
                reversion.add_to_revision(record)


def keep_before_deletion(records, user):
    """Store what is about to go: a record that was never edited has no version yet."""
    with reversion.create_revision():
        reversion.set_user(user)
        reversion.set_comment(DELETED)
        for record in records:
            reversion.add_to_revision(record)


def forget_deleted(before):
    """Remove all versions of records deleted before that time, their parts' included.

    Returns the records' names. What was taken out of a record that still exists stays in that
    record's history.
    """
    forgotten = []
    last = Version.objects.filter(revision__comment=DELETED, revision__date_created__lt=before)
    for version in last.select_related("revision"):
        if any(_belongs(version, other) for other in version.revision.version_set.all()):
            continue  # a part: it goes with its whole
        stored = Version.objects.get_for_object_reference(version._model, version.object_id)
        is_back = version._model._base_manager.filter(pk=version.object_id).exists()
        if is_back or stored.filter(revision__date_created__gte=before).exists():
            continue
        together = [_parts(one) for one in stored.select_related("revision")]
        keys = {part.pk for parts in together for part in parts.values()}
        Version.objects.filter(pk__in=keys).delete()
        forgotten.append(version.object_repr)
    Revision.objects.filter(version__isnull=True).delete()
    return forgotten


def differences(before, after):
    """``[Part, …]`` between two versions of a record, its parts included.

    ``before`` may be None: then everything there is was added.
    """
    old, new = _parts(before), _parts(after)
    found = []
    for key, version in new.items():
        earlier = old.get(key)
        changes = list(_changes(earlier, version))
        if earlier is None:
            if before is not None:
                found.append(Part(_name(version), "added", changes))
        elif changes:
            found.append(Part(_name(version), "changed", changes))
    found += [Part(_name(one), "removed", []) for key, one in old.items() if key not in new]
    return found


def _parts(version):
    """The record and its parts, and theirs, as they were, by kind and key."""
    if version is None:
        return {}
    found, others = [version], [one for one in version.revision.version_set.all() if one != version]
    for whole in found:  # grows while it is read: parts of parts follow
        found += [one for one in others if one not in found and _belongs(one, whole)]
    return {(one.content_type_id, one.object_id): one for one in found}


def stored_with(version):
    """The versions of the record and of its parts that were stored in the same step."""
    return list(_parts(version).values())


def belongs_to_nothing(version):
    """Whether the whole that the version is a part of does not exist any more."""
    return any(
        not field.remote_field.model._base_manager.filter(
            pk=version.field_dict.get(field.attname)
        ).exists()
        for field in wholes(version._model)
    )


def only_with_parts(version):
    """Narrow what the version's revision restores to its record and parts.

    One step may have stored several records, such as all that were published together; to restore
    one of them must not take the others back.
    """
    keys = [one.pk for one in stored_with(version)]
    chosen = Prefetch("version_set", Version.objects.filter(pk__in=keys))
    prefetch_related_objects([version.revision], chosen)


def _belongs(part, version):
    """Whether ``part`` was stored as a part of the record, not only in the same moment."""
    if part.content_type_id == version.content_type_id:
        return False
    return any(
        issubclass(version._model, field.remote_field.model)
        and str(part.field_dict.get(field.attname)) == version.object_id
        for field in wholes(part._model)
    )


def _name(version):
    return f"{version._model._meta.verbose_name}: {version.object_repr}"


def _changes(before, after):
    old = before.field_dict if before else {}
    # A translated field only repeats the text of the active language.
    silent = {"id", *translated_fields(after._model)}
    if before is None:  # a new part is shown with the record it belongs to
        silent |= {field.name for field in wholes(after._model)}
    for name, value in after.field_dict.items():
        try:
            field = after._model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        # What nobody can edit is not told: the portal sets it, or a picture brings it along.
        if field.name in silent or not field.editable:
            continue
        if old.get(name) == value or not (old.get(name) or value):
            continue
        then, now = shown_value(field, old.get(name)), shown_value(field, value)
        if then != now:
            yield Change(field.verbose_name, *compared(then, now))


def shown_value(field, value):
    """A stored value in words; nothing for none."""
    if value is None or value == "" or value == []:
        return ""
    if field.remote_field and not isinstance(field, models.FileField):
        keys = value if isinstance(value, list) else [value]
        records = field.remote_field.model._base_manager.in_bulk([int(key) for key in keys])
        return ", ".join(str(records.get(int(key), f"({key})")) for key in keys)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return localize(template_localtime(value))
    if isinstance(field, models.TextField):
        text = str(value).replace("\r\n", "\n")  # browsers send both
        return strip_tags(BLOCK_ENDS.sub("\n", text)).strip()
    return str(localize(value))


def compared(before, after):
    """``(before, after)`` as HTML with what went marked in the one, what came in the other."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    gone, come = [], []
    is_long = len(old) * len(new) > COMPARED_EXACTLY
    steps = difflib.SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes()
    for action, i1, i2, j1, j2 in steps:
        same = action == "equal"
        gone.append(("" if same else "del", "".join(old[i1:i2])))
        come.append(("" if same else "ins", "".join(new[j1:j2])))
    return _marked(gone), _marked(come)


def _marked(pieces):
    return format_html_join(
        "",
        "{}",
        (
            (format_html(f"<{tag}>{{}}</{tag}>", text) if tag else text,)
            for tag, text in pieces
            if text
        ),
    )
