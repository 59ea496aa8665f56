"""Pages of a list that stay right while records come and go.

A cursor remembers where a page ended by the values the list is sorted by, not by a number: what is
added or removed before it moves nothing. It is signed, so that nobody can ask for other columns.
"""

from dataclasses import dataclass

from django.core import signing
from django.db.models import F, Q
from django.db.models.expressions import Expression, OrderBy

#: Without a time: the same page is the same answer, tomorrow as well.
SIGNER = signing.Signer(salt="guizhou_portal.cursor")
LONGEST = 2000  # characters


class CursorError(ValueError):
    pass


@dataclass(frozen=True)
class Page:
    """``next`` and ``previous`` are cursors, or None at the ends of the list."""

    records: list
    next: str | None
    previous: str | None


def page_of(records, by, order, limit, cursor=None):
    """The :class:`Page` of ``records`` at ``cursor``, or the first one.

    ``by``: the expressions it is sorted by, as for ``order_by``. ``order``: what the order is
    called; a cursor is good for its own order alone. ``limit``: the most records of a page.
    Raises :class:`CursorError`.
    """
    keys = [Key.of(number, one) for number, one in enumerate([*by, "pk"])]
    records = records.annotate(**{key.name: key.expression for key in keys})
    fields = [records.query.annotations[key.name].output_field for key in keys]
    backwards, values = False, None
    if cursor:
        backwards, values = _read(cursor, order, fields)
        records = records.filter(_after(keys, values, backwards))
    found = list(records.order_by(*(key.order(backwards) for key in keys))[: limit + 1])
    is_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    before = is_more if backwards else bool(cursor)
    after = bool(cursor) if backwards else is_more

    def written(record, towards_start):
        values = [getattr(record, key.name) for key in keys]
        return _write(towards_start, order, values, fields)

    if not found:  # all that followed was removed meanwhile
        return Page([], None, None)
    return Page(
        found,
        written(found[-1], False) if after else None,
        written(found[0], True) if before else None,
    )


@dataclass(frozen=True)
class Key:
    """One thing a list is sorted by; what is unknown comes last."""

    name: str
    expression: Expression
    descending: bool

    @classmethod
    def of(cls, number, by):
        if isinstance(by, OrderBy):
            return cls(f"cursor_{number}", by.expression, by.descending)
        expression = F(by) if isinstance(by, str) else by
        return cls(f"cursor_{number}", expression, False)

    def order(self, backwards):
        if self.descending != backwards:
            return OrderBy(F(self.name), descending=True, **_nulls(backwards))
        return OrderBy(F(self.name), **_nulls(backwards))

    def beyond(self, value, backwards):
        """The records that stand after ``value`` (before it, if backwards)."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=[])
        sign = "lt" if self.descending != backwards else "gt"
        beyond = Q(**{f"{self.name}__{sign}": value})
        return beyond if backwards else beyond | Q(**{f"{self.name}__isnull": True})

    def same(self, value):
        if value is None:
            return Q(**{f"{self.name}__isnull": True})
        return Q(**{self.name: value})


def _nulls(backwards):
    return {"nulls_first": True} if backwards else {"nulls_last": True}


def _after(keys, values, backwards):
    (key, *others), (value, *rest) = keys, values
    beyond = key.beyond(value, backwards)
    return beyond | (key.same(value) & _after(others, rest, backwards)) if others else beyond


def _write(towards_start, order, values, fields):
    plain = [None if one is None else _text(one) for one in values]
    return SIGNER.sign_object([int(towards_start), order, plain], compress=True)


def _text(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(cursor, order, fields):
    try:
        if len(cursor) > LONGEST:
            raise CursorError
        towards_start, its_order, plain = SIGNER.unsign_object(cursor)
        if its_order != order or len(plain) != len(fields):
            raise CursorError
        values = [
            None if one is None else field.to_python(one)
            for field, one in zip(fields, plain, strict=True)
        ]
    except Exception as error:  # forged, of an earlier version, or of another list
        raise CursorError from error
    return bool(towards_start), values
