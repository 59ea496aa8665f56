"""Reads a word with a typing error as the title word that was meant."""

from collections import defaultdict
from itertools import islice, pairwise, product

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz import process
from rapidfuzz.distance import OSA

from . import engines
from .declared import DECLARED
from .index import IN_TITLE, texts_of
from .lookup import in_plain_order
from .models import Word
from .ranking import find, is_there
from .results import ROOM, kinds
from .sought import Sought
from .words import JOINED, RUN, spellings

#: Letters of a word that may have an error; beside other words, a short name may, too.
SHORTEST, SHORTEST_BESIDE_OTHERS = 5, 4
LONG = 9  # letters: two errors
MOST_COMPARED = 20_000
MOST_CANDIDATES = 5
MOST_TITLES = 20  # that are looked at for each
MOST_TRIED = 10


def corrected(words, language):
    """``words`` with each one that is nowhere read as a title word near it, or None.

    Only words that stand in the title of a published record come into question, and only such
    that something published has all of the words.
    """
    least = SHORTEST if len(words) == 1 else SHORTEST_BESIDE_OTHERS
    choices = []
    for word in words:
        if len(words) > 1 and find([word], language, most=1):
            choices.append([word])
        elif word.is_chinese or len(word.typed) < least:
            return None
        else:
            choices.append(_near(word))
    if all(choices == [word] for word, choices in zip(words, choices, strict=True)):
        return None
    for chosen in islice(product(*choices), MOST_TRIED):
        if len(words) == 1 or is_there(chosen):
            return chosen
    return None


def _near(word):
    """Words of published titles, the nearest first, as they are written there."""
    near = nearest(word.spellings)
    whole = (kinds()[0].first, kinds()[-1].first + ROOM - 1)
    asked = [([[(f"{IN_TITLE}{text}", False)]], *whole, MOST_TITLES) for text in near]
    keys = defaultdict(lambda: defaultdict(list))
    for n, key in engines.public_keys(connection, asked):
        keys[key // ROOM][key % ROOM].append(near[n])
    written = {}
    for kind in kinds():
        some = keys[kind.number]
        seen = set(kind.records().filter(pk__in=list(some)).values_list("pk", flat=True))
        columns = [column for column in DECLARED[kind.model].columns if column.is_title]
        for key, _column, title in texts_of(DECLARED[kind.model], seen, columns) if seen else ():
            for text in some[key]:
                for one in (*RUN.finditer(title), *JOINED.finditer(title)):
                    if text in spellings(one.group()):
                        written.setdefault(text, one.group())
    return [Sought(written[text], False) for text in near if text in written][:MOST_CANDIDATES]


def nearest(typed):
    """Words of the dictionary within the distance allowed, the nearest first."""
    distances = {}
    for one in typed:
        allowed = 2 if len(one) >= LONG else 1
        for known, distance, _ in process.extract(
            one, list(_perhaps(one, allowed)), scorer=OSA.distance, score_cutoff=allowed, limit=None
        ):
            if distance:
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
