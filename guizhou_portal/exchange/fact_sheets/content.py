"""A sheet as the JSON text the template takes: words, colours, drawings, and clean strings."""

import json
import unicodedata
from urllib.parse import urljoin, urlsplit

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext

from guizhou_portal.pages.models import Operator
from guizhou_portal.templatetags import portal

from .drawings import colours, drawing, qr_code
from .fonts import has_sign
from .inline import labelled, said, words

#: What stands for a sign none of the typefaces has.
INSTEAD = "□"
#: Signs without a shape that do their work all the same: places where a word may break.
KEPT = {"\u00ad", "\u200b", "\n"}
LONG = 30_000  # signs; the lines of longer sheets are broken more quickly and less evenly
LONGEST_WORD = 28  # signs; what is longer may break anywhere
LONGEST_ADDRESS = 2000  # signs
#: Strings that are not set as text.
NOT_SHOWN = {"drawing", "mark", "qr", "emblem", "page", "name", "code", "updated"}
SCHEMES = {"http", "https", "mailto", "tel"}


def content_of(sheet, page):
    """The JSON text of a :class:`~.parts.Sheet` in the active language.

    ``page``: the absolute address of the record's page. The same text makes the same PDF.
    """
    record, naming = sheet.record, sheet.record.naming_field
    title, language = portal.translation(record, naming)
    updated = timezone.localtime(record.updated)
    day = formats.date_format(updated, "DATE_FORMAT")
    operator = Operator.current().name
    placeholders = {"number": "{n}", "total": "{N}"}
    content = {
        "language": get_language(),
        "title": " ".join((title or record.slug).split()),
        "title_code": language or get_language(),
        "eyebrow": sheet.eyebrow,
        "lead": said(record, sheet.lead, note=False) if sheet.lead else [],
        "notes": words(portal.language_notes(record, *filter(None, [naming, sheet.lead]))),
        "marks": sheet.marks,
        "drawing": drawing(sheet.drawing),
        "kind_of_drawing": sheet.drawing.split("-")[0],
        "photo": sheet.photo,
        "body": sheet.body,
        "mark": drawing("mark"),
        "qr": qr_code(page),
        "page": page,
        "colours": colours(),
        "updated": updated.isoformat(),
        "words": {
            "kind": gettext("Fact sheet"),
            "state": gettext("As of %(date)s") % {"date": day},
            "pages": gettext("Page %(number)s of %(total)s") % placeholders,
            "address": "".join(labelled(gettext("This page:"), [])),
            "operator": labelled(gettext("Published by:"), [operator]) if operator else [],
        },
    }
    content = _clean(content, page)
    shown = json.dumps([content[part] for part in ("title", "lead", "body")], ensure_ascii=False)
    content["is_long"] = len(shown) > LONG
    content["missing"] = ""
    if INSTEAD in shown:
        note = gettext(
            "%(sign)s stands for signs that cannot be printed here; the web page shows them."
        )
        content["missing"] = note % {"sign": INSTEAD}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _clean(value, page, name=""):
    """The same data with strings that can be printed and links that lead somewhere."""
    if isinstance(value, dict):
        if value.get("is") == "link":
            address = _absolute(value["to"], page)
            pieces = _clean(value["pieces"], page)
            return {**value, "to": address, "pieces": pieces}
        return {key: _clean(one, page, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one, page) for one in value]
    if isinstance(value, str) and name not in NOT_SHOWN:
        return printable(value)
    return value


def _absolute(address, page):
    """Where a link leads, in full; "" if that is nowhere a sheet can lead to."""
    try:
        address = urljoin(page, "".join(address.split()))
        if urlsplit(address).scheme in SCHEMES and len(address) <= LONGEST_ADDRESS:
            return address
    except ValueError:
        pass
    return ""


def printable(text):
    """``text`` with nothing in it the typefaces cannot show, and no word too long for a line."""
    text = unicodedata.normalize("NFC", text)
    if not text.isascii() or not text.isprintable():
        text = "".join(_shown(sign) for sign in text)
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(
        _breakable(word) if len(word) > LONGEST_WORD else word for word in text.split(" ")
    )


def _shown(sign):
    if sign in KEPT:
        return sign
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Cf", "Cs") or "\ufe00" <= sign <= "\ufe0f":
        return ""
    if kind in ("Zs", "Zl", "Zp") and not has_sign(sign):
        return " "
    return sign if has_sign(sign) else INSTEAD


def _breakable(word):
    """A long word that may break after the signs addresses are made of, else anywhere."""
    out, since = [], 0
    for sign in word:
        out.append(sign)
        since = 0 if sign in "\u00ad\u200b-–—" or sign > "\u2e7f" else since + 1
        if since >= LONGEST_WORD or (since > 3 and sign in "/.?&=_@"):
            out.append("\u200b")
            since = 0
    return "".join(out)
