"""Reads a word with a typing error as the title word that was meant."""

from itertools import pairwise, product

from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz.distance import OSA

from .declared import DECLARED
from .index import IN_TITLE, texts_of
from .lookup import in_plain_order
from .models import Word
from .ranking import find, published_keys
from .results import kinds
from .sought import Sought
from .words import JOINED, RUN, spellings

#: Letters of a word that may have an error; beside other words, a short name may, too.
SHORTEST, SHORTEST_BESIDE_OTHERS = 5, 4
LONG = 9  # letters: two errors
MOST_COMPARED = 20_000
MOST_CANDIDATES = 5
MOST_TRIED = 10


def corrected(words, language):
    """``words`` with each one that is nowhere read as a title word near it, or None.

    Only words that stand in the title of a published record come into question, and only such
    that something published has all of the words.
    """
    least = SHORTEST if len(words) == 1 else SHORTEST_BESIDE_OTHERS
    choices, changed = [], False
    for word in words:
        if find([word], language, most=1):
            choices.append([word])
        else:
            near = _near(word) if not word.is_chinese and len(word.typed) >= least else []
            choices.append(near)
            changed = True
    if not changed:
        return None
    for chosen in list(product(*choices))[:MOST_TRIED]:
        if find(chosen, language, most=1):
            return chosen
    return None


def _near(word):
    """Words of published titles, the nearest first, as they are written there."""
    found = []
    for text in nearest(word.spellings):
        written = _written(text)
        if written:
            found.append(Sought(written, False))
        if len(found) == MOST_CANDIDATES:
            break
    return found


def nearest(typed):
    """Words of the dictionary within the distance allowed, the nearest first."""
    distances = {}
    for one in typed:
        allowed = 2 if len(one) >= LONG else 1
        for known in _perhaps(one, allowed):
            distance = OSA.distance(one, known, score_cutoff=allowed)
            if 0 < distance <= allowed:
                distances[known] = min(distance, distances.get(known, distance))
    first = min(typed)[:1]
    order = sorted(distances, key=lambda known: (distances[known], known[:1] != first, known))
    return order[: 4 * MOST_CANDIDATES]


def _perhaps(typed, allowed):
    """Words as long that share a piece: of so many pieces, as many errors leave one whole."""
    number = 2 * allowed + 1
    ends = [len(typed) * n // number for n in range(number + 1)]
    pieces = {typed[start:end] for start, end in pairwise(ends)} - {""}
    shares = Q()
    for piece in sorted(pieces):
        shares |= Q(text__contains=piece)
    lengths = (len(typed) - allowed, len(typed) + allowed)
    known = Word.objects.annotate(length=Length("text")).filter(shares, length__range=lengths)
    return known.order_by(in_plain_order("text")).values_list("text", flat=True)[:MOST_COMPARED]


def _written(text):
    """How a word is written in the title of a published record; None if it is in no such title."""
    in_title = [[(f"{IN_TITLE}{text}", False)]]
    for kind, (keys, _) in published_keys(kinds(), in_title, 1).items():
        searchable = DECLARED[kind.model]
        titles = [column for column in searchable.columns if column.is_title]
        for _key, _column, title in texts_of(searchable, keys, titles):
            for one in (*RUN.finditer(title), *JOINED.finditer(title)):
                if text in spellings(one.group()):
                    return one.group()
        if keys:
            return text
    return None
