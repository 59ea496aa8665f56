"""Finds published records and puts the best first, without ever reading all that are found.

A record ranks by where the words stand (all in its title, or not), by how well they fit, and by
whether that is so in the visitor's language; then by its age. Each such rank is a question to the
index, see :func:`ranks`. Of one kind of record no more than ``MOST`` are counted or shown.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet

from . import changes, engines
from .declared import DECLARED
from .index import ANYWHERE, AT_START, EVEN_GUARDED, IN_LANGUAGE, IN_TITLE, texts_of
from .results import RESULTS, ROOM, Kind, kinds
from .sought import BEGINNING, PART, WHOLE, understood
from .words import fits, terms_of

MOST = 200
#: So often the index is asked for more, where it gave records the public does not see.
MOST_ROUNDS = 5
#: So many records are looked at that are found by a text of which the public may not see all.
MOST_GUARDED = 200
CLOSE = 3


@dataclass
class Found:
    """The records of one kind. ``keys``: the best first, as many as were asked for; ``number``:
    how many there are, of which there may be ``more``. ``rank``: of the first, 0 is the best.
    """

    kind: Kind
    keys: list[int] = field(default_factory=list)
    number: int = 0
    more: bool = False
    rank: int = 0


def find(words, language, most=None, most_of=None):
    """``[Found, …]`` of the kinds with records that have all ``words``, the best kind first.

    ``most``: how many records of each kind to name, all that are counted if not given;
    ``most_of``: of some kinds, ``{kind: number}``.
    """
    changes.catch_up()
    if not words:
        return []
    most, most_of = most or MOST, most_of or {}
    in_titles, anywhere = ranks(words, language)
    questions = [*in_titles, *anywhere]
    # Where whole words are in more records than are counted, there is no need to look for others.
    whole, any_of_it = _marked(words, WHOLE, ANYWHERE), _marked(words, PART, EVEN_GUARDED)
    keys = _keys_from({kind: kind.first for kind in kinds()}, whole, _asked_for(MOST))
    many = {kind: some for kind, some in keys.items() if len(some) > MOST}
    known = published_keys(many, whole, MOST, many)
    rest = [kind for kind in kinds() if kind not in known or not known[kind][1]]
    known |= published_keys(rest, any_of_it, MOST)
    few = {kind: keys for kind, (keys, more) in known.items() if keys and not more}
    many = {kind: most_of.get(kind, most) for kind, (_keys, more) in known.items() if more}
    found = _rank_many(many, in_titles, anywhere)
    by_rank = _ranks_of(few, questions)
    for kind, keys in few.items():
        one = _rank_few(kind, keys, by_rank[kind], words, len(questions))
        del one.keys[most_of.get(kind, most) :]
        found.append(one)
    found = [one for one in found if one.number]
    return sorted(found, key=lambda one: (one.rank, one.kind.number))


def ranks(words, language):
    """Questions to the index, ``([groups, …], [groups, …])``: in titles, and in any text.

    Each is wider than the one before or as wide.
    """
    anywhere, in_title = IN_LANGUAGE[language]
    found = []
    for marks in ((in_title, IN_TITLE), (anywhere, ANYWHERE)):
        questions = []
        for fit in (WHOLE, BEGINNING, PART):
            for mark in marks:
                groups = _marked(words, fit, mark)
                if groups not in questions:
                    questions.append(groups)
        found.append(questions)
    return found


def _marked(words, fit, mark):
    return [
        [(f"{mark}{term}", begins) for term, begins in group]
        for word in words
        for group in word.groups(fit)
    ]


def published_keys(among, groups, most, known=None):
    """``{kind: (keys, whether there are more)}``: the first ``most`` published records of each.

    ``known``: what the index has of each, published or not, where it has been asked already.
    """
    asked_for = _asked_for(most)
    found = {kind: [] for kind in among}
    start = {kind: kind.first for kind in among}
    for _ in range(MOST_ROUNDS):
        keys = known or _keys_from(start, groups, asked_for)
        known = None
        for kind in list(start):
            some = keys[kind]
            found[kind] += _published(kind, some)
            if len(found[kind]) > most or len(some) < asked_for:
                del start[kind]
            else:
                start[kind] = kind.first + some[-1] + 1
        if not start:
            break
    return {kind: (keys[:most], len(keys) > most or kind in start) for kind, keys in found.items()}


def _asked_for(most):
    """More than ``most``: some of them will not be published."""
    return most + most // 5 + 1


def _keys_from(start, groups, number):
    """``{kind: [key, …]}``: the first in the index from where ``start`` says on."""
    wanted = [(groups, first, kind.first + ROOM - 1, number) for kind, first in start.items()]
    keys = {kind: [] for kind in start}
    kinds_of = list(start)
    for n, key in engines.public_keys(connection, wanted):
        keys[kinds_of[n]].append(key % ROOM)
    return keys


def _published(kind, keys):
    if not keys:
        return []
    first, last = min(keys), max(keys)
    # Where they stand close together, all between are read sooner than each is named.
    close = last - first < CLOSE * len(keys)
    narrow = {"pk__range": (first, last)} if close else {"pk__among": keys}
    seen = QuerySet(kind.model, kind.records().filter(**narrow).order_by().query)
    # Django's own queryset: that of translated models makes a dictionary of each key.
    seen = set(seen.values_list("pk", flat=True))
    return [key for key in keys if key in seen]


def _ranks_of(few, questions):
    """``{kind: {key: rank}}`` of the kinds all of whose records are known: one statement."""
    spans = []
    for number in sorted(kind.number for kind in few):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    most = 2 * MOST * MOST_ROUNDS * max(len(few), 1)
    wanted = [
        (rank, (groups, first * ROOM, (last + 1) * ROOM - 1, most))
        for rank, groups in enumerate(questions)
        for first, last in spans
    ]
    best = {kind.number: {} for kind in few}
    for n, key in engines.public_keys(connection, [one for _, one in wanted]):
        best[key // ROOM].setdefault(key % ROOM, wanted[n][0])
    return {kind: best[kind.number] for kind in few}


def _rank_few(kind, keys, ranks_of_keys, words, last):
    """All ``keys`` are known; what has no rank is found by texts the public may not see."""
    order = {key: ranks_of_keys[key] for key in keys if key in ranks_of_keys}
    guarded = [key for key in keys if key not in order]
    order.update(dict.fromkeys(_seen_by_the_public(kind, guarded[:MOST_GUARDED], words), last))
    best = sorted(order, key=lambda key: (order[key], key))
    rank = order[best[0]] if best else last
    return Found(kind, best, len(best), len(guarded) > MOST_GUARDED, rank)


def _rank_many(many, in_titles, anywhere):
    """The best of more records than are counted: rank by rank, until there are enough.

    ``many``: ``{kind: how many}``.
    """
    best, first_rank, untitled = {kind: {} for kind in many}, {}, set()
    for rank, groups in enumerate([*in_titles, *anywhere]):
        if rank == 1:
            untitled = _without({kind for kind in many if not best[kind]}, in_titles[-1])
        for most in set(many.values()):
            lacking = [kind for kind in many if many[kind] == most and len(best[kind]) < most]
            if rank < len(in_titles):
                lacking = [kind for kind in lacking if kind not in untitled]
            for kind, (keys, _) in published_keys(lacking, groups, most).items():
                best[kind].update(dict.fromkeys(keys))
                if keys:
                    first_rank.setdefault(kind, rank)
    # Records that are found by guarded texts alone are not counted among so many.
    return [
        Found(kind, list(best[kind])[:most], MOST, True, first_rank[kind])
        for kind, most in many.items()
        if kind in first_rank
    ]


def _without(among, groups):
    """The kinds without a record in the index for ``groups``, and so without one for narrower."""
    keys = _keys_from({kind: kind.first for kind in among}, groups, 1)
    return {kind for kind, some in keys.items() if not some}


def _seen_by_the_public(kind, keys, words):
    """Which of these records have all words in texts the public sees at this moment."""
    if not keys:
        return []
    terms = defaultdict(set)
    for key, _column, text in texts_of(DECLARED[kind.model], keys, public=True):
        terms[key] |= terms_of(text)
    return [key for key in keys if all(_has(terms[key], word) for word in words)]


def _has(terms, word):
    if word.is_chinese:
        return all(
            any(term.startswith(wanted) for term in terms)
            for ((wanted, _begins),) in word.groups(WHOLE)
        )
    return not word.whole.isdisjoint(terms) or any(
        fits(one, term) for one in word.spellings for term in terms
    )


def keys_found(model, text):
    """The keys of all records of ``model`` that the search finds by ``text``, in no order.

    Drafts are among them. Unlike :func:`.lookup.found`, no record is found by the name of a draft
    it belongs to.
    """
    changes.catch_up()
    kind, words = RESULTS[model], understood(text).words
    if not words:
        return []
    last = kind.first + ROOM - 1
    with connection.cursor() as cursor:
        groups = _marked(words, PART, ANYWHERE)
        cursor.execute(*engines.select_public(connection.vendor, groups, kind.first, last))
        certain = {key for (key,) in cursor.fetchall()}
    wanted = (_marked(words, PART, EVEN_GUARDED), kind.first, last, MOST_GUARDED)
    guarded = [key - kind.first for _n, key in engines.public_keys(connection, [wanted])]
    guarded = [key for key in guarded if key not in certain]
    return [*certain, *_seen_by_the_public(kind, guarded, words)]


def is_there(words):
    """Whether any published record has all these words as they are."""
    found = published_keys(kinds(), _marked(words, WHOLE, ANYWHERE), 1)
    return any(keys for keys, _more in found.values())


def suggest(words, language, most):
    """``[(kind, record), …]``: published records whose title has all ``words``, best first.

    Titles that begin with what was typed come first.
    """
    changes.catch_up()
    if not words:
        return []
    start = _marked(words[:1], BEGINNING, AT_START) + _marked(words[1:], BEGINNING, IN_TITLE)
    questions = [
        start,
        _marked(words, BEGINNING, IN_LANGUAGE[language][1]),
        _marked(words, BEGINNING, IN_TITLE),
        _marked(words, PART, IN_TITLE),
    ]
    found = {}
    for groups in questions:
        for kind, (keys, _) in published_keys(kinds(), groups, most).items():
            found.update(dict.fromkeys((kind, key) for key in keys))
        if len(found) >= most:
            break
    chosen = list(found)[:most]
    records = {
        kind: kind.records().in_bulk([key for one, key in chosen if one is kind])
        for kind in dict.fromkeys(kind for kind, _ in chosen)
    }
    return [(kind, records[kind][key]) for kind, key in chosen if key in records[kind]]
