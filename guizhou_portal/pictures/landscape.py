"""Karst landscapes as outlines and paths: towers, skylines, mist, points that rise over a crest."""

import math


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
