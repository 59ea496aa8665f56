"""In which orders lists can be shown, and how names are put in order in each language.

PostgreSQL knows the orders of languages by the names of ICU; on SQLite functions of the same names
stand in for them (:func:`teach`), so that "Ö" comes after "O" on both, not after "Z".
"""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, Collate, NullIf
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.search.words import fold, is_chinese

#: Of each language of the portal, the order of its names.
COLLATIONS = {"de": "de-x-icu", "en": "en-x-icu", "zh-hans": "zh-x-icu"}


@dataclass(frozen=True)
class Sort:
    """An order. ``by`` makes its expressions, without the last one that settles what is equal.

    ``is_indexed``: whether the database has an index for it; without one, every record is read to
    show the first, so that a long list cannot be shown in this order.
    """

    name: str
    label: str
    by: callable
    is_indexed: bool = True

    def order(self, records):
        return records.order_by(*self.by(), "pk")


def by_name(field):
    """The names of records as a dictionary of the visitor's language has them."""

    def order():
        names = [
            NullIf(build_localized_fieldname(field, language), Value(""))
            for language in resolution_order(get_language())
        ]
        return [Collate(Coalesce(*names, output_field=CharField()), COLLATIONS[get_language()])]

    return order


def highest_first(field):
    return lambda: [F(field).desc(nulls_last=True)]


def lowest_first(field):
    return lambda: [F(field).asc(nulls_last=True)]


@lru_cache(maxsize=200_000)
def sort_key(text):
    """What ``text`` is compared by: Latin letters without their marks, Chinese by its sound.

    GB 18030 has the common characters in the order of their pronunciation.
    """
    text = str(text)
    return tuple(
        (1, letter.encode("gb18030")) if is_chinese(letter) else (0, letter.encode())
        for letter in fold(text)
    )


def _compared(one, other):
    one, other = sort_key(one), sort_key(other)
    return (one > other) - (one < other)


def teach(connection, **kwargs):
    """Receiver of ``connection_created``."""
    if connection.vendor == "sqlite":
        for name in COLLATIONS.values():
            connection.connection.create_collation(name, _compared)
