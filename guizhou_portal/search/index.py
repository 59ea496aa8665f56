"""Writes the words of records into the index.

There are two: the words the back office looks up (:class:`.models.Entry`), and the terms of the
public search (:class:`.models.PublicEntry`). A term is a word behind a mark that says where it
stands, so that a question such as "in the title, in Chinese" is a term of its own, on each
database. Drafts are in both, since the publication of a record is asked of the record itself.
"""

from collections import defaultdict

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from .declared import DECLARED, wholes_of
from .models import Entry, PublicEntry, Word
from .results import RESULTS
from .words import can_be_part, terms_at_start, terms_of, without_tags, words_of

BATCH = 500
#: Characters of the words of one entry: PostgreSQL indexes no more than a megabyte of them.
MOST_CHARACTERS = 500_000
MOST_BYTES = 900_000

#: Marks of terms: anywhere, in the title, at its beginning, and anywhere including texts the public
#: sees only as long as another record is published. Digits and small letters: SQLite makes others
#: the same.
ANYWHERE, IN_TITLE, AT_START, EVEN_GUARDED = "0123"
#: Of terms that say which records these are, see :func:`term_of_kind`.
OF_KIND = "k"
#: So many keys share a term, so that the first records of a kind can be asked for by terms.
GROUP = 1000
#: Where a word stands, by language: ``{language: (anywhere, in the title)}``.
IN_LANGUAGE = {
    code: (anywhere, in_title)
    for (code, _), anywhere, in_title in zip(settings.LANGUAGES, "abcdef", "uvwxyz", strict=False)
}


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


def _within(terms, most):
    """As many of ``terms`` as fit into so many bytes, with one space between."""
    joined = " ".join(terms)
    whole = joined.encode()
    if len(whole) <= most:
        return joined
    return whole[:most].rpartition(b" ")[0].decode()


@transaction.atomic
def _write(searchable, keys):
    """Write the entries of ``keys``; returns the keys of those whose title changed.

    Entries are locked before their records are read: of two changes at once, the later one is
    written last.
    """
    entries = entries_of(searchable.model).filter(object_id__in=keys)
    before = {one.object_id: (one.title_words, one.words) for one in entries.select_for_update()}
    found = list(texts_of(searchable, keys))
    now = {
        key: (_joined(sorted(title)), _joined([*sorted(title), *sorted(text - title)]))
        for key, (title, text) in words_by_key(found).items()
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
    if searchable.model in RESULTS:
        _write_public(RESULTS[searchable.model], keys, public_terms(found))
    words = {word for _, words in changed.values() for word in words.split() if can_be_part(word)}
    Word.objects.bulk_create((Word(text=one) for one in sorted(words)), ignore_conflicts=True)
    return [key for key in changed if before.get(key, ("",))[0] != changed[key][0]]


def term_of_kind(number, group=None):
    """The term all records of the kind of this number have, or those of one group of keys."""
    return f"{OF_KIND}{number}" if group is None else f"{OF_KIND}{number}g{group}"


def _kind_and_group(number, key):
    return term_of_kind(number), term_of_kind(number, key // GROUP)


def _write_public(kind, keys, terms):
    entries = PublicEntry.objects.filter(pk__in=[kind.first + key for key in keys])
    before = dict(entries.values_list("pk", "terms"))
    now = {
        kind.first + key: _within([*_kind_and_group(kind.number, key), *some], MOST_BYTES)
        for key, some in terms.items()
    }
    entries.exclude(pk__in=now).delete()
    PublicEntry.objects.bulk_create(
        (PublicEntry(pk=pk, terms=some) for pk, some in now.items() if before.get(pk) != some),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["terms"],
    )


def texts_of(searchable, keys, columns=None, public=False):
    """``(key, column, text)`` of what is in the database, without formatting.

    ``columns``: those of the kind of record to read, all if not given. ``public``: only what the
    public sees of them now.
    """
    together = defaultdict(list)
    for column in searchable.columns if columns is None else columns:
        together[column.path].append(column)
    records = searchable.model._base_manager.filter(pk__in=keys)
    for several in together.values():
        # All of one path are shown, or none.
        seen = records.filter(several[0].is_public()) if public else records
        for key, *values in seen.values_list("pk", *(one.lookup for one in several)).distinct():
            for column, value in zip(several, values, strict=True):
                yield key, column, without_tags(value or "") if column.is_formatted else value or ""


def words_by_key(found):
    """``{key: (words of its title, words of its other texts)}``."""
    texts = defaultdict(lambda: (set(), set()))
    for key, column, text in found:
        texts[key][0 if column.is_title else 1].update(words_of(text))
    return texts


def public_terms(found):
    """``{key: [term, …]}``, those of titles first."""
    terms = defaultdict(lambda: (set(), set()))
    for key, column, text in found:
        title, others = terms[key]
        for term in terms_of(text):
            others.add(f"{EVEN_GUARDED}{term}")
            if column.shown_with:
                continue
            others.add(f"{ANYWHERE}{term}")
            codes = [column.language] if column.language else IN_LANGUAGE
            others.update(f"{IN_LANGUAGE[code][0]}{term}" for code in codes)
            if column.is_title:
                title.add(f"{IN_TITLE}{term}")
                title.update(f"{IN_LANGUAGE[code][1]}{term}" for code in codes)
        if column.is_title:
            title.update(f"{AT_START}{term}" for term in terms_at_start(text))
    return {key: [*sorted(title), *sorted(others)] for key, (title, others) in terms.items()}
