"""Formatted texts as blocks: paragraphs, headings, lists, quotations and tables."""

from django.utils.translation import get_language, gettext

from guizhou_portal.templatetags.portal import shown_in, translation

from .inline import pieces_of, tree_of

HEADINGS = {"h3": 2, "h4": 3}  # the sheet's own sections are the first level
BLOCKS = {"p", "h3", "h4", "ul", "ol", "blockquote", "table", "div"}


def prose(record, name):
    """The part for a formatted text of a record, marked where it is in another language."""
    text, language = translation(record, name)
    part = {"part": "prose", "blocks": blocks_of(tree_of(text))}
    if language not in (None, get_language()):
        note = gettext("This text is shown %(language)s.") % {"language": shown_in(language)}
        part |= {"code": language, "note": [note]}
    return part


def blocks_of(element):
    """The blocks in an element; loose text between them becomes paragraphs."""
    blocks, loose, above = [], [], 1

    def close():
        if pieces := pieces_of(_with(element, loose)):
            blocks.append({"block": "p", "pieces": pieces})
        loose.clear()

    for child in element.children:
        if isinstance(child, str) or child.name not in BLOCKS:
            loose.append(child)
            continue
        close()
        block = _block(child)
        if block and block["block"] == "heading":
            # Readers' programs, and PDF/UA, want no level left out.
            block["level"] = above = min(block["level"], above + 1)
        if block:
            blocks.append(_spoken(child, block))
    close()
    return blocks


def _block(element):
    name = element.name
    if name in HEADINGS:
        pieces = pieces_of(element)
        return pieces and {"block": "heading", "level": HEADINGS[name], "pieces": pieces}
    if name in ("ul", "ol"):
        items = [
            _spoken(one, {"blocks": blocks_of(one)})
            for one in element.children
            if not isinstance(one, str) and one.name == "li"
        ]
        items = [one for one in items if one["blocks"]]
        return items and {"block": name, "items": items}
    if name in ("blockquote", "div"):
        blocks = blocks_of(element)
        return blocks and {"block": "quote" if name == "blockquote" else "div", "blocks": blocks}
    if name == "table":
        return _table(element)
    pieces = pieces_of(element)
    return pieces and {"block": "p", "pieces": pieces}


def _table(element):
    rows, caption = [], []

    def walk(parent):
        for child in parent.children:
            if isinstance(child, str):
                continue
            if child.name == "caption":
                caption.extend(pieces_of(child))
            elif child.name == "tr":
                cells = [one for one in child.children if not isinstance(one, str)]
                rows.append([(one.name == "th", pieces_of(one)) for one in cells])
            else:
                walk(child)

    walk(element)
    rows = [row for row in rows if row]
    if not rows:
        return None
    width = max(len(row) for row in rows)
    cells = [[*row, *[(False, [])] * (width - len(row))] for row in rows]
    head = 0
    while head < len(rows) - 1 and all(is_head for is_head, _ in rows[head]):
        head += 1
    return {
        "block": "table",
        "caption": caption,
        "columns": width,
        "head": [pieces for row in cells[:head] for _, pieces in row],
        "cells": [
            {"head": is_head, "pieces": pieces} for row in cells[head:] for is_head, pieces in row
        ],
    }


def _spoken(element, block):
    """The block with its own language, if the element has one."""
    code = element.attributes.get("lang")
    return {**block, "code": code} if code else block


def _with(element, children):
    return type(element)(element.name, {}, list(children))
