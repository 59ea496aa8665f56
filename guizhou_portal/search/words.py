"""What counts as the same word: case, accents, umlauts and width make no difference.

Chinese is written without spaces: its words are the pairs of neighbouring characters, so that any
part of a text is found from its pairs.
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape

LONGEST = 60  # characters of a word that are kept
#: Letters that are looked for within words; fewer are looked for at their beginning.
SHORTEST_PART = 3
#: Letters that are no letter with a mark to Unicode, but are typed as one without.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_JOINT = "[-‐‑'’]"  # what joins the parts of a word: hyphens and apostrophes
_JOINED = re.compile(rf"[^\W_]+(?:{_JOINT}[^\W_]+)+")
_BEGINS_CHINESE = re.compile(f"[{HAN}]")
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_WITHIN_WORDS = re.compile(r"</?(?:a|abbr|b|em|i|s|span|strong|sub|sup|u)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def without_tags(html):
    """The text of formatted text; what stands in two paragraphs or cells is not one word."""
    return unescape(_TAG.sub(" ", _WITHIN_WORDS.sub("", html)))


def fold(text):
    """``text`` as it is compared: "Straße" and "STRASSE" are the same."""
    decomposed = unicodedata.normalize("NFD", text.casefold().translate(PLAIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)  # texts repeat their words
def spellings(word):
    """A word as it is compared, and as it is typed where there are no umlauts."""
    written = unicodedata.normalize("NFKC", word).casefold()
    return frozenset(fold(one)[:LONGEST] for one in (written, written.translate(UMLAUTS)))


def runs(text):
    """``[(run, is_chinese), …]``: the words of ``text``, and its unbroken stretches of Chinese."""
    text = unicodedata.normalize("NFKC", text)
    return [(run, is_chinese(run)) for run in _RUN.findall(text)]


def is_chinese(run):
    return _BEGINS_CHINESE.match(run) is not None


def can_be_part(word):
    """Whether a word may be looked for within others, or have others within."""
    return len(word) >= SHORTEST_PART and not word.isdigit() and not is_chinese(word)


def pairs(run):
    return [run[at : at + 2] for at in range(len(run) - 1)]


def words_of(text):
    """The set of words by which ``text`` is found.

    "Verkehrs-Cloud" is found as two words and as one; "交通云" by each of its pairs, and by each of
    its characters: 交 and 通 begin a pair, 云 stands by itself.
    """
    words = set()
    for run, chinese in runs(text):
        words.update([*pairs(run), run[-1]] if chinese else spellings(run))
    for joined in _JOINED.findall(unicodedata.normalize("NFKC", text)):
        words.update(spellings(re.sub(_JOINT, "", joined)))
    words.discard("")
    return words
