"""Writes the words of records into the index."""

from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from .declared import DECLARED, wholes_of
from .models import Entry, Word
from .words import can_be_part, without_tags, words_of

BATCH = 500
#: Characters of the words of one entry: PostgreSQL indexes no more than a megabyte of them.
MOST_CHARACTERS = 500_000


def write(model, keys):
    """Bring the entries of the records with these keys up to date.

    Those of records that are found by their titles follow.
    """
    for some in _batches(keys):
        renamed = _write(DECLARED[model], some)
        for searchable, path in wholes_of(model) if renamed else ():
            if path in searchable.names:
                write(searchable.model, keys_of(searchable.model, path, renamed))


def fill():
    """Bring the whole index up to date: ``{model: number of records}``."""
    kinds = ContentType.objects.get_for_models(*DECLARED)
    Entry.objects.exclude(content_type__in=kinds.values()).delete()
    counts = {}
    for model, searchable in DECLARED.items():
        records = set(model._base_manager.values_list("pk", flat=True))
        for some in _batches(records.union(entries_of(model).values_list("object_id", flat=True))):
            _write(searchable, some)
        counts[model] = len(records)
    return counts


def keys_of(model, path, related_keys):
    """The keys of the records of ``model`` from which ``path`` leads to one of ``related_keys``."""
    found = model._base_manager.filter(**{f"{path}__in": related_keys})
    return set(found.values_list("pk", flat=True))


def entries_of(model):
    return Entry.objects.filter(content_type=ContentType.objects.get_for_model(model))


def _batches(keys):
    keys = sorted(keys)
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _joined(words):
    joined = " ".join(words)
    return joined if len(joined) <= MOST_CHARACTERS else joined[:MOST_CHARACTERS].rpartition(" ")[0]


@transaction.atomic
def _write(searchable, keys):
    """Write the entries of ``keys``; returns the keys of those whose title changed.

    Entries are locked before their records are read: of two changes at once, the later one is
    written last.
    """
    entries = entries_of(searchable.model).filter(object_id__in=keys)
    before = {one.object_id: (one.title_words, one.words) for one in entries.select_for_update()}
    now = {
        key: (_joined(sorted(title)), _joined([*sorted(title), *sorted(text - title)]))
        for key, (title, text) in read(searchable, keys).items()
    }
    entries.exclude(object_id__in=now).delete()
    changed = {key: words for key, words in now.items() if before.get(key) != words}
    kind = ContentType.objects.get_for_model(searchable.model)
    Entry.objects.bulk_create(
        (
            Entry(content_type=kind, object_id=key, title_words=title, words=words)
            for key, (title, words) in changed.items()
        ),
        update_conflicts=True,
        unique_fields=["content_type", "object_id"],
        update_fields=["title_words", "words"],
    )
    words = {word for _, words in changed.values() for word in words.split() if can_be_part(word)}
    Word.objects.bulk_create((Word(text=one) for one in sorted(words)), ignore_conflicts=True)
    return [key for key in changed if before.get(key, ("",))[0] != changed[key][0]]


def read(searchable, keys):
    """``{key: (words of its title, words of its other texts)}`` of the records there are."""
    columns = defaultdict(list)
    for column in searchable.columns:
        columns[column.path].append(column)
    texts = defaultdict(lambda: (set(), set()))
    records = searchable.model._base_manager.filter(pk__in=keys)
    for several in columns.values():
        rows = records.values_list("pk", *(column.lookup for column in several)).distinct()
        for key, *values in rows:
            for column, value in zip(several, values, strict=True):
                plain = without_tags(value or "") if column.is_formatted else value or ""
                texts[key][0 if column.is_title else 1].update(words_of(plain))
    return texts
