"""The site's drawings and pictures as typst takes them: SVG with its colours in it."""

import base64
import logging
import re
from functools import cache
from io import BytesIO

from django.conf import settings
from django.core.files.storage import default_storage

from guizhou_portal.pictures.renditions import FALLBACK, fallback_width, rendition_name
from guizhou_portal.templatetags.drawings import drawn

logger = logging.getLogger(__name__)

TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}),")
#: What the classes of the drawings mean, as in static/css/components.css; names are tokens.
FILLED = {
    **{f"ridge-{n}": f"ridge-{n}" for n in range(1, 6)},
    "point": "point", "point-accent": "accent", "motif-dot": "accent",
    "mark-peak": "jade", "mark-peak-soft": "jade-soft",
}  # fmt: skip
STOPS = {
    **{f"ridge-top-{n}": f"ridge-{n}" for n in range(1, 5)},
    "ridge-foot-1": "mist", "ridge-foot-2": "mist", "ridge-foot-3": "ridge-1",
    "ridge-foot-4": "ridge-2",
}  # fmt: skip
STROKED = {"motif-line": ("accent", 2.5), "motif-line-soft": ("accent", 2.5),
           "emblem-line": ("jade", 1.6)}  # fmt: skip

PHOTO_SHAPE = (174, 62)  # millimetres
PHOTO_WIDTH = 1030  # pixels: 150 to the inch
PHOTO_MOST = 120_000  # bytes: a sheet stays under 300 kB


@cache
def colours():
    """``{name: "#14453d"}`` of the site's light colours, from where they are kept."""
    sheet = settings.BASE_DIR / "static" / "css" / "tokens.css"
    found = TOKEN.findall(sheet.read_text(encoding="utf-8"))
    return dict(reversed(found))  # the first counts: later ones are for more contrast


@cache
def drawing(name):
    """A drawing of ``templates/artwork`` as a file of its own."""
    rules = [f".{one}{{fill:{colours()[token]}}}" for one, token in FILLED.items()]
    rules += [f".{one}{{stop-color:{colours()[token]}}}" for one, token in STOPS.items()]
    rules += [
        f".{one}{{fill:none;stroke:{colours()[token]};stroke-width:{width};"
        "stroke-linecap:round;stroke-linejoin:round}"
        for one, (token, width) in STROKED.items()
    ]
    rules.append(".motif-line-soft{opacity:.5}")
    return re.sub(
        r"<svg ([^>]*)>",
        rf'<svg xmlns="http://www.w3.org/2000/svg" \1><style>{"".join(rules)}</style>',
        drawn(name),
        count=1,
    )


def qr_code(text):
    import segno

    return segno.make(text, error="m", micro=False).svg_inline(
        border=0, omitsize=True, dark=colours()["ink"]
    )


def photo(picture):
    """SVG around a rendition, cut to the sheet's shape and made small; None if it is not there.

    typst reads files by name or SVG from memory: this way nothing is written to the disk.
    """
    from PIL import Image, UnidentifiedImageError

    name = rendition_name(picture["name"], fallback_width(picture["width"]), FALLBACK[1])
    try:
        with default_storage.open(name) as file:
            image = Image.open(BytesIO(file.read()))
            image = image.convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError) as error:
        logger.warning("fact sheet without its picture %s: %s", name, error)
        return None
    box = _cut(image.size, picture["focus"])
    width = min(PHOTO_WIDTH, round(box[2] - box[0]))
    height = round(width * PHOTO_SHAPE[1] / PHOTO_SHAPE[0])
    image = image.resize((width, height), Image.Resampling.LANCZOS, box=box)
    for quality in (76, 66, 56, 44, 32, 20):
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= PHOTO_MOST:
            break
    encoded = base64.b64encode(out.getvalue()).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{encoded}"/></svg>'
    )


def _cut(size, focus):
    """The largest part of a picture in the sheet's shape around its focal point, in pixels."""
    shape = PHOTO_SHAPE[0] / PHOTO_SHAPE[1]
    width, height = min(size[0], size[1] * shape), min(size[1], size[0] / shape)
    left = (size[0] - width) * focus[0] / 100
    top = (size[1] - height) * focus[1] / 100
    return left, top, left + width, top + height
