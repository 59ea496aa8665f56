"""Which records are results of the public search, and how they look: said beside each record."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language

from .declared import DECLARED, is_translated

#: ``{model: Kind}``
RESULTS = {}

#: What a kind's records take of the numbers of the public index.
ROOM = 1 << 40


@dataclass(frozen=True, eq=False)  # each is one of a kind; its heading differs by language
class Kind:
    """One kind of result.

    ``name``: in the address. ``number``: its place in the index and on the page; changed only
    together with a new index. ``heading``: of several records. ``texts``: fields of the record the
    excerpt is cut from, the most telling first. ``listing``: name of the route of the page that
    lists them all, if there is one. ``records``: gives the queryset of those the public sees, with
    what ``address`` and ``note`` need. ``note``: a line over the title, ``(record, field)`` or
    plain words or None.
    ``examples``: lookup of texts that are worth searching for.
    """

    model: type[models.Model]
    name: str
    number: int
    heading: Promise
    texts: tuple[str, ...]
    listing: str
    records: Callable[[], models.QuerySet]
    address: Callable[[models.Model], str]
    note: Callable[[models.Model], object]
    examples: str

    @property
    def title_field(self):
        return DECLARED[self.model].titles[0]

    @property
    def first(self):
        """The number in the index its records are counted from."""
        return self.number * ROOM

    def shown(self, record, field):
        """``(text, language)`` of a field as the visitor gets it; no language if it has none."""
        from guizhou_portal.templatetags.portal import translation

        if not is_translated(type(record), field):
            return getattr(record, field) or "", ""
        text, language = translation(record, field)
        return text, language or get_language()

    def note_of(self, record):
        note = self.note(record)
        if not note:
            return "", ""
        return self.shown(*note) if isinstance(note, tuple) else (note, "")


def present(
    model,
    *,
    number,
    name,
    heading,
    texts,
    listing="",
    records=None,
    address=None,
    note=None,
    examples="",
):
    """Let records of ``model``, which are declared searchable, be results; see :class:`Kind`."""
    taken = {one.number for other, one in RESULTS.items() if other is not model}
    if number in taken:
        raise ValueError(f"Two kinds of result have the number {number}.")
    RESULTS[model] = Kind(
        model,
        name,
        number,
        heading,
        tuple(texts),
        listing,
        records or (lambda: model.objects.published()),
        address or (lambda record: record.get_absolute_url()),
        note or (lambda record: None),
        examples,
    )


def kinds():
    """All kinds of result, in the order of the page."""
    return sorted(RESULTS.values(), key=lambda kind: kind.number)
