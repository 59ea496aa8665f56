"""What records are to machines: nodes of JSON-LD 1.1 in the words of schema.org.

Each app says in its ``linked_data.py`` what its records are. What is not known is not said: no
empty values, no guesses. A record has the same ``@id`` in each language: its address without the
language, which leads readers to the page in theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.context import without_language
from guizhou_portal.licences import Licence
from guizhou_portal.richtext import RichTextField
from guizhou_portal.templatetags.portal import translation

from .languages import TAGS
from .plain_text import shortened, without_markup

VOCABULARY = "https://schema.org"
#: ``{model: Declared}``
DECLARED = {}


@dataclass(frozen=True)
class Declared:
    """What a kind of record is; see :func:`declare`."""

    type_of: Callable
    facts: Callable
    in_short: Callable
    page: str


def declare(model, kind, facts, in_short=lambda record: [], page="WebPage"):
    """Let pages say what records of ``model`` are.

    ``kind``: a type of schema.org, or a function from a record to one. ``facts(record, graph)``
    gives the other properties; what is None or empty is left out. ``in_short(record)``: a few
    facts in words, for a description where nobody has written one. ``page``: the type of its page.
    """
    type_of = kind if callable(kind) else lambda record: kind
    DECLARED[model] = Declared(type_of, facts, in_short, page)


class Graph:
    """The nodes of one page, each once, in the order they were first named."""

    def __init__(self, site):
        self.site = site
        self._nodes = {}
        self._described = set()

    def __iter__(self):
        return iter(self._nodes.values())

    def add(self, node):
        """Take up a node with an ``@id``, or what is new about one; returns a reference to it."""
        node = known(node)
        self._nodes[node["@id"]] = {**self._nodes.get(node["@id"], {}), **node}
        return {"@id": node["@id"]}

    def mention(self, record):
        """A record by type, name and address; returns a reference, or None for no record."""
        if record is None:
            return None
        address = self.address_of(record)
        return self.add(
            {
                "@type": DECLARED[type(record)].type_of(record),
                "@id": self.id_of(record),
                "name": words(record, record.naming_field),
                "url": address and self.site + address,
            }
        )

    def describe(self, record):
        """A record with all that is said of it; returns a reference, or None for no record."""
        reference = self.mention(record)
        if reference and reference["@id"] not in self._described:
            self._described.add(reference["@id"])
            facts = DECLARED[type(record)].facts(record, self)
            self.add({"@id": reference["@id"], **facts})
        return reference

    def id_of(self, record):
        """The address of the thing itself, the same in every language."""
        kind = record._meta.model_name
        address = self.address_of(record)
        if not address:
            return f"{self.site}/#{kind}-{record.slug}"
        path = without_language(address)
        return f"{self.site}/{path}" if "#" in path else f"{self.site}/{path}#{kind}"

    @staticmethod
    def address_of(record):
        """The path of the record's page in the language of the moment; None if it has none."""
        return record.get_absolute_url() if hasattr(record, "get_absolute_url") else None


def known(node):
    """``node`` without what is not known: None, False, and what is empty. 0 is a value."""
    found = {
        name: [one for one in value if one] if isinstance(value, list) else value
        for name, value in node.items()
    }
    return {name: value for name, value in found.items() if value or type(value) in (int, float)}


def part(kind, **properties):
    """A node without an ``@id`` of its own; None if nothing is known of it."""
    found = known(properties)
    return {"@type": kind, **found} if found else None


def words(record, field):
    """A text as the page shows it, without markup, marked with its language if it is another."""
    model = type(record)
    if hasattr(model, build_localized_fieldname(field, settings.LANGUAGE_CODE)):
        text, language = translation(record, field)
    else:
        text, language = getattr(record, field), get_language()
    if isinstance(model._meta.get_field(field), RichTextField):
        text = shortened(without_markup(text))
    return said_in(text, language)


def first_words(record, *fields):
    """The first of these texts that says something; None if none does."""
    return next(filter(None, (words(record, field) for field in fields)), None)


def said_in(text, language):
    """``text``, or a value that names its language if the page has another one."""
    if not text or language == get_language():
        return text
    return {"@value": text, "@language": TAGS[language]}


def picture(graph, record, field, caption=""):
    """The original of a picture, with its credit and the licence it is under, if known."""
    file = getattr(record, field)
    if not file:
        return None
    prefix = "" if field == "image" and hasattr(record, "credit") else f"{field}_"
    terms = getattr(record, f"{prefix}licence", "")
    return part(
        "ImageObject",
        contentUrl=graph.site + file.url,
        width=getattr(record, f"{field}_width"),
        height=getattr(record, f"{field}_height"),
        caption=caption,
        creditText=getattr(record, f"{prefix}credit", ""),
        license=Licence(terms).url if terms in Licence.values else "",
    )


def document(graph, file):
    """A file offered for download."""
    return part(
        "DigitalDocument",
        name=words(file, "title"),
        url=graph.site + file.file.url,
        inLanguage=TAGS.get(file.language),
        creditText=file.credit,
        license=Licence(file.licence).url if file.licence in Licence.values else "",
    )
