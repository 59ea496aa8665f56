"""Formatted text: a few safe elements, cleaned whenever it is saved."""

import re

from django.db import models
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

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

BLOCK = re.compile(r"<(p|h[1-6]|ul|ol|blockquote|table)\b", re.IGNORECASE)


def sanitise(text):
    """``text`` as safe HTML; plain text becomes paragraphs. None and "" stay as they are."""
    import nh3

    if not text or not text.strip():
        return text
    if not BLOCK.search(text):
        text = linebreaks(text.strip())
    return nh3.clean(
        text,
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()


class RichTextField(models.TextField):
    """A ``TextField`` whose value is sanitised HTML once it is saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("help_text", HELP)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        value = sanitise(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value
