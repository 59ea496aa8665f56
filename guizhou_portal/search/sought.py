"""What somebody typed into the public search, as words to look for."""

import re
from dataclasses import dataclass

from django.utils.functional import cached_property

from .lookup import MOST_TERMS, MOST_WORDS, words_beginning, words_inside
from .words import GRAM, can_be_part, grams, other_number, runs, spellings

MOST_CHARACTERS = 200
#: Letters up to which the index knows by itself which words begin so: see "prefix" in engines.
INDEXED = 3
_NO_TEXT = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]+")

#: How well a word fits, best first: it is the word, begins it, stands within it.
WHOLE, BEGINNING, PART = range(3)


@dataclass(frozen=True)
class Sought:
    """One word, or one unbroken stretch of Chinese. ``typed``: as it was typed."""

    typed: str
    is_chinese: bool

    @cached_property
    def spellings(self):
        return {self.typed} if self.is_chinese else spellings(self.typed)

    @cached_property
    def whole(self):
        """The words that are this one, in singular and plural."""
        return self.spellings.union(*map(other_number, self.spellings))

    @cached_property
    def _beginning(self):
        """The words that begin so; None if the index is to look for its terms that begin so.

        It knows those of few letters by itself. Of others there may be too many to name here, or
        they are none of the words that are kept.
        """
        if not all(len(one) > INDEXED and can_be_part(one) for one in self.spellings):
            return None
        words = words_beginning(self.spellings)
        return words if len(words) < MOST_WORDS else None

    @cached_property
    def _inside(self):
        return words_inside(self.spellings)

    def groups(self, fit):
        """Of each group one term is wanted; ``[[(term, whether it only begins so), …], …]``."""
        if self.is_chinese:
            if len(self.typed) >= GRAM:
                return [[(one, False)] for one in grams(self.typed)[: 1 - GRAM or None]]
            return [[(self.typed, True)]]  # the terms are longer: they begin with it
        group = [(one, False) for one in sorted(self.whole)]
        if fit >= BEGINNING and self._beginning is None:
            group += [(one, True) for one in sorted(self.spellings)]
        elif fit >= BEGINNING:
            group += [(one, False) for one in self._beginning if one not in self.whole]
        if fit >= PART:
            group += [(one, False) for one in self._inside]
        return [group]


@dataclass(frozen=True)
class Query:
    """``text``: what is looked for; ``is_cut``: more was typed. ``words``: :class:`Sought`."""

    text: str
    is_cut: bool
    words: tuple[Sought, ...]


def understood(typed):
    """The :class:`Query` of whatever was typed; signs that are no words have no meaning."""
    text = _NO_TEXT.sub(" ", typed[: MOST_CHARACTERS * 10]).strip()
    kept = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip()
    if len(text) > len(kept) and " " in kept:
        kept = kept.rpartition(" ")[0]
    found = [Sought(run, chinese) for run, chinese in runs(kept)]
    words = tuple(dict.fromkeys(found))[:MOST_TERMS]
    is_cut = len(text) > len(kept) or len(typed) > MOST_CHARACTERS * 10
    return Query(kept, is_cut or len(words) < len(set(found)), words)
