"""What is worth searching for: words of records that are published."""

from .marks import composed
from .results import kinds

EACH = 6


def examples():
    """``[text, …]`` in the visitor's language, in the order of the kinds; each has hits."""
    found = []
    for kind in kinds():
        if kind.examples:
            found += _of(kind)
    return list(dict.fromkeys(found))


def _of(kind):
    path, _, field = kind.examples.rpartition("__")
    for record in kind.records()[:EACH]:
        named = getattr(record, path) if path else record
        text, _language = kind.shown(named, field)
        if text:
            yield composed(text)
