"""The site's own words as they stand in a sheet: pieces of text instead of HTML.

A piece is a string, or a dictionary: ``is`` says what the ``pieces`` in it are (``strong``, ``em``,
``link`` with ``to``, ``lang`` with ``code``, ``unknown``, ``note``, ``break``).
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from guizhou_portal.templatetags import portal

VOID = {"br", "hr", "img", "wbr", "path", "circle", "line", "rect"}
PLAIN = {"strong": "strong", "b": "strong", "em": "em", "i": "em"}
#: Classes of the site's pages that mean something on paper, too.
MEANT = {"unknown": "unknown", "language-note": "note", "facts__note": "below"}


@dataclass
class Element:
    """One element of parsed HTML; ``children`` are strings and elements."""

    name: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)


class _Tree(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, name, attributes):
        element = Element(name, dict(attributes))
        self.open[-1].children.append(element)
        if name not in VOID:
            self.open.append(element)

    def handle_startendtag(self, name, attributes):
        self.open[-1].children.append(Element(name, dict(attributes)))

    def handle_endtag(self, name):
        if any(element.name == name for element in self.open[1:]):
            while self.open.pop().name != name:
                pass

    def handle_data(self, text):
        self.open[-1].children.append(text)


def tree_of(html):
    """The root :class:`Element` of ``html``, which is our own or was sanitised."""
    parser = _Tree()
    parser.feed(html)
    parser.close()
    return parser.root


def pieces_of(element):
    """The pieces of text in an element; blanks as a browser would show them."""
    return _trimmed(_pieces(element.children))


def words(value):
    """Pieces of what a template would print: safe HTML is read, everything else is plain text."""
    return pieces_of(tree_of(str(conditional_escape("" if value is None else value))))


def rendered(template, **context):
    """Pieces of what a template of the site says, so that sheet and page never differ."""
    return words(render_to_string(template, context))


def said(record, name, note=True):
    """A translated text of a record, marked where it is shown in another language; or nothing."""
    return words(portal.tr(record, name, note))


def lines(value):
    """Like :func:`words`, and line ends stay line ends."""
    return words(linebreaksbr(value))


def link(pieces, address):
    return [{"is": "link", "to": address, "pieces": pieces}]


def joined(parts, between):
    """Several texts, ``between`` (a string or pieces) between them; empty ones are left out."""
    between = [between] if isinstance(between, str) else between
    out = []
    for part in filter(None, parts):
        out += [*between, *part] if out else part
    return out


def labelled(label, pieces):
    """A label with its colon before pieces; no blank after a full-width one."""
    return [label if label.endswith("：") else f"{label} ", *pieces]


def unknown(text=None):
    return words(portal.unknown(text))


def _pieces(children):
    out = []
    for child in children:
        if isinstance(child, str):
            out.append(child)
        elif child.name == "br":
            out.append({"is": "break"})
        elif child.name not in ("svg", "script", "style"):
            out += _marked(child, _pieces(child.children))
    return out


def _marked(element, inner):
    """Pieces of an element, in what it means."""
    if element.name == "abbr" and element.attributes.get("title"):
        inner = [*inner, f" ({element.attributes['title']})"]
    kind = PLAIN.get(element.name)
    for name in (element.attributes.get("class") or "").split():
        kind = MEANT.get(name, kind)
    if element.name == "a" and element.attributes.get("href"):
        inner = link(inner, element.attributes["href"])
    if kind == "below":
        inner = [{"is": "break"}, {"is": "note", "pieces": inner}]
    elif kind:
        inner = [{"is": kind, "pieces": inner}]
    if code := element.attributes.get("lang"):
        inner = [{"is": "lang", "code": code, "pieces": inner}]
    return inner


def _trimmed(pieces):
    """Runs of blanks become one, across pieces; none at the ends and beside breaks."""
    flow, blank = [], True  # nothing stands before: a blank would be at the start

    def walk(some):
        nonlocal blank
        out = []
        for piece in some:
            if isinstance(piece, dict):
                piece = dict(piece)
                if piece["is"] == "break":
                    _strip_end(flow)
                    blank = True
                else:
                    piece["pieces"] = walk(piece["pieces"])
                    if not piece["pieces"]:
                        continue
                out.append(piece)
                continue
            text = " ".join(part for part in _blanks_once(piece))
            if blank:
                text = text.lstrip(" ")
            if text:
                blank = text.endswith(" ")
                out.append(text)
                flow.append((out, len(out) - 1))
        return out

    result = walk(pieces)
    _strip_end(flow)
    return result


def _blanks_once(text):
    # Only what HTML calls white space: a no-break space is one an editor meant.
    for sign in "\t\r\n\f":
        text = text.replace(sign, " ")
    parts = text.split(" ")
    middle = [part for part in parts[1:-1] if part]
    return [parts[0], *middle, parts[-1]] if len(parts) > 1 else parts


def _strip_end(flow):
    if flow:
        place, index = flow[-1]
        place[index] = place[index].rstrip(" ")
