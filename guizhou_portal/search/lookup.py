"""Looks records up by what somebody typed."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate, Length

from . import changes, engines
from .models import Word
from .words import can_be_part, pairs, runs, spellings

MOST_TERMS = 12
#: So many records are named one by one: what is asked of them next need not search again.
FEW = 500
#: Of the words that have what was typed inside, so many are looked for, the shortest first.
MOST_WORDS = 200


def found(queryset, text, titles_only=False):
    """The records of ``queryset`` that have all words of ``text``, in any order and language."""
    changes.catch_up()
    groups = groups_of(text)
    if not groups:
        return queryset.none()
    kind = ContentType.objects.get_for_model(queryset.model).pk
    column = "title_words" if titles_only else "words"
    statement = engines.select_keys(connections[queryset.db].vendor, kind, groups, column)
    return queryset.filter(pk__in=few_or_all(queryset.db, *statement))


def few_or_all(database, sql, parameters):
    """The keys a statement of ours finds if they are few, else itself, to be asked within others.

    What was typed is in the ``parameters``.
    """
    with connections[database].cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {FEW + 1}", parameters)
        keys = [key for (key,) in cursor.fetchall()]
    return keys if len(keys) <= FEW else RawSQL(sql, parameters)  # noqa: S611


def groups_of(text):
    """What to look for: of each group one word, as ``(word, whether it only begins so)``."""
    groups = []
    for run, is_chinese in runs(text)[:MOST_TERMS]:
        if is_chinese and len(run) > 1:
            groups += [[(pair, False)] for pair in pairs(run)]
        elif is_chinese:
            groups.append([(run, True)])
        else:
            groups.append(_words_with(spellings(run)))
    return groups[:MOST_TERMS]


def _words_with(typed):
    """``typed`` as the beginning of a word, and the words that have it inside."""
    return [(word, True) for word in sorted(typed)] + [
        (word, False) for word in words_inside(typed)
    ]


def words_inside(typed):
    """The words that have one of ``typed`` inside, not at their beginning."""
    return _shortest(typed, lambda word: Q(text__contains=word) & ~Q(text__startswith=word))


def words_beginning(typed):
    """The words that begin with one of ``typed``."""
    return _shortest(typed, lambda word: Q(text__startswith=word))


def _shortest(typed, condition):
    found = []
    for word in sorted(typed):
        if can_be_part(word):
            known = Word.objects.filter(condition(word))
            known = known.order_by(Length("text"), in_plain_order("text"))
            found += known.values_list("text", flat=True)[:MOST_WORDS]
    return found


def in_plain_order(field):
    """In the order of Unicode, whatever order the database was set up with."""
    return Collate(field, {"sqlite": "BINARY", "postgresql": "C"}[connection.vendor])
