"""Addresses in plain ASCII, made from a title."""

from django.utils.text import slugify

# Before slugify strips the accents: German writes ä as ae, not as a.
GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
)


def ascii_slug(text, max_length=80):
    """``text`` as a slug of letters, digits and hyphens; empty if nothing of it is Latin."""
    return slugify((text or "").translate(GERMAN))[:max_length].strip("-_")


def unique_slug(record, texts):
    """A slug no other record of the model has, from the first of ``texts`` that gives one.

    A title without Latin letters gives the model's name: ``event``, ``event-2``.
    """
    model = type(record)
    base = next(filter(None, map(ascii_slug, texts)), model._meta.model_name)
    taken = set(
        model._base_manager.filter(slug__startswith=base[:70])  # a number shortens a long one
        .exclude(pk=record.pk)
        .values_list("slug", flat=True)
    )
    slug, number = base, 1
    while slug in taken:
        number += 1
        suffix = f"-{number}"
        slug = base[: 80 - len(suffix)] + suffix
    return slug
