"""What the columns of a sheet mean and may hold, in words; taken from the fields themselves."""

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _


class Explained(NamedTuple):
    """One line of the explanation; a text and its languages share one."""

    names: list
    meaning: str
    allowed: str
    codes: list
    note: str


def columns_explained(sheet):
    """``[Explained, …]`` for the columns of an empty sheet; of numbered parts, for the first."""
    lines = {}
    for column in sheet.columns:
        if column.number not in (None, 1):
            continue
        original = getattr(column.field, "translated_field", column.field)
        key = (column.parts and column.parts.prefix, original.name)
        if key in lines:
            lines[key].names.append(column.column_name)
            continue
        name = capfirst(original.verbose_name)
        meaning = f"{column.parts.name}: {original.verbose_name}" if column.parts else name
        note = _note(column, original)
        allowed, codes = column.widget.meaning(), column.widget.codes()
        lines[key] = Explained([column.column_name], meaning, allowed, codes, note)
    return list(lines.values())


def _note(column, field):
    if column.is_slug:
        return _("The key. An address that no record has, or none at all, makes a new record.")
    if column.parts and field.name == column.parts.names[0]:
        number = column.parts.least + 1
        return _("More of them: %(column)s and so on. Empty cells remove one.") % {
            "column": f"{column.parts.prefix}_{number}_{field.name}"
        }
    if column.readonly or field.blank or field.null or field.many_to_many:
        return ""
    if hasattr(column.field, "translated_field"):
        return _("Needed in one language at least.")
    if field.has_default():
        return _("Empty means %(value)s.") % {"value": column.widget.render(field.get_default())}
    return _("Needed.")
