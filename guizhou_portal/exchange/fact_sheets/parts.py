"""The parts a fact sheet is made of; each is plain data for the template ``parts.typ``."""

from dataclasses import dataclass, field

from django.utils.translation import get_language, gettext

from guizhou_portal.pictures.focus import focus_of
from guizhou_portal.templatetags import portal

from .inline import joined, labelled, link, said, unknown, words


@dataclass
class Sheet:
    """What the sheet of one record says. Texts are pieces, see :mod:`.inline`.

    ``drawing``: name of a drawing in ``templates/artwork``; the photo takes its place.
    """

    record: object
    eyebrow: list
    lead: str = ""  # the field under the title
    marks: list = field(default_factory=list)
    drawing: str = "hero"
    photo: dict | None = None
    body: list = field(default_factory=list)


def photo_of(record, name):
    """The picture in the field ``name``, with its words; None if there is none."""
    image = getattr(record, name)
    if not image:
        return None
    alt, language = portal.translation(record, f"{name}_alt")
    source = words(
        portal.credit(getattr(record, f"{name}_credit"), getattr(record, f"{name}_licence"))
    )
    return {
        "name": image.name,
        "width": getattr(record, image.field.width_field),
        "focus": focus_of(record, name),
        "alt": alt or str(record),
        "code": language or get_language(),
        "credit": labelled(gettext("Photo:"), source) if source else [],
    }


def section(heading, *parts, intro=()):
    """A heading with what belongs under it; ``intro``: sentences beside it."""
    return {
        "part": "section",
        "heading": words(heading),
        "intro": [pieces for pieces in intro if pieces],
        "parts": [part for part in parts if part],
    }


def paragraph(pieces, kind="plain"):
    """``kind``: plain, lead or quiet."""
    return {"part": "paragraph", "kind": kind, "pieces": pieces}


def told(record, name, kind="plain"):
    """A translated text as a paragraph; the words for unknown if there is none."""
    return paragraph(said(record, name) or unknown(), kind)


def facts(*pairs):
    """``(label, pieces)``: the table of facts; what is empty is said to be not published."""
    return {
        "part": "facts",
        "facts": [
            {"label": words(label), "value": value or unknown()}
            for label, value in filter(None, pairs)
        ],
    }


def choice(record, name):
    return words(portal.known_choice(record, name))


def person(official):
    """A person's name as printed and in native script, as pieces."""
    name = words(portal.split_name(official.name))
    if official.native_name:
        name += [" ", {"is": "lang", "code": "zh-hans", "pieces": [official.native_name]}]
    return name


def entry(title, eyebrow=(), lines=(), people=(), high=False):
    """One entry of a timeline or list; ``lines`` are pieces, each on a line of its own."""
    return {
        "eyebrow": list(eyebrow),
        "title": title,
        "lines": [line for line in lines if line],
        "people": list(people),
        "high": high,
    }


def timeline(found):
    """A programme or what came of a contract; None if there is nothing."""
    return {"part": "timeline", "entries": found} if found else None


def entries(found):
    """A list of other records or files; None if there are none."""
    return {"part": "entries", "entries": found} if found else None


def sides(both, seal):
    """Both sides of a contract facing each other: label, parties, and what to say of none."""
    return {"part": "sides", "sides": both, "seal": seal}


def figures(found):
    """Key figures, each with its source."""
    return {
        "part": "figures",
        "figures": [
            {
                "label": said(one, "label"),
                "value": said(one, "value"),
                "source": labelled(gettext("Source:"), [one.source]),
            }
            for one in found
        ],
    }


def documents(found):
    """The section of a record's documents; None if it has none."""
    if not found:
        return None
    return section(gettext("Documents"), entries([_document(one) for one in found]))


def _document(document):
    about = [
        document.kind,
        portal.in_language(document.language),
        portal.credit(document.credit, document.licence),
    ]
    return entry(
        link(said(document, "title"), document.file.url),
        lines=[joined([words(one) for one in about], " · ")],
    )
