"""Draws the portal's artwork: karst ridges in mist that dissolve into points of data.

    python -m guizhou_portal.pictures.draw_artwork

writes the SVG files in ``templates/artwork/`` and the icons in ``static/img/``. The same seed gives
the same drawing. Colours are classes, styled in ``static/css/components.css``, so that the drawings
follow the light and the dark theme; a strict content security policy allows no inline style.
"""

import math
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARTWORK = ROOT / "templates" / "artwork"
IMAGES = ROOT / "static" / "img"


def peak(centre, height, width, lean=0.0):
    """A karst tower as a function of x: steep flanks, a rounded crown, a foot that runs out."""

    def at(x):
        across = (x - centre - lean * height * 0.1) / width
        crown = max(0.0, 1 - abs(across) ** 2.3) ** 0.85
        foot = 0.22 * math.exp(-((across / 1.5) ** 2))
        return height * max(crown, foot + 0.78 * crown)

    return at


def skyline(peaks, base, rng, roughness=2.5):
    """The outline over several peaks; ``roughness`` in pixels breaks the smooth line a little."""
    waves = [(rng.uniform(0.012, 0.05), rng.uniform(0, 6.3), rng.uniform(0.3, 1)) for _ in range(5)]

    def at(x):
        rough = sum(size * math.sin(x * step + shift) for step, shift, size in waves)
        return base + max(one(x) for one in peaks) + roughness * rough

    return at


def simplified(points, tolerance):
    """Ramer-Douglas-Peucker: the fewest points that stay within ``tolerance`` pixels."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = math.hypot(x2 - x1, y2 - y1) or 1
    far, index = max(
        (abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length, i)
        for i, (x, y) in enumerate(points)
    )
    if far <= tolerance or len(points) < 3:
        return [points[0], points[-1]]
    return simplified(points[: index + 1], tolerance)[:-1] + simplified(points[index:], tolerance)


def smooth(points):
    """A path through ``points`` without corners (Catmull-Rom as cubic Béziers), whole pixels.

    Steps are relative to the last point: their numbers are short, and every page carries them.
    """
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}c"
    at = (round(points[0][0]), round(points[0][1]))
    steps = []
    padded = [points[0], *points, points[-1]]
    for (x0, y0), (x1, y1), (x2, y2), (x3, y3) in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        bends = (x1 + (x2 - x0) / 6, y1 + (y2 - y0) / 6, x2 - (x3 - x1) / 6, y2 - (y3 - y1) / 6)
        steps += [round(value) - at[index % 2] for index, value in enumerate((*bends, x2, y2))]
        at = (round(x2), round(y2))
    return path + " ".join(map(str, steps)).replace(" -", "-")


def ridge(line, width, height, tolerance=2.2):
    """The area under ``line`` down to the drawing's lower edge."""
    points = [(x, height - line(x)) for x in range(-10, width + 16, 5)]
    return f"{smooth(simplified(points, tolerance))}V{height}H-10Z"


def points_above(line, span, rng, height, reach, step=13):
    """Points on a loose grid over a crest, dense at the rock and fewer the higher they are."""
    dots = []
    for x in range(span[0], span[1], step):
        crest = line(x)
        for level in range(0, reach, step):
            near = 1 - level / reach
            if rng.random() < 0.62 * near**2.2:
                dots.append(
                    (
                        x + rng.uniform(-3, 3),
                        height - crest - 6 - level + rng.uniform(-3, 3),
                        1 + 1.6 * near * rng.random(),
                        rng.random() < 0.07,
                    )
                )
    return dots


def dots_path(dots):
    """Many dots in one path: round caps on lines of no length would need a stroke, arcs do not."""
    return "".join(f"M{x - r:.0f} {y:.0f}a{r:.1f} {r:.1f} 0 1 1 0 .1" for x, y, r, _ in dots)


def fade(name, level):
    """A ridge's colour that runs out into mist at its foot."""
    return (
        f'<linearGradient id="{name}-{level}" x1="0" y1="0" x2="0" y2="1">'
        f'<stop class="ridge-top-{level}"/>'
        f'<stop offset="1" class="ridge-foot-{level}"/></linearGradient>'
    )


def svg(width, height, content, fit="xMidYMax slice"):
    return (
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="{fit}" '
        f'aria-hidden="true" focusable="false">{content}</svg>\n'
    )


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


MOTIFS = {
    "traffic": (
        '<path class="motif-line" d="M-5 128C70 128 96 96 150 92S250 96 285 62 350 28 405 22"/>'
        '<path class="motif-line-soft" d="M-5 146C90 146 118 112 170 108S268 112 306 78 360 44 405 38"/>'
        '<path class="motif-line-soft" d="M176 165C186 132 196 112 222 98S256 52 262-5"/>'
        '<circle class="motif-dot" cx="96" cy="110" r="5"/><circle class="motif-dot" cx="222" cy="94" r="5"/>'
        '<circle class="motif-dot" cx="318" cy="42" r="5"/>'
    ),
    "industry": (
        '<path class="motif-line" d="M120 134V88l34-22v22l34-22v22l34-22v68zM222 134h66"/>'
        '<path class="motif-line-soft" d="M100 134h200"/>'
        '<circle class="motif-line" cx="262" cy="72" r="22"/><circle class="motif-dot" cx="262" cy="72" r="5"/>'
        '<path class="motif-line" d="M262 50v-10M262 104V94M284 72h10M230 72h10M278 56l7-7M239 95l7-7M278 88l7 7M239 49l7 7"/>'
        '<path class="motif-line-soft" d="M138 112h12M172 112h12M206 112h0"/>'
    ),
    "environment": (
        '<path class="motif-line" d="M218 112C190 60 224 30 292 24c4 62-22 94-74 88z"/>'
        '<path class="motif-line-soft" d="M206 136c10-36 30-62 62-88M226 96l26-4M240 76l22-2"/>'
        '<path class="motif-line" d="M84 150c34-4 26-22 54-26s34 14 68 10"/>'
        '<path class="motif-line-soft" d="M60 138c30 0 30-20 58-24s38 6 56 4"/>'
        '<circle class="motif-dot" cx="206" cy="136" r="5"/>'
    ),
    "food": (
        '<path class="motif-line" d="M190 146C188 110 190 70 196 30"/>'
        '<path class="motif-line" d="M189 118c-22-2-30-12-30-30 20 2 30 12 30 30zM190 118c22-2 30-12 30-30-20 2-30 12-30 30z'
        "M191 88c-20-2-28-12-28-28 18 2 28 10 28 28zM192 88c20-2 28-12 28-28-18 2-28 10-28 28z"
        'M195 56c-10-8-10-22 1-32 11 10 11 24-1 32z"/>'
        '<path class="motif-line" d="M252 82l16 18 34-42"/><circle class="motif-line-soft" cx="277" cy="80" r="40"/>'
    ),
    "commerce": (
        '<path class="motif-line" d="M206 44l46-20 46 20v52l-46 22-46-22zM206 44l46 21 46-21M252 65v53"/>'
        '<path class="motif-line-soft" d="M229 34l46 21v18"/>'
        '<path class="motif-line-soft" stroke-dasharray="1 9" d="M70 128c40-2 52-34 84-34s30 10 44 8"/>'
        '<circle class="motif-dot" cx="66" cy="128" r="6"/><circle class="motif-line" cx="66" cy="128" r="13"/>'
    ),
    "tourism": (
        '<path class="motif-line" d="M170 152c44-6 66-16 44-28s-46-18-14-32 58-10 44-26 0-22 14-30"/>'
        '<path class="motif-line" d="M258 40V8l26 9-26 9"/>'
        '<path class="motif-line-soft" d="M120 152l46-62 22 28M230 120l34-46 56 78"/>'
        '<circle class="motif-dot" cx="170" cy="152" r="5"/><circle class="motif-dot" cx="203" cy="94" r="4"/>'
    ),
    "cloud": (
        '<path class="motif-line" d="M150 118a30 30 0 0 1 4-60 44 44 0 0 1 84-8 34 34 0 0 1 14 68z"/>'
        '<path class="motif-line-soft" stroke-dasharray="1 10" d="M170 140h66M186 78h50M176 98h66"/>'
        '<circle class="motif-dot" cx="268" cy="40" r="4"/><circle class="motif-dot" cx="288" cy="22" r="3"/>'
    ),
}


def motif(name):
    """Two pale ridges and the sector's line drawing over them."""
    rng = random.Random(name)
    width, height = 400, 160
    far = [peak(c, rng.uniform(60, 118), rng.uniform(30, 44)) for c in range(20, 400, 88)]
    near = [peak(c, rng.uniform(24, 62), rng.uniform(32, 52)) for c in range(-10, 420, 96)]
    return svg(
        width,
        height,
        f'<path class="ridge-1" d="{ridge(skyline(far, 16, rng, 1), width, height)}"/>'
        f'<path class="ridge-2" d="{ridge(skyline(near, 8, rng, 1), width, height)}"/>'
        f"{MOTIFS[name]}",
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


def main():
    ARTWORK.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    drawings = {
        "hero": hero(),
        "ridge-divider": divider(),
        "mark": svg(40, 40, mark(), "xMidYMid meet"),
        "empty": empty(),
        **{f"motif-{name}": motif(name) for name in MOTIFS},
    }
    for name, drawing in drawings.items():
        (ARTWORK / f"{name}.svg").write_text(drawing, encoding="utf-8")
    favicon = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{mark(ICON)}</svg>\n'
    (IMAGES / "favicon.svg").write_text(favicon, encoding="utf-8")
    icon(32, (0, 0, 0, 0)).save(IMAGES / "favicon.ico", sizes=[(16, 16), (32, 32)])
    icon(180, "#faf7f0").convert("RGB").save(IMAGES / "apple-touch-icon.png", optimize=True)


if __name__ == "__main__":
    main()
