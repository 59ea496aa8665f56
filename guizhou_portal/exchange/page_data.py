"""The JSON-LD of a page: the site, who publishes it, the page, the way there, and what it shows."""

import html
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.safestring import SafeData, mark_safe
from django.utils.translation import get_language

from .languages import TAGS
from .linked_data import DECLARED, VOCABULARY, Graph, known, said_in, words
from .publisher import publisher

#: What could end the script element, or a line in old JavaScript.
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def script_of(graph):
    """Nodes as the content of a ``script`` element: nothing in it is markup."""
    text = json.dumps(
        {"@context": VOCABULARY, "@graph": list(graph)},
        cls=DjangoJSONEncoder,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return mark_safe(text.translate(ESCAPED))  # noqa: S308  (nothing in it is markup)


def graph_of(context):
    """What a template's context says of its page, as a :class:`~.linked_data.Graph`.

    ``object`` is the record it is the page of, ``object_list`` the records it lists, ``about`` what
    else it is about, ``page_title`` and ``page_description`` its words, ``page_type`` its kind if
    none of this tells it.
    """
    graph = Graph(context["site"])
    site = _site(graph)
    page = {
        "@type": context.get("page_type", "WebPage"),
        "@id": context["canonical"],
        "url": context["canonical"],
        "name": context["page_title"],
        "description": context["page_description"],
        "inLanguage": TAGS[get_language()],
        "isPartOf": site,
        "publisher": publisher() and {"@id": f"{graph.site}/#operator"},
        "dateModified": modified(context),
        "breadcrumb": _way(context, graph),
        "about": [graph.describe(record) for record in context.get("about", ())],
    }
    graph.add(page | _shown(context, graph))
    return graph


def modified(context):
    """When the record, or the text and records a page shows were changed last; None if unknown."""
    record = context.get("object")
    shown = [record] if record is not None else [context.get("text"), *_listed(context)]
    moments = (getattr(one, "updated", None) for one in shown)
    return max(filter(None, moments), default=None)


def _listed(context):
    """The records a page lists; only those that are declared count as such."""
    records = context.get("object_list")
    return records if getattr(records, "model", None) in DECLARED else ()


def _site(graph):
    facts = publisher()
    operator = facts and graph.add(
        {"@type": "Organization", "@id": f"{graph.site}/#operator", **facts}
    )
    search = f"{graph.site}/{get_language()}/search/?q={{search_term_string}}"
    return graph.add(
        {
            "@type": "WebSite",
            "@id": f"{graph.site}/#website",
            "url": f"{graph.site}/",
            "name": "Guizhou Portal",
            "inLanguage": list(TAGS.values()),
            "publisher": operator,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search},
                "query-input": "required name=search_term_string",
            },
        }
    )


def _way(context, graph):
    """The breadcrumb the page shows; None where it shows none."""
    trail = getattr(context["request"], "trail", None)
    return trail and graph.add(
        {
            "@type": "BreadcrumbList",
            "@id": f"{context['canonical']}#breadcrumb",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": said_in(_text(name), language or get_language()),
                    "item": graph.site + path if path else context["canonical"],
                }
                for position, (name, path, language) in enumerate(trail, start=1)
            ],
        }
    )


def _text(words):
    """Words from a template, which may be escaped already."""
    return html.unescape(words) if isinstance(words, SafeData) else str(words)


def _shown(context, graph):
    """What the page is there to show: one record, or a list of them."""
    record = context.get("object")
    if isinstance(record, models.Model) and type(record) in DECLARED:
        return {"@type": DECLARED[type(record)].page, "mainEntity": graph.describe(record)}
    records = _listed(context)
    if records == ():
        return {}
    page = context.get("page_obj")
    first = page.start_index() if page else 1
    number = page.paginator.count if page else len(records)
    if context.get("is_long"):  # more than are counted
        number = None
    entries = known(
        {
            "@type": "ItemList",
            "numberOfItems": number,
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": words(one, one.naming_field),
                    "url": graph.site + one.get_absolute_url(),
                }
                for position, one in enumerate(records, start=first)
            ],
        }
    )
    return {"@type": "CollectionPage", "mainEntity": entries}
