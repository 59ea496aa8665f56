"""Texts for places that know no markup: descriptions, titles, cards."""

import html
import re

from django.utils.html import strip_tags

#: Signs of a description; what is longer, search engines and networks cut off themselves.
LONGEST = 300
BLOCK_ENDS = re.compile(r"</(?:p|h3|h4|li|caption|th|td|blockquote)>|<br ?/?>")
SENTENCE_ENDS = ".!?。！？"


def without_markup(text):
    """The words of formatted text on one line."""
    return on_one_line(html.unescape(strip_tags(BLOCK_ENDS.sub(r"\g<0> ", text or ""))))


def on_one_line(text):
    """``text`` without line ends and signs that print nothing."""
    return " ".join("".join(" " if sign < " " or sign == "\x7f" else sign for sign in text).split())


def shortened(text, longest=LONGEST):
    """``text`` in at most ``longest`` signs: to the end of a sentence, else of a word."""
    if len(text) <= longest:
        return text
    start = text[:longest]
    end = max(start.rfind(sign) for sign in SENTENCE_ENDS)
    if end >= longest // 2 and (start[end] not in ".!?" or text[end + 1].isspace()):
        return start[: end + 1]
    start, follows = start[:-1], start[-1]
    if follows != " " and start[-1].isascii() and " " in start:
        start = start.rsplit(" ", 1)[0]
    return start.rstrip(" ,;:，；：、–-") + "…"
