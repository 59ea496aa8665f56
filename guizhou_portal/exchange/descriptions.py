"""What search engines and networks show of a page under its title."""

from guizhou_portal.richtext import RichTextField

from .linked_data import DECLARED
from .plain_text import shortened, without_markup


def described(context):
    """The description of a page from its template's context: never empty, and nothing invented.

    What the page's template says; else the beginning of the text it shows; else a few facts of the
    record; else its title.
    """
    if context["page_description"]:
        return shortened(context["page_description"])
    record = context.get("object")
    shown = record if record is not None else context.get("text")
    return beginning_of(shown) or facts_of(record) or f"{context['page_title']} · Guizhou Portal"


def beginning_of(record):
    """The first sentences of a record's formatted text, or nothing."""
    if record is None or not hasattr(record, "_meta"):
        return ""
    texts = (
        without_markup(getattr(record, field.name))
        for field in record._meta.concrete_fields
        if isinstance(field, RichTextField) and not hasattr(field, "translated_field")
    )
    return shortened(next(filter(None, texts), ""))


def facts_of(record):
    """A few facts of the record, each if it is known."""
    declared = DECLARED.get(type(record))
    return (
        shortened(" · ".join(str(one) for one in declared.in_short(record) if one))
        if declared
        else ""
    )
