"""What pages draw, all of it inline: icons, motifs of sectors, the map, QR codes."""

from functools import cache, lru_cache

from django import template
from django.template.loader import select_template
from django.utils.safestring import mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag
@cache
def icon(name):
    """An icon of the Lucide set, as high as the text it stands in."""
    own = {"class": "icon", "aria-hidden": "true", "focusable": "false"}
    return lucide(name, size=None, **own)


def drawn(*names):
    """The first of the drawings in ``templates/artwork/`` that exists."""
    return select_template([f"artwork/{name}.svg" for name in names]).render()


@register.simple_tag
@cache
def motif(name):
    """The drawing of a sector; a cloud of points for one that has none of its own."""
    return drawn(f"motif-{name}", "motif-cloud")


@register.simple_tag
@cache
def scene(kind):
    """The drawing of what a location offers, by its kind."""
    return drawn(f"scene-{kind}")


@register.simple_tag
@cache
def emblem(kind):
    """What stands for an organisation of a kind, as people stand behind their monogram."""
    return drawn(f"emblem-{kind}")


@register.inclusion_tag("partials/stylesheets.html")
def stylesheets():
    """Links to the public style sheets: joined as one where they were collected for production."""
    from django.contrib.staticfiles.storage import staticfiles_storage

    from guizhou_portal.staticfiles import JOINED, PRINT_SHEET, SHEETS, PortalStaticFilesStorage

    if isinstance(staticfiles_storage, PortalStaticFilesStorage):
        return {"sheets": [JOINED]}
    return {"sheets": SHEETS, "print_sheet": PRINT_SHEET}


@register.inclusion_tag("partials/map.html")
def guizhou_map(places, linked=False):
    """The map of Guizhou with a mark for each of ``places`` that is a point in it.

    A place may carry ``entries``, what is to be found there. ``linked``: marks lead to the
    element ``place-<slug>`` of the same page, where the list beside the map says the same.
    """
    from guizhou_portal.pictures import guizhou_map

    places = list(places)
    marks = []
    for place in places:
        if place.latitude is None or place.kind == place.Kind.PROVINCE:
            continue
        if at := guizhou_map.position(place.latitude, place.longitude):
            marks.append({"place": place, "x": at[0], "y": at[1]})
    return {
        "marks": marks,
        "province": next((one for one in places if one.kind == one.Kind.PROVINCE), None),
        "centre": (guizhou_map.WIDTH / 2, guizhou_map.HEIGHT / 2),
        "linked": linked,
        "outline": guizhou_map.outline(),
        "borders": guizhou_map.borders(),
        "width": guizhou_map.WIDTH,
        "height": guizhou_map.HEIGHT,
    }


@register.simple_tag
@lru_cache(maxsize=256)
def qr_code(text):
    """``text`` as a QR code (ISO/IEC 18004), for paper."""
    import segno

    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=0, omitsize=True, svgclass="qr-code", lineclass=None
    )
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S308  (squares)
