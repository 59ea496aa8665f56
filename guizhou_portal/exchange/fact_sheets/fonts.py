"""The typefaces of the sheets: from installed packages, never from the machine's own."""

import struct
from bisect import bisect_right
from functools import cache
from importlib.util import find_spec
from pathlib import Path

FOLDERS = (
    ("fontpkg_source_serif_4", "files"),
    ("fontpkg_source_sans_3", "files"),
    ("pylopdf_fonts_zh_cn", ""),
)


def folders():
    """Where the font files are."""
    for package, folder in FOLDERS:
        yield Path(find_spec(package).origin).parent / folder


@cache
def fonts():
    """typst's view of the typefaces, read once in a process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders())
    )


def has_sign(sign):
    """Whether any of the typefaces can show a character."""
    starts, ends = _coverage()
    place = bisect_right(starts, ord(sign)) - 1
    return place >= 0 and ord(sign) <= ends[place]


@cache
def _coverage():
    """Starts and ends of the ranges of characters that can be shown, both sorted."""
    ranges = set()
    for folder in folders():
        for file in sorted(folder.glob("*.[ot]tf")):
            if "Italic" not in file.name:  # an italic that lacks a sign is set upright
                ranges.update(_ranges(file))
    merged = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + 1:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return [start for start, _ in merged], [end for _, end in merged]


def _ranges(file):
    """``(first, last)`` code points of a font: its table "cmap" (OpenType 1.9), format 12 or 4."""
    content = file.read_bytes()
    (tables,) = struct.unpack_from(">H", content, 4)
    records = struct.iter_unpack(">4sLLL", content[12 : 12 + 16 * tables])
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", content, cmap + 2)
    kinds = struct.iter_unpack(">HHL", content[cmap + 4 : cmap + 4 + 8 * count])
    tables = {
        struct.unpack_from(">H", content, cmap + offset)[0]: cmap + offset
        for platform, _, offset in kinds
        if platform in (0, 3)
    }
    if 12 in tables:
        at = tables[12]
        (groups,) = struct.unpack_from(">L", content, at + 12)
        for start, end, glyph in struct.iter_unpack(
            ">LLL", content[at + 16 : at + 16 + 12 * groups]
        ):
            yield start + (glyph == 0), end  # the first glyph is the one for what is missing
        return
    at = tables[4]
    (double,) = struct.unpack_from(">H", content, at + 6)
    ends = struct.unpack_from(f">{double // 2}H", content, at + 14)
    starts = struct.unpack_from(f">{double // 2}H", content, at + 16 + double)
    yield from ((start, end) for start, end in zip(starts, ends, strict=True) if end != 0xFFFF)
