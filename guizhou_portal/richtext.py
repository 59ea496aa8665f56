"""Formatted text: a few safe elements, cleaned whenever it is saved."""

import html
import re

from django.db import models
from django.utils.html import linebreaks, strip_tags
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import fallbacks

#: Elements an editor may use. Headings start at the third level: pages own the first two.
ELEMENTS = {
    "p", "br", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "abbr",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "hreflang"}, "abbr": {"title"}, "th": {"scope"}, "*": {"lang"}}
SCHEMES = {"http", "https", "mailto", "tel"}
HELP = _(
    "Plain paragraphs, separated by an empty line, or simple HTML: p, h3, h4, ul, ol, li, "
    "blockquote, strong, em, a, table. Everything else is removed when saving."
)

#: What comes out of word processors and other websites, and what is meant by it here.
RENAMED = {
    "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "b": "strong", "i": "em",
    "div": "p", "section": "p", "article": "p", "center": "p", "dl": "ul", "dt": "li", "dd": "li",
}  # fmt: skip
#: Names that make a "<" the start of a tag; any other "<" was typed as a sign.
TAG_NAMES = ELEMENTS | RENAMED.keys() | {
    "applet", "audio", "base", "body", "button", "canvas", "code", "col", "colgroup", "del",
    "embed",
    "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "head", "header", "hr",
    "html", "iframe", "img", "input", "ins", "label", "link", "main", "math", "meta", "nav",
    "noscript", "object", "option", "param", "picture", "pre", "s", "script", "select", "small",
    "source", "span", "strike", "style", "sub", "sup", "svg", "template", "textarea", "tfoot",
    "title", "track", "u", "video",
}  # fmt: skip
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>")
BLOCK = re.compile(r"(</?(?:p|h3|h4|ul|ol|blockquote|table)\b[^>]*>)", re.IGNORECASE)
NOTHING = re.compile(r"<(p|h3|h4|li|blockquote)>(?:\s|&nbsp;|\u00a0|<br>)*</\1>")


def sanitise(text):
    """``text`` as safe HTML; plain text becomes paragraphs. None stays None.

    No word an editor typed is lost: a sign such as "<" stays a sign, headings and blocks of other
    kinds become the nearest of ours, and loose text becomes paragraphs. What holds no word in
    the end is an empty text.
    """
    import nh3

    if not text:
        return text
    text, tags = _marked_up(text.strip())
    if not tags:
        text = linebreaks(html.unescape(text), autoescape=True)
    elif not BLOCK.search(text):
        text = linebreaks(text)
    clean = nh3.clean(
        text,
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    clean = NOTHING.sub("", _in_paragraphs(clean)).strip()
    return clean if strip_tags(clean).strip() else ""


def _marked_up(text):
    """``text`` with tags by our names and other "<" as signs; and how many tags there are."""
    out, end, tags = [], 0, 0
    for match in TAG.finditer(text):
        name = match[2].lower()
        if name not in TAG_NAMES:
            continue
        tags += 1
        out.append(text[end : match.start()].replace("<", "&lt;"))
        out.append(f"<{match[1]}{RENAMED.get(name, name)}{match[3]}>")
        end = match.end()
    out.append(text[end:].replace("<", "&lt;"))
    return "".join(out), tags


def _in_paragraphs(clean):
    """Clean HTML whose text between the blocks stands in paragraphs of its own."""
    out, depth = [], 0
    for piece in BLOCK.split(clean):
        if BLOCK.fullmatch(piece):
            depth += -1 if piece.startswith("</") else 1
        elif depth == 0 and strip_tags(piece).strip():
            piece = linebreaks(piece.strip())
        out.append(piece)
    return "".join(out)


class RichTextField(models.TextField):
    """A ``TextField`` whose value is sanitised HTML once it is saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("help_text", HELP)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        # Without fallbacks: the text of one language must not be written into another's column.
        with fallbacks(False):
            value = sanitise(super().pre_save(model_instance, add))
            setattr(model_instance, self.attname, value)
        return value
