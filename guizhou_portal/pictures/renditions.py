"""The sizes and formats a picture is served in.

Their names follow from the original's name and width, so that a page needs neither a query nor
a look at the disk to list them.
"""

from contextlib import suppress
from io import BytesIO
from pathlib import PurePosixPath

from django.core.files.base import ContentFile

WIDTHS = (480, 960, 1600)  # pixels
FALLBACK_WIDTH = 960  # pixels, of the one JPEG for browsers that know neither AVIF nor WebP
#: Format, ending, Pillow's options, best first. AVIF at speed 8: an upload takes under 3 s.
MODERN = (
    ("AVIF", "avif", {"quality": 60, "speed": 8}),
    ("WEBP", "webp", {"quality": 78, "method": 4}),
)
FALLBACK = ("JPEG", "jpg", {"quality": 80, "optimize": True, "progressive": True})


def widths_for(width):
    """Widths in pixels to make of an original ``width`` pixels wide; never larger than it."""
    return sorted({*(w for w in WIDTHS if w < width), min(width, WIDTHS[-1])})


def fallback_width(width):
    return min(width, FALLBACK_WIDTH)


def rendition_name(name, width, ending):
    """``pictures/ab12.jpg`` at 480 as WebP is ``pictures/ab12.480.webp``."""
    return str(PurePosixPath(name).with_suffix(f".{width}.{ending}"))


def rendition_names(name, width):
    """Names of all renditions of the original ``name``, ``width`` pixels wide."""
    modern = [rendition_name(name, w, ending) for _, ending, _ in MODERN for w in widths_for(width)]
    return [*modern, rendition_name(name, fallback_width(width), FALLBACK[1])]


def drawn(content):
    """All renditions of an original's bytes: ``{(width, ending): bytes}``."""
    from PIL import Image

    image = Image.open(BytesIO(content))
    image.load()
    profile = image.info.get("icc_profile")
    made = {}
    for width in widths_for(image.width):
        small = _scaled(image, width)
        for image_format, ending, options in MODERN:
            made[width, ending] = _encoded(small, image_format, options, profile)
    width = fallback_width(image.width)
    on_paper = _on_paper(_scaled(image, width))
    made[width, FALLBACK[1]] = _encoded(on_paper, FALLBACK[0], FALLBACK[2], profile)
    return made


def store(storage, name, renditions):
    """Write ``renditions`` (see :func:`drawn`) of the original ``name`` beside it."""
    for (width, ending), content in renditions.items():
        beside = rendition_name(name, width, ending)
        if storage.exists(beside):  # the same original uploaded again
            storage.delete(beside)
        storage.save(beside, ContentFile(content))


def discard(storage, name, renditions):
    """Take an original back that has just been stored, with those of its renditions there are."""
    for beside in (name, *(rendition_name(name, width, ending) for width, ending in renditions)):
        with suppress(OSError):
            storage.delete(beside)


def _scaled(image, width):
    from PIL import Image

    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _on_paper(image):
    """JPEG knows no transparency: lay the picture on white."""
    from PIL import Image

    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image, image_format, options, profile):
    out = BytesIO()
    image.save(out, image_format, icc_profile=profile, **options)
    return out.getvalue()
