"""Shows where the words stand: marks in titles, excerpts around the first of them."""

import re
import unicodedata
from itertools import accumulate

from django.utils.html import format_html, format_html_join

from .words import HAN, JOINED, JOINT, RUN, UMLAUTS, fits, fold, is_chinese, spellings

EXCERPT = 160  # characters
EXCERPT_CHINESE = 100  # as much room, and more to read
#: So far into a text it is looked for a place to cut the excerpt from.
FARTHEST = 20_000
_JOINT = re.compile(JOINT)
_SPACES = re.compile(r"\s+")


def places(text, words):
    """``[(start, end, word), …]``: where ``words`` stand in ``text``, in order, none twice.

    ``text`` is in Unicode's composed form (NFC). The letters that were typed are marked, not the
    rest of the word: "verkehr" in "Verkehrs-Cloud", and "ö" for "oe".
    """
    normal, where = _compatible(text)
    found = []
    for run in RUN.finditer(normal):
        found += _in_run(run.group(), range(run.start(), run.end()), words)
    for run in JOINED.finditer(normal):
        kept = [at for at in range(*run.span()) if not _JOINT.match(normal[at])]
        found += _in_run("".join(normal[at] for at in kept), kept, words)
    merged = []
    for start, end, word in sorted(
        (where[start], where[end - 1] + 1, word) for start, end, word in found
    ):
        if merged and start < merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end, merged[-1][2])
        else:
            merged.append((start, end, word))
    return merged


def _compatible(text):
    """``text`` in the form that is compared (NFKC), and of each character where it came from."""
    if unicodedata.is_normalized("NFKC", text):
        return text, range(len(text))
    letters = [
        (one, at) for at, letter in enumerate(text) for one in unicodedata.normalize("NFKC", letter)
    ]
    return "".join(one for one, _ in letters), [at for _, at in letters]


def _in_run(run, at, words):
    """``(start, end, word)`` of each of ``words`` in one run, whose characters are at ``at``."""
    if is_chinese(run):
        for number, word in enumerate(words):
            if word.is_chinese:
                for match in re.finditer(re.escape(word.typed), run):
                    yield at[match.start()], at[match.end() - 1] + 1, number
        return
    forms = spellings(run)
    for number, word in enumerate(words):
        if word.is_chinese:
            continue
        if not word.spellings.isdisjoint(forms):
            yield at[0], at[-1] + 1, number
            continue
        inside = [one for one in word.spellings if any(fits(one, form) for form in forms)]
        for typed in inside:
            for start, end in _letters(run, typed):
                yield at[start], at[end - 1] + 1, number
        if not inside and not word.whole.isdisjoint(forms):
            yield at[0], at[-1] + 1, number


def _letters(run, typed):
    """The letters of ``run`` that are ``typed`` once they are folded; ``(start, end)``."""
    for umlauts in ({}, UMLAUTS):
        folded = [fold(letter.casefold().translate(umlauts)) for letter in run]
        ends = list(accumulate(map(len, folded)))
        start = "".join(folded).find(typed)
        if start >= 0:
            first = next(n for n, end in enumerate(ends) if end > start)
            last = next(n for n, end in enumerate(ends) if end >= start + len(typed))
            yield first, last + 1
            return


def composed(text):
    """Words of a record as they are shown and searched: one space between, NFC."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text)).strip()


def marked(text, found, start=0, end=None):
    """``text`` from ``start`` to ``end`` as HTML, with the places that were ``found`` marked."""
    end = len(text) if end is None else end
    parts, at = [], start
    for first, last, _word in found:
        if first >= end:
            break
        if first >= start:
            parts.append((text[at:first], text[first : min(last, end)]))
            at = min(last, end)
    html = format_html_join("", "{}<mark>{}</mark>", parts)
    return format_html("{}{}", html, text[at:end])


def excerpt(text, found):
    """About 160 characters around the first place found, as HTML; else the beginning."""
    length = EXCERPT_CHINESE if re.match(f"[{HAN}]", text) else EXCERPT
    if len(text) <= length * 1.2:
        return marked(text, found)
    first = found[0][0] if found else 0
    start = 0 if first < length * 0.6 else first - length // 3
    start = max(0, min(start, len(text) - length))
    end = min(len(text), start + length)
    start, end = _at_words(text, start, end, first)
    inner = marked(text, found, start, end)
    before = "…\u00a0" if start else ""
    after = "\u00a0…" if end < len(text) else ""
    return format_html("{}{}{}", before, inner, after)


def _at_words(text, start, end, first):
    """Cut between words where there are any nearby."""
    if start:
        space = text.find(" ", start, min(start + 25, first + 1))
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(end - 25, first + 1), end + 1)
        end = space if space >= 0 else end
    return start, end
