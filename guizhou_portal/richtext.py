"""Formatted text: a few safe elements, cleaned whenever it is saved."""

import html
import re

from django import forms
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
    "title", "track", "u", "video", "xml",
}  # fmt: skip
#: Elements that go with all they hold: no reader sees it.
UNSEEN = {"script", "style", "title", "xml"}
#: A tag, perhaps of Microsoft's vocabularies, such as <o:p>.
TAG = re.compile(
    r"<(/?)((?:[movwx]|st1):[a-zA-Z0-9]+|[a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>", re.IGNORECASE
)
#: Comments, the conditional ones of Word among them, and what heads a document.
REMARK = re.compile(
    r"<!--.*?-->|<!\[(?:if|endif)\b[^>]*>|<!doctype\b[^>]*>|<\?xml\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
BLOCK = re.compile(r"(</?(?:p|h3|h4|ul|ol|blockquote|table)\b[^>]*>)", re.IGNORECASE)

BLANK = r"(?:\s|&nbsp;|<br>)"
ENDS = r"(?:p|h3|h4|li|blockquote|caption|th|td)"
#: What tidies clean HTML, each step with what takes its place. The order does not matter:
#: they are repeated until nothing is left to tidy.
TIDYING = [
    # An address that was refused leaves no link behind; a link around nothing is none.
    (re.compile(r"<a\b(?![^>]*\shref=)[^>]*>(.*?)</a>", re.DOTALL), r"\1"),
    (re.compile(rf"<(strong|em|a|abbr)(?:\s[^>]*)?>({BLANK}*)</\1>"), r"\2"),
    # Word processors cut a bold word in pieces.
    (re.compile(r"</(strong|em)><\1>"), ""),
    # Spaces that were typed to move words about; a single one keeps number and unit together.
    (re.compile(r"(?=\s*&nbsp;)(?:\s|&nbsp;){2,}"), " "),
    (re.compile(rf"(<{ENDS}(?:\s[^>]*)?>)(?=\s*(?:&|<br>)){BLANK}+"), r"\1"),
    (re.compile(rf"\s*(?:&nbsp;|<br>){BLANK}*(?=</{ENDS}>)"), ""),
    # One paragraph alone in a cell or list item, or before the list below an item, is its text.
    (
        re.compile(
            r"(<(li|td|th)(?:\s[^>]*)?>)\s*<p>((?:(?!</?p\b).)*)</p>\s*(?=</\2>)", re.DOTALL
        ),
        r"\1\3",
    ),
    (
        re.compile(r"(<li(?:\s[^>]*)?>)\s*<p>((?:(?!</?p\b).)*)</p>\s*(?=<[uo]l\b)", re.DOTALL),
        r"\1\2",
    ),
    (
        re.compile(
            rf"<(p|h3|h4|ul|ol|li|blockquote|table|caption|thead|tbody|tr)(?:\s[^>]*)?>{BLANK}*</\1>"
        ),
        "",
    ),
]


def sanitise(text):
    """``text`` as safe HTML; plain text becomes paragraphs. None stays None.

    No word an editor typed is lost: a sign such as "<" stays a sign, headings and blocks of other
    kinds become the nearest of ours, and loose text becomes paragraphs. What holds no word in
    the end is an empty text. A text that was sanitised comes out as it went in.
    """
    import nh3

    if not text:
        return text
    text, tags = _marked_up(REMARK.sub("", text).strip())
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
        clean_content_tags=UNSEEN,
    )
    clean = _tidy(_in_paragraphs(clean)).strip()
    return clean if html.unescape(strip_tags(clean)).strip() else ""


def _marked_up(text):
    """``text`` with tags by our names and other "<" as signs; and how many tags there are."""
    out, end, tags = [], 0, 0
    for match in TAG.finditer(text):
        name = match[2].lower()
        if name not in TAG_NAMES and ":" not in name:
            continue
        tags += 1
        out.append(text[end : match.start()].replace("<", "&lt;"))
        if ":" not in name:
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


def _tidy(clean):
    """Clean HTML without what word processors leave behind; each step makes it shorter."""
    before = None
    while before != clean:
        before = clean
        for untidy, instead in TIDYING:
            clean = untidy.sub(instead, clean)
    return clean


class FormattedTextField(forms.CharField):
    """Takes line ends as they are stored: browsers send two characters for each."""

    def to_python(self, value):
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class RichTextField(models.TextField):
    """A ``TextField`` whose value is sanitised HTML once it is saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("help_text", HELP)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": FormattedTextField, **kwargs})

    def pre_save(self, model_instance, add):
        # Without fallbacks: the text of one language must not be written into another's column.
        with fallbacks(False):
            value = sanitise(super().pre_save(model_instance, add))
            setattr(model_instance, self.attname, value)
        return value
