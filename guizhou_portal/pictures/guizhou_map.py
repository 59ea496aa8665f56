"""A schematic map of Guizhou: the province's rough outline, and where a place lies in it.

The outline was set by hand from rounded geographic coordinates. It is a drawing to find one's way
by, not a survey; the page says so.
"""

import math

#: (longitude, latitude) in degrees, clockwise from the western tip; good to about a tenth.
OUTLINE = (
    (103.60, 27.00), (103.93, 27.40), (104.20, 27.28), (104.38, 27.46), (104.62, 27.32),
    (104.88, 27.30), (105.20, 27.38), (105.30, 27.70), (105.62, 27.72), (106.05, 27.76),
    (106.32, 27.84), (106.06, 28.15), (105.88, 28.10), (105.62, 28.32), (105.66, 28.65),
    (105.95, 28.62), (106.28, 28.66), (106.40, 28.52), (106.62, 28.72), (106.75, 28.48),
    (107.00, 28.84), (107.35, 28.85), (107.42, 29.18), (107.68, 29.14), (107.82, 28.98),
    (108.02, 28.70), (108.32, 28.68), (108.58, 28.44), (108.78, 28.20), (109.02, 28.22),
    (109.20, 28.52), (109.32, 28.24), (109.36, 27.94), (109.18, 27.56), (109.02, 27.30),
    (109.20, 27.12), (109.46, 27.08), (109.52, 26.88), (109.40, 26.70), (109.42, 26.50),
    (109.28, 26.26), (109.44, 26.02), (109.34, 25.76), (109.12, 25.78), (108.98, 25.54),
    (108.80, 25.52), (108.60, 25.36), (108.34, 25.46), (108.12, 25.40), (107.88, 25.22),
    (107.70, 25.26), (107.44, 25.40), (107.26, 25.52), (106.98, 25.34), (106.88, 25.20),
    (106.54, 25.10), (106.16, 24.94), (106.00, 24.66), (105.50, 24.78), (105.18, 24.98),
    (104.90, 24.64), (104.56, 24.72), (104.68, 25.02), (104.44, 25.22), (104.32, 25.46),
    (104.42, 25.80), (104.50, 26.08), (104.58, 26.40), (104.38, 26.60), (104.08, 26.54),
    (103.76, 26.56), (103.78, 26.78),
)  # fmt: skip
WEST, EAST, SOUTH, NORTH = 103.4, 109.7, 24.4, 29.4  # degrees: the frame of the drawing
SCALE = 100  # units of the drawing in a degree of latitude
#: Degrees of longitude are shorter than those of latitude by this much in the middle of the map.
NARROWING = math.cos(math.radians((SOUTH + NORTH) / 2))
WIDTH = round((EAST - WEST) * NARROWING * SCALE)
HEIGHT = round((NORTH - SOUTH) * SCALE)


def position(latitude, longitude):
    """``(x, y)`` in the drawing (equirectangular projection), or None outside its frame."""
    latitude, longitude = float(latitude), float(longitude)
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        return None
    return (
        round((longitude - WEST) * NARROWING * SCALE, 1),
        round((NORTH - latitude) * SCALE, 1),
    )


def outline():
    """The province's outline as the ``d`` of an SVG path."""
    points = (position(latitude, longitude) for longitude, latitude in OUTLINE)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
