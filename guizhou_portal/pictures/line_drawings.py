"""The line drawings of sectors, of what a location offers, and of kinds of organisations.

One grammar: on a ground of 400 by 160 a line comes in from the left at the same height, draws its
subject right of the middle and leaves to the right, so that cards side by side carry one line on.
Points of data rise from the subject (``CREST``). Subjects keep below y = 38: on a telephone a card
shows only the lower four fifths. Colours are classes, see ``static/css/components.css``.
"""

import math

GROUND = 124


def line(path):
    return f'<path class="motif-line" d="{path}"/>'


def soft(path, dashes=""):
    dashes = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path class="motif-line-soft"{dashes} d="{path}"/>'


def dots(*places, r=4.5):
    return "".join(f'<circle class="motif-dot" cx="{x}" cy="{y}" r="{r}"/>' for x, y in places)


def ring(x, y, r, kind="motif-line"):
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{r}"/>'


def kernels(x, y):
    """Two grains of an ear, left and right of its stem."""
    left = f"M{x} {y}c-20-2-27-10-27-25 17 2 27 10 27 25z"
    return f"{left}M{x} {y}c20-2 27-10 27-25-17 2-27 10-27 25z"


def cables(x, top, spans):
    """The stays of a bridge from its pylon down to the deck."""
    return "".join(f"M{x - s} {GROUND}L{x} {top}l{s} {GROUND - top}" for s in spans)


def teeth(x, y, r, length):
    """The teeth of a cogwheel; the lowest would stand in the ground and is left out."""
    around = [math.radians(45 * step) for step in range(8) if step != 2]
    return "".join(
        f"M{x + r * math.cos(a):.0f} {y + r * math.sin(a):.0f}"
        f"l{length * math.cos(a):.0f} {length * math.sin(a):.0f}"
        for a in around
    )


def rack(x):
    """A cabinet of servers, with the lights of its shelves."""
    shelves = "".join(f"M{x + 9} {y}h12" for y in (74, 86, 98, 110))
    return line(f"M{x} {GROUND}V62h34v62"), soft(shelves), [(x + 27, y) for y in (74, 86, 98, 110)]


RACKS = [rack(x) for x in (160, 206, 252)]
CLOUD = "M-5 124H160a28 28 0 0 1 3-55 41 41 0 0 1 79-6 32 32 0 0 1 10 61H405"

#: A sector's motif, by its name in :class:`projects.models.Sector.Icon`.
MOTIFS = {
    "traffic": (
        soft(cables(222, 56, (26, 52, 78, 104)))
        + line("M-5 124H405M215 148L222 44l7 104")
        + soft("M-5 150C70 150 120 138 182 144S320 156 405 140", "14 8")
        + dots((52, 124), (84, 124), (100, 124), (174, 124), (284, 124), (356, 124))
    ),
    "industry": (
        line("M-5 124H134V86l26-19v19l26-19v19l26-19v57H405")
        + soft("M148 104h9M172 104h9M196 104h6")
        + ring(266, 94, 18)
        + line(teeth(266, 94, 18, 7))
        + ring(306, 108, 9, "motif-line-soft")
        + soft(teeth(306, 108, 9, 5))
        + dots((266, 94))
    ),
    "environment": (
        line("M-5 124C34 124 46 113 80 113s44 11 80 11c34 0 52-8 66-26")
        + line("M226 98C206 62 236 42 296 40c4 46-24 70-70 58")
        + line("M160 124C206 124 226 114 262 114s60 10 143 10")
        + soft("M226 98C242 80 260 67 282 55M244 80l24-2M258 68l-1-15")
        + soft("M-5 140C30 140 46 130 80 130s48 12 84 12 60-10 104-10 70 10 137 8")
        + dots((226, 98))
    ),
    "food": (
        line("M-5 124H405M200 124C198 100 198 78 202 62")
        + line(kernels(199, 114) + kernels(199, 88) + "M202 62c-10-8-11-16-1-26 11 10 11 18 1 26z")
        + ring(284, 90, 34, "motif-line-soft")
        + line("M269 91l12 13 20-27")
        + dots((284, 124))
    ),
    "commerce": (
        line("M-5 124H405M210 64l38-17 38 17v42l-38 18-38-18zM210 64l38 17 38-17M248 81v43")
        + soft("M229 55.5l38 17v14")
        + line("M96 124c-12-15-19-22-19-34a19 19 0 0 1 38 0c0 12-7 19-19 34z")
        + soft("M122 82c22-28 58-32 78-16", "1 9")
        + dots((96, 90))
    ),
    "tourism": (
        soft("M124 124C136 78 160 56 200 55S262 82 276 124")
        + soft("M252 84c9-11 18-17 30-17 22 0 36 22 48 57")
        + line("M-5 124H190c46 0 66-9 50-21s-60-8-50-21 34-4 30-13-20-4-20-14V38l24 8-24 8")
        + line("M190 124H405")
        + dots((190, 124), (190, 82), r=4)
    ),
    "cloud": (
        line(CLOUD) + soft("M178 104h66M192 86h36", "1 9") + dots((178, 104), (228, 86), r=4)
    ),
}

#: What a location offers, by :class:`projects.models.LocationFactor.Kind`.
SCENES = {
    "policy": (
        line("M-5 124H134V108h36V92h36V76h36V60h36")
        + soft("M278 60V124M134 124H405")
        + dots((134, 108), (170, 92), (206, 76), (242, 60), r=4)
        + ring(278, 60, 9)
        + dots((278, 60), r=4)
    ),
    "data_centre": (
        line("M-5 124H405")
        + "".join(frame + shelves for frame, shelves, _ in RACKS)
        + dots(*(light for *_, lights in RACKS for light in lights[::2]), r=2.5)
    ),
    "cloud_platform": line(CLOUD) + soft("M178 104h66M192 86h36", "1 9") + dots((178, 104)),
    "it_centre": (
        line("M-5 124H150V62h56v62H405")
        + soft("M164 78h10M182 78h10M164 94h10M182 94h10M164 110h10M182 110h10")
        + soft("M206 94L250 84 286 58M250 84L300 100 338 84M300 100V124")
        + ring(250, 84, 7) + ring(300, 100, 7)
        + dots((286, 58), (338, 84))
    ),
    "state_it_centre": (
        line("M-5 124H405M152 84l62-32 62 32zM164 92v32M264 92v32")
        + line("M190 92v32M214 92v32M238 92v32")
        + soft("M146 140h136")
        + dots((214, 72))
    ),
    "finance": (
        line("M-5 124H405M142 116h40M142 106h40M198 116h40M198 106h40M198 96h40M198 86h40")
        + line("M254 116h40M254 106h40M254 96h40M254 86h40M254 76h40M254 66h40")
        + soft("M162 96L218 76 274 54")
        + dots((162, 96), (218, 76), (274, 54))
    ),
    "nature_and_culture": (
        line("M-5 124H92C106 124 108 78 132 78s24 32 38 32 18-62 52-62")
        + line("M222 48c34 0 38 54 52 54s14-22 34-22 18 44 32 44H405")
        + soft("M-5 142C40 142 60 134 104 134s70 10 130 10 90-10 171-8")
        + soft("M288 58q7-7 13 0q6-7 13 0M318 46q5-5 10 0q5-5 10 0")
    ),
}  # fmt: skip

#: From where to where the points rise, and from which height.
CREST = {
    "traffic": (196, 262, 54),
    "industry": (140, 216, 62),
    "environment": (244, 318, 50),
    "food": (176, 232, 48),
    "commerce": (224, 292, 52),
    "tourism": (222, 290, 58),
    "cloud": (190, 260, 50),
    "policy": (262, 316, 52),
    "data_centre": (212, 288, 56),
    "cloud_platform": (190, 260, 50),
    "it_centre": (156, 214, 56),
    "state_it_centre": (196, 250, 56),
    "finance": (258, 310, 50),
    "nature_and_culture": (200, 262, 48),
}

#: The ground an emblem stands on, on 48 by 48.
EMBLEM_HILLS = "M0 48V39c5 0 7-5 11-5s6 4 10 4 8-6 13-6 6 6 14 7v9z"
#: A kind of organisation, by :class:`projects.models.Organisation.Kind`.
EMBLEMS = {
    "company": "M16 36V14h11v22M27 21h6v15M20 19h3M20 24h3M20 29h3M13 36h23",
    "government": "M13 20l11-7 11 7zM16 24v8M21 24v8M27 24v8M32 24v8M13 36h22",
    "ministry": "M14 36V23h20v13M14 23l10-5 10 5M24 18v-8h6v4h-6M19 28v3M24 28v3M29 28v3M12 36h24",
    "city": "M13 36V25h6M19 36V16l4.5-5 4.5 5v20M28 22h7v14M16 29v2M23.5 19v3M31.5 26v3M11 36h26",
    "consulate": "M17 37V11M17 12c5-2.5 8 2.5 14 0v9c-6 2.5-9-2.5-14 0M13 37h8",
    "promotion_agency": "M20 16a8 8 0 1 0 0 16 8 8 0 1 0 0-16M28 16a8 8 0 1 1 0 16 8 8 0 1 1 0-16",
    "fund": "M13 35h8M13 31h8M24 35h8M24 31h8M24 27h8M24 23h8M17 26l5-6 5-1 6-7M29 12h4v4",
    "research": "M21 12h7M22 12v8l-7 13a2 2 0 0 0 2 3h15a2 2 0 0 0 2-3l-7-13v-8M18 28h13",
}  # fmt: skip
