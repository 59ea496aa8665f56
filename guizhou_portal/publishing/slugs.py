"""Addresses in plain ASCII, made from a title."""

from django.utils.text import slugify

# Before slugify strips the accents: German writes ä as ae, not as a.
GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
)

#: What stands, or may come to stand, in the place of a record's slug below the address of its list.
RESERVED = frozenset({"calendar", "compare", "embed", "export", "feed", "search", "shortlist"})


def ascii_slug(text, max_length=80):
    """``text`` as a slug of letters, digits and hyphens; empty if nothing of it is Latin."""
    return slugify((text or "").translate(GERMAN))[:max_length].strip("-_")


def unique_slug(record, texts, former):
    """A slug that no other record of the model has, and no page of its own, from the first of
    ``texts`` that gives one.

    ``former``: the former addresses that lead to others, none of which is taken from them.
    A title without Latin letters gives the model's name: ``event``, ``event-2``.
    """
    model = type(record)
    base = next(filter(None, map(ascii_slug, texts)), model._meta.model_name)
    others = model._base_manager.exclude(pk=record.pk)
    taken = {
        slug
        for records in (others, former)
        # A number shortens a long one.
        for slug in records.filter(slug__startswith=base[:70]).values_list("slug", flat=True)
    }
    taken |= RESERVED
    slug, number = base, 1
    while slug in taken:
        number += 1
        suffix = f"-{number}"
        slug = base[: 80 - len(suffix)] + suffix
    return slug
