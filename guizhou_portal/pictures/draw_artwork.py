"""Draws the portal's artwork: karst ridges in mist that dissolve into points of data.

    python -m guizhou_portal.pictures.draw_artwork

writes the SVG files in ``templates/artwork/`` and the icons in ``static/img/``. The same seed gives
the same drawing. Colours are classes, styled in ``static/css/components.css``, so that the drawings
follow the light and the dark theme; a strict content security policy allows no inline style.
"""

import random
from pathlib import Path

from .landscape import dots_path, fade, peak, points_above, ridge, skyline, svg
from .line_drawings import CREST, EMBLEM_HILLS, EMBLEMS, MOTIFS, SCENES

ROOT = Path(__file__).resolve().parents[2]
ARTWORK = ROOT / "templates" / "artwork"
IMAGES = ROOT / "static" / "img"


def hero():
    """Low and airy where the headline stands, towers to the right, five layers of distance."""
    rng = random.Random(20)
    width, height = 1600, 640
    layers = [
        # centre, height, half width of each tower, then the height of the layer's foot
        ([(560, 60, 150), (760, 190, 78), (905, 300, 74), (1040, 240, 62), (1180, 400, 92),
          (1330, 330, 70), (1470, 455, 98), (1600, 330, 80)], 96),
        ([(120, 40, 190), (640, 95, 110), (820, 150, 80), (990, 290, 76), (1110, 215, 62),
          (1285, 345, 88), (1420, 260, 66), (1560, 300, 86)], 70),
        ([(60, 60, 150), (300, 45, 170), (720, 110, 96), (900, 175, 74), (1075, 225, 80),
          (1215, 170, 60), (1375, 250, 82), (1530, 190, 72)], 48),
        ([(-20, 85, 130), (210, 55, 120), (560, 62, 130), (800, 105, 88), (975, 120, 66),
          (1160, 150, 84), (1300, 112, 60), (1460, 165, 92), (1620, 140, 80)], 24),
        ([(90, 46, 150), (420, 34, 190), (690, 56, 110), (900, 64, 96), (1090, 58, 84),
          (1270, 86, 94), (1430, 72, 74), (1580, 96, 96)], 6),
    ]  # fmt: skip
    lines = [
        skyline([peak(*tower, lean=rng.uniform(-1, 1)) for tower in towers], base, rng)
        for towers, base in layers
    ]
    dots = points_above(lines[0], (1100, 1600), rng, height, 260)
    dots += points_above(lines[1], (1210, 1370), rng, height, 150)
    parts = ["<defs>", *(fade("hero", level) for level in (1, 2, 3, 4)), "</defs>"]
    for level, line in enumerate(lines, start=1):
        paint = f'fill="url(#hero-{level})"' if level < 5 else 'class="ridge-5"'
        parts.append(f'<path {paint} d="{ridge(line, width, height, 1.6)}"/>')
        if level == 1:
            parts.append(f'<path class="point" d="{dots_path([d for d in dots if not d[3]])}"/>')
            parts.append(f'<path class="point-accent" d="{dots_path([d for d in dots if d[3]])}"/>')
    return svg(width, height, "".join(parts))


def divider():
    """A quiet line of hills where the footer begins."""
    rng = random.Random(8)
    width, height = 1600, 120
    back = [
        peak(60, 52, 110), peak(250, 84, 74), peak(340, 44, 60), peak(620, 34, 150),
        peak(910, 66, 90), peak(1000, 92, 64), peak(1130, 40, 120), peak(1450, 74, 96),
    ]  # fmt: skip
    front = [
        peak(-20, 34, 240), peak(420, 24, 260), peak(800, 16, 220), peak(1180, 32, 300),
        peak(1620, 26, 220),
    ]  # fmt: skip
    return svg(
        width,
        height,
        f'<path class="ridge-2" d="{ridge(skyline(back, 14, rng, 1), width, height)}"/>'
        f'<path class="ridge-5" d="{ridge(skyline(front, 10, rng, 1), width, height)}"/>',
    )


def edge():
    """Low hills on the upper edge of a tinted section: what comes next lies behind them."""
    rng = random.Random(15)
    width, height = 1600, 56
    hills = [
        peak(130, 20, 150), peak(330, 40, 92), peak(452, 26, 84), peak(790, 14, 240),
        peak(1130, 22, 120), peak(1262, 44, 86), peak(1362, 30, 70), peak(1560, 18, 130),
    ]  # fmt: skip
    path = ridge(skyline(hills, 4, rng, 0.8), width, height, 0.8)
    return svg(width, height, f'<path class="edge" d="{path}"/>', "none")


def line_drawing(name, lines):
    """Two pale ridges, points that rise from the subject, and the line that draws it."""
    rng = random.Random(name)
    width, height = 400, 160
    far = [peak(c, rng.uniform(56, 104), rng.uniform(30, 44)) for c in range(20, 400, 88)]
    near = [peak(c, rng.uniform(14, 34), rng.uniform(40, 64)) for c in range(-10, 420, 96)]
    left, right, top = CREST[name]
    crest = peak((left + right) / 2, 8, (right - left) / 2)
    dots = points_above(
        lambda x: height - top + crest(x), (left, right), rng, height, min(top, 58), 9
    )
    return svg(
        width,
        height,
        f'<path class="ridge-1" d="{ridge(skyline(far, 16, rng, 1), width, height)}"/>'
        f'<path class="ridge-2" d="{ridge(skyline(near, 6, rng, 1), width, height)}"/>'
        f'<path class="point" d="{dots_path(dots)}"/>{lines}',
    )


def emblem(lines):
    """What stands for an organisation of a kind, as people stand behind their monogram."""
    return svg(
        48,
        48,
        f'<path class="ridge-2" d="{EMBLEM_HILLS}"/><path class="emblem-line" d="{lines}"/>',
        "xMidYMid meet",
    )


#: The mark's three peaks on 40 by 40, as drawing commands and as dots above the highest.
MARK_PEAKS = (
    ("mark-peak-soft", "M14 36C16 22 19 9 24 9s8 13 10 27z"),
    ("mark-peak", "M2 36c2-11 4-19 9-19s7 8 9 19z"),
    ("mark-peak", "M22 36c1-8 4-14 8-14s7 6 8 14z"),
)
MARK_DOTS = ((27, 6, 1.3, False), (31, 9, 1.1, False), (31, 4, 1.0, True), (35, 6, 0.9, False))


def mark(colours=None):
    """The mark; with ``colours`` for each class as explicit fills, for use as a file."""

    def paint(name):
        return f'fill="{colours[name]}"' if colours else f'class="{name}"'

    shapes = [f'<path {paint(name)} d="{d}"/>' for name, d in MARK_PEAKS]
    for x, y, r, accent in MARK_DOTS:
        name = "point-accent" if accent else "point"
        shapes.append(f'<circle {paint(name)} cx="{x}" cy="{y}" r="{r}"/>')
    return "".join(shapes)


def empty():
    """One tower and its points, for a list without entries."""
    rng = random.Random(3)
    line = skyline([peak(160, 84, 40), peak(90, 40, 46), peak(236, 48, 44)], 6, rng, 1)
    dots = points_above(line, (130, 200), rng, 140, 46, 8)
    return svg(
        320,
        140,
        f'<path class="ridge-2" d="{ridge(line, 320, 140)}"/>'
        f'<path class="point" d="{dots_path(dots)}"/>',
        "xMidYMid meet",
    )


ICON = {
    "mark-peak": "#14453d",
    "mark-peak-soft": "#4f8a7d",
    "point": "#2f6a5f",
    "point-accent": "#c2412d",
}


def icon(size, background):
    """The mark as a Pillow image of ``size`` pixels, drawn large and made small."""
    from PIL import Image, ImageDraw

    scale = 20
    image = Image.new("RGBA", (40 * scale, 40 * scale), background)
    draw = ImageDraw.Draw(image)
    towers = (("mark-peak-soft", 24, 27, 10), ("mark-peak", 11, 19, 9), ("mark-peak", 30, 14, 8))
    for name, centre, height, width in towers:
        line = peak(centre, height, width)
        xs = [centre - width + i * width / 60 for i in range(121)]
        outline = [(x * scale, (36 - max(0.0, line(x) - height * 0.05)) * scale) for x in xs]
        draw.polygon(
            [(xs[0] * scale, 36 * scale), *outline, (xs[-1] * scale, 36 * scale)], fill=ICON[name]
        )
    for x, y, r, accent in MARK_DOTS:
        r *= 1.3
        box = [(x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale]
        draw.ellipse(box, fill=ICON["point-accent" if accent else "point"])
    return image.resize((size, size), Image.Resampling.LANCZOS)


def tile(size, background, mark_size, rounded):
    """The mark in the middle of a square of paper, ``mark_size`` of its width; for dark home
    screens as well. Where it is cut to a circle or a drop, it must lie within the middle four
    fifths (https://www.w3.org/TR/appmanifest/#icon-masks).
    """
    from PIL import Image, ImageDraw

    scale = 4
    image = Image.new("RGBA", (size * scale, size * scale), (0, 0, 0, 0))
    radius = size * scale * 0.22 if rounded else 0
    ImageDraw.Draw(image).rounded_rectangle([(0, 0), image.size], radius, background)
    image = image.resize((size, size), Image.Resampling.LANCZOS)
    inner = round(size * mark_size)
    place = (size - inner) // 2
    image.paste(icon(inner, background).convert("RGB"), (place, place))
    return image if rounded else image.convert("RGB")


def main():
    from PIL import Image

    ARTWORK.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    drawings = {
        "hero": hero(),
        "ridge-divider": divider(),
        "mark": svg(40, 40, mark(), "xMidYMid meet"),
        "empty": empty(),
        "edge": edge(),
        **{f"motif-{name}": line_drawing(name, lines) for name, lines in MOTIFS.items()},
        **{f"scene-{name}": line_drawing(name, lines) for name, lines in SCENES.items()},
        **{f"emblem-{name}": emblem(lines) for name, lines in EMBLEMS.items()},
    }
    for name, drawing in drawings.items():
        (ARTWORK / f"{name}.svg").write_text(drawing, encoding="utf-8")
    favicon = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{mark(ICON)}</svg>\n'
    (IMAGES / "favicon.svg").write_text(favicon, encoding="utf-8")
    icon(32, (0, 0, 0, 0)).save(IMAGES / "favicon.ico", sizes=[(16, 16), (32, 32)])
    icon(180, "#faf7f0").convert("RGB").save(IMAGES / "apple-touch-icon.png", optimize=True)
    for pixels in (192, 512):  # for the web app manifest
        for name, mark_size, rounded in (("icon", 0.8, True), ("icon-maskable", 0.64, False)):
            drawn = tile(pixels, "#faf7f0", mark_size, rounded)
            drawn = drawn.quantize(64, dither=Image.Dither.NONE)
            drawn.save(IMAGES / f"{name}-{pixels}.png", optimize=True)


if __name__ == "__main__":
    main()
