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
SHORTEST_TO_INFLECT = 4
#: Characters of a stretch of Chinese that are one term of the public index.
GRAM = 4
#: Letters that are no letter with a mark to Unicode, but are typed as one without.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
JOINT = "[-‐‑'’]"  # what joins the parts of a word: hyphens and apostrophes
JOINED = re.compile(rf"[^\W_]+(?:{JOINT}[^\W_]+)+")
_BEGINS_CHINESE = re.compile(f"[{HAN}]")
RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
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
    return [(run, is_chinese(run)) for run in RUN.findall(text)]


def is_chinese(run):
    return _BEGINS_CHINESE.match(run) is not None


def can_be_part(word):
    """Whether a word may be looked for within others, or have others within."""
    return len(word) >= SHORTEST_PART and not word.isdigit() and not is_chinese(word)


def fits(typed, word):
    """Whether a word begins with what was typed, or has it inside."""
    return typed in word and (word.startswith(typed) or (can_be_part(typed) and can_be_part(word)))


def other_number(word):
    """The English plural of a word, or what it is the plural of: "city" and "cities".

    A rule, not a dictionary: it may make words that are none, which then find nothing.
    """
    if len(word) < SHORTEST_TO_INFLECT or not (word.isascii() and word.isalpha()):
        return set()
    if word.endswith("ies"):
        return {f"{word[:-3]}y"}
    if word.endswith(("ches", "shes", "sses", "xes")):
        return {word[:-2]}
    if word.endswith("s"):
        return set() if word.endswith(("ss", "us", "is")) else {word[:-1]}
    if word.endswith("y") and word[-2] not in "aeiou":
        return {f"{word[:-1]}ies"}
    return {f"{word}es" if word.endswith(("ch", "sh", "x")) else f"{word}s"}


def pairs(run):
    return [run[at : at + 2] for at in range(len(run) - 1)]


def terms_of(text):
    """The words by which ``text`` is found on the public site, as a set.

    Of Chinese, the four characters from each one on: what they begin with stands in the text in
    one piece, which pairs do not tell.
    """
    terms = set()
    for run, chinese in runs(text):
        terms.update(grams(run) if chinese else spellings(run))
    return (terms | _joined_words(text)) - {""}


def terms_at_start(text):
    """Those of the first word."""
    for run, chinese in runs(text)[:1]:
        return {run[:GRAM]} if chinese else set(spellings(run))
    return set()


def grams(run):
    return [run[at : at + GRAM] for at in range(len(run))]


def words_of(text):
    """The set of words by which ``text`` is found.

    "Verkehrs-Cloud" is found as two words and as one; "交通云" by each of its pairs, and by each of
    its characters: 交 and 通 begin a pair, 云 stands by itself.
    """
    words = set()
    for run, chinese in runs(text):
        words.update([*pairs(run), run[-1]] if chinese else spellings(run))
    return (words | _joined_words(text)) - {""}


def _joined_words(text):
    """ "Verkehrs-Cloud" without its hyphen."""
    joined = JOINED.findall(unicodedata.normalize("NFKC", text))
    return {word for one in joined for word in spellings(re.sub(JOINT, "", one))}
