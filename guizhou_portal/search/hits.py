"""What is shown of the records that were found."""

from dataclasses import dataclass

from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.richtext import RichTextField

from .declared import DECLARED, is_translated
from .index import texts_of
from .marks import FARTHEST, composed, excerpt, marked, places
from .words import without_tags


@dataclass
class Hit:
    """One result. Title and excerpt are HTML with marks; languages are "" if they are the page's
    own, or if a text has none.
    """

    address: str
    title: str
    title_language: str
    note: str
    note_language: str
    excerpt: str
    excerpt_language: str


def hits(found, words, keys=None):
    """The :class:`Hit` of each record of a :class:`.ranking.Found`, in its order."""
    kind = found.kind
    keys = found.keys if keys is None else keys
    records = kind.records().in_bulk(keys)
    made, unexplained = {}, []
    for key in keys:
        if key in records:
            made[key] = _made(kind, records[key], words)
            if made[key].excerpt is None:
                unexplained.append(key)
    told = _told_by_others(kind, unexplained, words)
    for key in unexplained:
        text, language, at = told.get(key) or (*_beginning(kind, records[key]), [])
        made[key].excerpt, made[key].excerpt_language = excerpt(text, at), _other(language)
    return list(made.values())


def _made(kind, record, words):
    title, title_language = kind.shown(record, kind.title_field)
    title = composed(title)
    in_title = places(title, words)
    note, note_language = kind.note_of(record)
    hit = Hit(
        kind.address(record),
        marked(title, in_title),
        _other(title_language),
        str(note),
        _other(note_language),
        None,
        "",
    )
    chosen = _telling(_own_texts(kind, record), words, len({one for *_, one in in_title}))
    if chosen:
        text, language, at = chosen
        hit.excerpt, hit.excerpt_language = excerpt(text, at), _other(language)
    elif len({one for *_, one in in_title}) == len(words):
        text, language = _beginning(kind, record)
        hit.excerpt, hit.excerpt_language = excerpt(text, []), _other(language)
    return hit


def _other(language):
    return "" if language == get_language() else language


def _own_texts(kind, record):
    """``(text, language, whether it is a title)`` of the record itself, the visitor's language
    first; its titles only in other languages than the one it is shown in.
    """
    _, shown_in = kind.shown(record, kind.title_field)
    titles = [name for name in DECLARED[kind.model].titles if "__" not in name]
    fields = [*((name, False) for name in kind.texts), *((name, True) for name in titles)]
    for language in resolution_order(get_language()):
        for name, is_title in fields:
            if not is_translated(kind.model, name):
                if language == get_language() and name != kind.title_field:
                    yield _plain(record, name, name), "", is_title
            elif not (name == kind.title_field and language == shown_in):
                column = build_localized_fieldname(name, language)
                yield _plain(record, name, column), language, is_title


def _plain(record, name, column):
    text = getattr(record, column) or ""
    if isinstance(record._meta.get_field(name), RichTextField):
        text = without_tags(text)
    return composed(text[:FARTHEST])


def _telling(texts, words, in_title):
    """The text that has most of the words: ``(text, language, places)``, or None.

    In the visitor's language if one of them stands there; in another only to explain what the
    title does not.
    """
    best, best_number, own = None, 0, get_language()
    for text, language, _is_title in texts:
        if language not in ("", own) and (best or in_title == len(words)):
            break
        at = places(text, words)
        number = len({one for *_, one in at})
        if number > best_number:
            best, best_number = (text, language, at), number
            if number == len(words):
                break
    return best


def _beginning(kind, record):
    """The text a visitor would be told first: ``(text, language)``."""
    for name in kind.texts:
        text, language = kind.shown(record, name)
        if text:
            if isinstance(record._meta.get_field(name), RichTextField):
                text = without_tags(text)
            return composed(text[:FARTHEST]), language
    return "", ""


def _told_by_others(kind, keys, words):
    """``{key: (text, language, places)}``: names and parts of others by which they were found."""
    if not keys:
        return {}
    columns = [column for column in DECLARED[kind.model].columns if column.path]
    order = {language: n for n, language in enumerate(["", *resolution_order(get_language())])}
    best = {}
    for key, column, text in texts_of(DECLARED[kind.model], keys, columns, public=True):
        text = composed(text[:FARTHEST])
        at = places(text, words)
        if at:
            worth = (len({one for *_, one in at}), -order[column.language])
            if key not in best or worth > best[key][0]:
                best[key] = (worth, (text, column.language, at))
    return {key: told for key, (_, told) in best.items()}
