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
    keys, records, fields = _sorted_by(records, by)
    backwards, segments = False, [Q()]
    if cursor:
        backwards, values = _read(cursor, order, fields)
        segments = _segments(keys, values, backwards)
    records = records.order_by(*(key.order(backwards) for key in keys))
    found = []
    for segment in segments:
        if len(found) <= limit:
            found += records.filter(segment)[: limit + 1 - len(found)]
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


def cursor_after(record, records, by, order):
    """The cursor of what follows ``record`` among ``records``; for the others see above."""
    keys, records, fields = _sorted_by(records, by)
    values = records.filter(pk=record.pk).values_list(*(key.name for key in keys))[0]
    return _write(False, order, values, fields)


def _sorted_by(records, by):
    """The keys, ``records`` with their values, and the fields these are values of."""
    keys = [Key.of(number, one) for number, one in enumerate([*by, "pk"])]
    records = records.annotate(**{key.name: key.expression for key in keys})
    return keys, records, [records.query.annotations[key.name].output_field for key in keys]


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

    def beyond(self, value, backwards, known=False):
        """The records that stand after ``value`` (before it, if backwards)."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=[])
        sign = "lt" if self.descending != backwards else "gt"
        beyond = Q(**{f"{self.name}__{sign}": value})
        return beyond if backwards or known else beyond | Q(**{f"{self.name}__isnull": True})

    def same(self, value):
        if value is None:
            return Q(**{f"{self.name}__isnull": True})
        return Q(**{self.name: value})


def _nulls(backwards):
    return {"nulls_first": True} if backwards else {"nulls_last": True}


def _segments(keys, values, backwards):
    """The conditions of what follows, to be asked one after the other until there is enough.

    What is unknown is asked for by itself: so the first key alone leads into an index, however
    far down the list.
    """
    first, value = keys[0], values[0]
    unknown = Q(**{f"{first.name}__isnull": True})
    if value is None:
        return [unknown & _after(keys[1:], values[1:], backwards), *([~unknown] * backwards)]
    bound = "lte" if first.descending != backwards else "gte"
    near = Q(**{f"{first.name}__{bound}": value}) & _after(keys, values, backwards, known=True)
    return [near, *([] if backwards or len(keys) == 1 else [unknown])]


def _after(keys, values, backwards, known=False):
    """``known``: whether the first key is known of all that is asked."""
    if not keys:
        return Q()
    (key, *others), (value, *rest) = keys, values
    beyond = key.beyond(value, backwards, known)
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
