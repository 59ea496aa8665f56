"""How many records there are, as far as a page can afford to count them."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext

#: So many are counted one by one; of more it is only said that there are more.
MOST = 1200


@dataclass(frozen=True)
class Number:
    """``value`` records, or more than that where ``is_more``. Reads as the language writes it."""

    value: int
    is_more: bool = False

    def __bool__(self):
        return bool(self.value)

    def __str__(self):
        number = number_format(self.value, force_grouping=True)
        return gettext("more than %(number)s") % {"number": number} if self.is_more else number


def counted(records, most=None):
    """The :class:`Number` of ``records`` (a queryset), which costs no more the more there are."""
    most = MOST if most is None else most
    return as_far_as_counted(records.order_by()[: most + 1].count(), most)


def as_far_as_counted(found, most=None):
    """The :class:`Number` of records of which ``found`` were met, up to one more than ``most``."""
    most = MOST if most is None else most
    return Number(min(found, most), found > most)
