"""Uploaded pictures, made safe: read whole, turned upright, freed of metadata, or refused.

What a visitor's browser gets is always something this module has decoded and written anew, so
that neither a camera's position nor a hostile file reaches the public folder.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: How many times longer than the other a side may be: WebP knows no side over 16,383 pixels.
MAX_RATIO = 10
#: Pillow's name of each format accepted, with the ending its originals are kept under.
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
#: A telephone's JPEG with further pictures behind the first, such as a preview or a depth map.
SEVERAL = "MPO"


@dataclass(frozen=True)
class Original:
    """A picture that has passed: ``content`` in bytes, size in pixels, a name made from both."""

    content: bytes
    name: str
    width: int
    height: int


def read_original(upload):
    """Check an uploaded file and write it anew.

    ``upload`` is a Django ``File``. Returns an :class:`Original`; raises ``ValidationError``
    with one clear sentence if the file is too large, not a still picture in one of
    :data:`ENDINGS`, damaged, or holds more than :data:`MAX_PIXELS`.
    """
    from PIL import Image, ImageOps

    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The picture is %(size)s large; at most %(most)s are possible."),
            code="too_many_bytes",
            params={"size": filesizeformat(upload.size), "most": filesizeformat(MAX_BYTES)},
        )
    upload.seek(0)
    try:
        image = Image.open(BytesIO(upload.read()), formats=[*ENDINGS, SEVERAL])
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:  # Pillow's readers raise whatever a hostile file makes them raise
        raise ValidationError(
            _("This file is not a picture we can read. Please upload a JPEG, PNG, WebP or AVIF."),
            code="not_a_picture",
        ) from error
    # The size stands in the header: refuse before a single pixel is unpacked.
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(image.width * image.height)
    if max(image.size) > MAX_RATIO * min(image.size):
        raise ValidationError(
            _("The picture is too narrow: one side may be %(most)d times as long as the other."),
            code="too_narrow",
            params={"most": MAX_RATIO},
        )
    image_format = "JPEG" if image.format == SEVERAL else image.format
    if image.format != SEVERAL and getattr(image, "n_frames", 1) > 1:
        raise ValidationError(
            _("The picture is animated. Please upload a still picture."), code="animated"
        )
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        content = _written_anew(upright, image_format)
    except Exception as error:
        raise ValidationError(
            _("The picture is damaged or incomplete. Please export it again and upload it anew."),
            code="damaged",
        ) from error
    name = f"{hashlib.sha256(content).hexdigest()[:20]}.{ENDINGS[image_format]}"
    return Original(content, name, upright.width, upright.height)


def _too_many_pixels(pixels=None):
    return ValidationError(
        _("The picture has more than %(most)d megapixels. Please upload a smaller version."),
        code="too_many_pixels",
        params={"most": MAX_PIXELS // 1_000_000},
    )


def _written_anew(image, image_format):
    """The picture's bytes without EXIF, GPS, XMP or comments; its colour profile stays."""
    profile = image.info.get("icc_profile")
    if image.mode not in ("RGB", "RGBA"):
        image, profile = _in_rgb(image, profile), None
    if image_format == "JPEG":
        image = image.convert("RGB")
    bare = image.copy()
    bare.info = {}
    options = {"icc_profile": profile}
    if image_format in ("JPEG", "WEBP", "AVIF"):
        options["quality"] = 90
    if image_format == "AVIF":
        options["speed"] = 8  # of 10: the slower ones take half a minute for a large picture
    out = BytesIO()
    bare.save(out, image_format, **options)
    return out.getvalue()


def _in_rgb(image, profile):
    """Greys, palettes and the inks of print shops as the screen's colours (sRGB)."""
    from PIL import ImageCms

    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "CMYK" and profile:
        try:
            return ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that is broken: without it the colours are near enough
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
