"""How records are put into words on a page: language marks, unknown values, pictures, money."""

from functools import cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.context import kept_query, with_query
from guizhou_portal.licences import Licence
from guizhou_portal.pictures.focus import focus_classes, focus_of
from guizhou_portal.pictures.renditions import (
    FALLBACK,
    MODERN,
    fallback_width,
    rendition_name,
    widths_for,
)

register = template.Library()


@cache
def columns_of(field, language):
    """``[(attribute, language), …]`` of a translated field, best first for readers of one."""
    return [(build_localized_fieldname(field, one), one) for one in resolution_order(language)]


def translation(record, field):
    """``(text, language)`` of a translated field as a visitor gets it; ``("", None)`` if empty."""
    for name, language in columns_of(field, get_language()):
        text = getattr(record, name, None)
        if text:
            return text, language
    return "", None


def shown_in(language):
    """The words that say in which language a text is shown, in the visitor's language."""
    return {
        "de": gettext("in German"),
        "en": gettext("in English"),
        "zh-hans": gettext("in Chinese"),
    }[language]


def language_note(language):
    return format_html(' <small class="language-note">{}</small>', shown_in(language))


@register.simple_tag
def tr(record, field, note=True):
    """A translated text, with ``lang`` and a small note where it is shown in another language."""
    text, language = translation(record, field)
    if language in (None, get_language()):
        return text
    return format_html(
        '<span lang="{}">{}</span>{}', language, text, language_note(language) if note else ""
    )


@register.simple_tag
def language_notes(record, *fields):
    """One note for several texts of a record, where any is shown in another language."""
    found = {translation(record, field)[1] for field in fields} - {None, get_language()}
    return format_html_join(
        " ",
        '<span class="language-note">{}</span>',
        ((gettext("Shown %(language)s.") % {"language": shown_in(one)},) for one in sorted(found)),
    )


def in_frames(text):
    """Sanitised HTML whose tables scroll by themselves, with the keyboard too, in a narrow page."""
    frame = format_html(
        '<div class="table-frame" role="region" tabindex="0" aria-label="{}">', gettext("Table")
    )
    return text.replace("<table", f"{frame}<table").replace("</table>", "</table></div>")


@register.simple_tag
def rich(record, field):
    """A translated rich text (sanitised when saved), marked like :func:`tr`, in its own block."""
    text, language = translation(record, field)
    if not text:
        return ""
    text = in_frames(text)
    if language == get_language():
        return format_html('<div class="prose">{}</div>', mark_safe(text))  # noqa: S308
    words = gettext("This text is shown %(language)s.") % {"language": shown_in(language)}
    return format_html(
        '{}<div class="prose" lang="{}">{}</div>',
        render_to_string("partials/notice.html", {"words": words, "symbol": "languages"}),
        language,
        mark_safe(text),  # noqa: S308
    )


@register.filter
def with_colon(label):
    """A label with the colon of the visitor's language, for :func:`labelled`."""
    return gettext("%(label)s:") % {"label": label}


@register.filter
def known(value):
    """The value, or the words for one that is not published."""
    if value is None or value == "":
        return unknown()
    return value


@register.simple_tag
def unknown(words=None):
    return format_html(
        '<span class="unknown">{}</span>', gettext("not published") if words is None else words
    )


@register.simple_tag
def labelled(label, value):
    """A label with its colon, and the value; Chinese sets no space after a full-width colon."""
    return format_html("{}{}{}", label, "" if label.endswith("：") else " ", value)


@register.filter
def known_choice(record, field):
    """A choice in words; its value ``not_published`` and an empty one look like other unknowns."""
    value = getattr(record, field)
    if value in (None, "", "not_published"):
        return unknown()
    return capfirst(getattr(record, f"get_{field}_display")())


@register.filter
def money(amount, currency):
    """``1.500.000 EUR`` as the language writes numbers; the words for unknown if there is none."""
    if amount is None:
        return unknown()
    places = 0 if amount == amount.to_integral_value() else 2
    return format_html("{}\u00a0{}", number_format(amount, places, force_grouping=True), currency)


@register.filter
def adds_to(kind, title):
    """``kind`` unless the title says it already: “Grußwort” is not set above “Grußworte”."""
    return "" if str(kind).casefold() in str(title).casefold() else kind


@register.filter
def country_name(code):
    """A country in the visitor's language (ISO 3166-1 alpha-2), also from a plain code."""
    from django_countries import countries

    return countries.name(str(code)) if code else ""


@register.filter
def in_language(code):
    """The name of a language in the visitor's language."""
    return dict(settings.LANGUAGES).get(code, "")


@register.filter
def split_name(name):
    """``QIN Rupei`` with the family name marked, so that readers know which it is."""
    marked = '<span class="family-name">{}</span>'
    return format_html_join(
        "\u00a0",
        "{}",
        ((format_html(marked, part) if part.isupper() else part,) for part in name.split()),
    )


@register.inclusion_tag("partials/picture.html")
def picture(image, alt, sizes="100vw", eager=False, lang=""):
    """A stored picture in all formats and widths.

    ``alt``: what it shows, ``lang``: of these words if not the page's, ``sizes``: CSS width.
    """
    # From the record, not from the file: a page opens no pictures.
    width = getattr(image.instance, image.field.width_field)
    height = getattr(image.instance, image.field.height_field)
    url = image.storage.url
    return {
        "sources": [
            {
                "type": f"image/{name.lower()}",
                "srcset": ", ".join(
                    f"{url(rendition_name(image.name, w, ending))} {w}w" for w in widths_for(width)
                ),
            }
            for name, ending, _ in MODERN
        ],
        "src": url(rendition_name(image.name, fallback_width(width), FALLBACK[1])),
        "width": width,
        "height": height,
        "alt": alt,
        "lang": lang,
        "focus": focus_classes(*focus_of(image.instance, image.field.name)),
        "sizes": sizes,
        "eager": eager,
    }


@register.simple_tag
def credit(words, licence=""):
    """Whose work it is and under which terms it may be used, each if known; with a link to them."""
    parts = [words] if words else []
    if licence in Licence.values:
        terms = Licence(licence)
        link = '<a href="{}" rel="license noopener">{}</a>'
        parts.append(format_html(link, terms.url, terms.label) if terms.url else terms.label)
    return format_html_join(" · ", "{}", ((part,) for part in parts))


@register.simple_tag
def office(appearance):
    """The office a person held at the time, else the position known, else that it is unknown."""
    record, field = appearance.office_record
    return tr(record, field) or unknown()


@register.filter
def at_page(request, number):
    """The address of a page of the list that is shown, with what the list is narrowed by."""
    return with_query(request.path, kept_query(request), f"page={number}" if number > 1 else "")


@register.filter
def at_cursor(request, cursor):
    """The same for a place in the list that has no number."""
    return with_query(request.path, kept_query(request), f"cursor={cursor}")


@register.filter
def under(path, section):
    """``page`` if the address is the section's own, ``true`` if it lies below, else nothing."""
    if path == section:
        return "page"
    return "true" if path.startswith(section) else ""


@register.filter
def menu_place(path):
    """Where in the menu an address is: its section, and whether it lies below that."""
    _, _language, section, *below = f"{path}///".split("/")[:4]
    return f"{section}/" if any(below) else section


@register.filter
def shown_language(record, field):
    """The language a translated field is shown in, if it is not the page's own; else nothing."""
    language = translation(record, field)[1]
    return "" if language == get_language() else language or ""
