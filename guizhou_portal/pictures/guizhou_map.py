"""A schematic map of Guizhou: the province, its nine prefectures, and where a place lies in it.

The outlines were set by hand from rounded geographic coordinates. It is a drawing to find one's way
by, not a survey; the page says so.
"""

import math
from functools import cache

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
#: Where prefectures meet, (longitude, latitude); good to about a tenth or two. The nine of them:
#: Zunyi, Bijie, Liupanshui, Anshun, Guiyang, Qianxinan, Qiannan, Qiandongnan and Tongren.
ZUNYI_BIJIE_GUIYANG = (106.66, 27.16)
BIJIE_GUIYANG_ANSHUN = (106.10, 26.58)
BIJIE_ANSHUN_LIUPANSHUI = (105.45, 26.42)
LIUPANSHUI_ANSHUN_QIANXINAN = (105.38, 25.98)
ANSHUN_QIANXINAN_QIANNAN = (106.32, 25.52)
ANSHUN_GUIYANG_QIANNAN = (106.42, 26.25)
GUIYANG_QIANNAN_ZUNYI = (107.15, 27.28)
QIANNAN_ZUNYI_QIANDONGNAN = (107.68, 27.10)
ZUNYI_QIANDONGNAN_TONGREN = (108.05, 27.22)
#: The borders between them, each from one meeting point, or from the province's edge, to the next.
BORDERS = (
    ((106.05, 27.76), (106.40, 27.62), (106.70, 27.42), ZUNYI_BIJIE_GUIYANG),
    (ZUNYI_BIJIE_GUIYANG, (106.45, 27.00), (106.25, 26.80), BIJIE_GUIYANG_ANSHUN),
    (BIJIE_GUIYANG_ANSHUN, (105.85, 26.45), (105.65, 26.50), BIJIE_ANSHUN_LIUPANSHUI),
    (BIJIE_ANSHUN_LIUPANSHUI, (105.20, 26.62), (104.95, 26.80), (104.72, 26.64), (104.58, 26.40)),
    (BIJIE_ANSHUN_LIUPANSHUI, (105.66, 26.24), (105.52, 26.06), LIUPANSHUI_ANSHUN_QIANXINAN),
    (LIUPANSHUI_ANSHUN_QIANXINAN, (105.10, 25.98), (104.88, 25.98), (104.85, 25.70),
     (104.72, 25.45), (104.44, 25.22)),
    (LIUPANSHUI_ANSHUN_QIANXINAN, (105.56, 25.78), (105.72, 25.52), (105.95, 25.55),
     ANSHUN_QIANXINAN_QIANNAN),
    (ANSHUN_QIANXINAN_QIANNAN, (106.46, 25.32), (106.54, 25.10)),
    (BIJIE_GUIYANG_ANSHUN, (106.25, 26.42), ANSHUN_GUIYANG_QIANNAN),
    (ANSHUN_GUIYANG_QIANNAN, (106.30, 26.02), (106.24, 25.78), ANSHUN_QIANXINAN_QIANNAN),
    (ZUNYI_BIJIE_GUIYANG, (106.84, 27.30), (107.00, 27.38), GUIYANG_QIANNAN_ZUNYI),
    (ANSHUN_GUIYANG_QIANNAN, (106.70, 26.20), (106.86, 26.42), (106.96, 26.66), (107.20, 26.86),
     (107.28, 27.08), GUIYANG_QIANNAN_ZUNYI),
    (GUIYANG_QIANNAN_ZUNYI, (107.36, 27.40), (107.60, 27.30), QIANNAN_ZUNYI_QIANDONGNAN),
    (QIANNAN_ZUNYI_QIANDONGNAN, (107.88, 27.06), ZUNYI_QIANDONGNAN_TONGREN),
    (ZUNYI_QIANDONGNAN_TONGREN, (107.98, 27.50), (107.95, 27.80), (107.84, 28.05),
     (107.86, 28.26), (108.08, 28.46), (108.32, 28.68)),
    (ZUNYI_QIANDONGNAN_TONGREN, (108.36, 27.30), (108.64, 27.42), (108.80, 27.36), (108.90, 27.16),
     (109.20, 27.12)),
    (QIANNAN_ZUNYI_QIANDONGNAN, (107.70, 26.88), (107.50, 26.58), (107.56, 26.40), (107.72, 26.28),
     (107.72, 26.10), (108.02, 26.14), (108.15, 25.86), (108.10, 25.62), (108.12, 25.40)),
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


def path(points):
    """Points of longitude and latitude as the ``d`` of an SVG path."""
    placed = (position(latitude, longitude) for longitude, latitude in points)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in placed)


@cache
def outline():
    """The province's outline as the ``d`` of an SVG path."""
    return path(OUTLINE) + "Z"


@cache
def borders():
    """The borders between prefectures as the ``d`` of one SVG path."""
    return "".join(path(points) for points in BORDERS)
