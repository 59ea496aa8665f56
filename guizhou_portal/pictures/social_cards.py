"""The picture that stands for a page where its address is shared: 1200 by 630 pixels."""

import hashlib
import math
import random
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from .draw_artwork import ICON
from .draw_artwork import icon as mark_image
from .landscape import peak, points_above, skyline

WIDTH, HEIGHT = 1200, 630  # pixels
MARGIN = 80  # pixels
SCALE = 2  # drawn twice as large and made small, for smooth edges
#: A change of the drawing changes every card's name, so that none of the old ones is served.
EDITION = 3
FONTS = {
    "latin": settings.BASE_DIR / "static" / "fonts" / "source-serif-4.woff2",
    # A page takes Chinese type from the visitor's system; a server may have none.
    "chinese": Path(__file__).parent / "fonts" / "noto-sans-sc.woff2",
}
PAPER, INK, SOFT, ACCENT = "#faf7f0", "#18231f", "#475550", "#b23a24"
RIDGES = ("#e3eae4", "#c6d5cd", "#97b4aa", "#51807a", "#14453d")


def card_name(title, eyebrow, language):
    """The name a card is stored under: another text, another name."""
    text = "\n".join([str(EDITION), language, eyebrow, title])
    return f"cards/{hashlib.sha256(text.encode()).hexdigest()[:24]}.png"


def stored_card(title, eyebrow, language):
    """The name of the card in the default storage; it is drawn the first time it is asked for."""
    name = card_name(title, eyebrow, language)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(draw(title, eyebrow, language)))
    return name


def draw(title, eyebrow, language):
    """The bytes of a PNG: the title over the ridges, with the line above it and the site's name."""
    from PIL import Image, ImageDraw

    # Pillow cannot measure a line that ends in the middle; sheets may bring such titles in.
    title, eyebrow = (" ".join(text.splitlines()) for text in (title, eyebrow))
    image = _landscape().copy()
    pen = ImageDraw.Draw(image)
    family = "chinese" if language == "zh-hans" or not title.isascii() else "latin"
    if family == "chinese" and not any("\u4e00" <= sign <= "\u9fff" for sign in title):
        family = "latin"
    y = MARGIN + 90
    if eyebrow:
        small = _font("chinese" if language == "zh-hans" else "latin", 30)
        pen.text((MARGIN, y), eyebrow, ACCENT, small)
        y += 54
    font, lines = _fitted(title, family, WIDTH - 2 * MARGIN - 120, 3)
    for line in lines:
        pen.text((MARGIN, y), line, INK, font)
        y += font.size * (1.32 if family == "chinese" else 1.16)
    pen.text((MARGIN + 68, MARGIN - 4), "Guizhou Portal", INK, _font("latin", 34))
    out = BytesIO()
    small = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitted(text, family, width, most):
    """``(font, lines)``: the largest size at which ``text`` stands in ``most`` lines at most."""
    # Chinese has no blanks to break at: rather smaller than torn.
    for size in (120, 96, 76, 66, 58) if family == "chinese" else (96,):
        if _font(family, size).getlength(text) <= width:
            return _font(family, size), [text]
    for size in (76, 66, 58, 50, 44, 38):
        font = _font(family, size)
        if any(font.getlength(piece.rstrip()) > width for piece in _pieces(text)):
            continue
        lines = _broken(text, font, width)
        if len(lines) <= most:
            return font, _balanced(text, font, width, len(lines))
    lines = _broken(text, font, width)
    if len(lines) <= most:
        return font, lines
    last = lines[most - 1]
    while last and font.getlength(last + "…") > width:
        last = last[:-1]
    return font, [*lines[: most - 1], last.rstrip() + "…"]


def _balanced(text, font, width, number):
    """The same ``number`` of lines, as even as they can be."""
    lines = _broken(text, font, width)
    longest = max(font.getlength(piece.rstrip()) for piece in _pieces(text))
    for narrower in range(width, max(width // number, math.ceil(longest)) - 1, -10):
        tried = _broken(text, font, narrower)
        if len(tried) > number:
            break
        lines = tried
    return lines


def _broken(text, font, width):
    """``text`` in lines of at most ``width`` pixels: between words, within a word too long."""
    lines, line = [], ""
    for piece in _pieces(text):
        if font.getlength((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = ""
        for sign in piece:
            if font.getlength(line + sign) > width:
                lines.append(line)
                line = ""
            line += sign
    return [*lines, line.strip()] if line.strip() else lines


def _pieces(text):
    """Words with the blank behind them; each Chinese character by itself."""
    piece = ""
    for sign in text:
        chinese = "\u3000" <= sign <= "\uffef"
        if chinese and piece and sign not in "，。、；：？！）》”":
            yield piece
            piece = ""
        piece += sign
        if sign in " -" or (chinese and sign not in "（《“"):
            yield piece
            piece = ""
    if piece:
        yield piece


@cache
def _font(family, size):
    from PIL import ImageFont

    font = ImageFont.truetype(str(FONTS[family]), size)
    if family == "latin":
        font.set_variation_by_axes([650])
    return font


@cache
def _landscape():
    """Mark and ridges, the same on every card, as a Pillow image."""
    from PIL import Image, ImageDraw

    rng = random.Random(11)  # noqa: S311  (seeded, so that every card has the same hills; guards nothing)
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    layers = [
        ([(700, 100, 70), (860, 190, 62), (1010, 300, 74), (1150, 250, 66)], 70),
        ([(560, 60, 90), (790, 130, 66), (930, 170, 60), (1090, 220, 78)], 50),
        ([(240, 40, 130), (640, 80, 84), (850, 110, 62), (1020, 140, 66), (1170, 170, 70)], 36),
        ([(90, 50, 120), (430, 46, 120), (720, 70, 80), (960, 84, 72), (1120, 100, 76)], 20),
        ([(60, 30, 130), (330, 26, 120), (600, 36, 100), (840, 44, 80), (1060, 56, 90)], 8),
    ]
    lines = [skyline([peak(*one) for one in towers], base, rng, 1.5) for towers, base in layers]
    for level, line in enumerate(lines):
        crest = [(x * SCALE, (HEIGHT - line(x)) * SCALE) for x in range(-4, WIDTH + 8, 3)]
        foot = HEIGHT * SCALE
        pen.polygon([(crest[0][0], foot), *crest, (crest[-1][0], foot)], fill=RIDGES[level])
        if level == 0:
            for x, y, radius, accent in points_above(line, (930, 1190), rng, HEIGHT, 170, 12):
                box = [(x - radius), (y - radius), (x + radius), (y + radius)]
                pen.ellipse([one * SCALE for one in box], ACCENT if accent else ICON["point"])
    ground = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    ground.paste(mark_image(54, PAPER), (MARGIN - 2, MARGIN - 16))
    return ground
