"""Reads the files people upload: CSV as a German Excel or anybody else writes it, and XLSX.

Whatever is wrong with a file as a whole is a ``ValidationError`` with one sentence; what is wrong
with a cell is kept with its row.
"""

import csv
import io
import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from tablib import Dataset

from .texts import plain, unquoted

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000
MAX_COLUMNS = 1000
#: The modules of the standard library know no limit for one call alone. A file has its own.
csv.field_size_limit(MAX_BYTES)

DELIMITERS = ";,\t"
BYTE_ORDER_MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
#: Several signs beyond ASCII in a row: hardly German in Windows-1252, but Chinese in GB 18030.
CHINESE_BYTES = re.compile(rb"[\xa1-\xfe]{4}")
WINDOWS = "cp1252"


class BadCell(str):
    """A cell that holds no value; the text is the sentence that says why."""


@dataclass
class Table:
    """A file's rows under the names of the sheet's columns.

    ``lines``: the number each row has in the file. ``problems``: ``{index of a row, from 1:
    {column: [sentence]}}``. ``unknown``: headers the sheet has no column for. ``is_narrow``: the
    file's encoding cannot hold Chinese.
    """

    headers: list
    rows: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    problems: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)
    is_narrow: bool = False

    def dataset(self):
        return Dataset(*self.rows, headers=self.headers)

    def says_the_same(self, cell, text):
        """Whether a cell says what the record says, as far as the file's encoding can."""
        if cell == text:
            return True
        return self.is_narrow and cell == text.encode(WINDOWS, "replace").decode(WINDOWS)


def read_table(name, content, sheet):
    """The :class:`Table` in an uploaded file. ``sheet``: the class of the records' sheet."""
    if not content.strip(b"\x00\t\r\n "):
        raise ValidationError(_("The file is empty."))
    if name.lower().endswith(".xlsx"):
        from .workbooks import workbook_rows

        rows, is_narrow = workbook_rows(content), False
    else:
        text, is_narrow = decoded(content)
        rows = csv_rows(text, sheet)
    table = None
    for line, cells in enumerate(rows, start=1):
        if not any(cells):
            continue
        if table is None:
            table, places = _begun(cells, sheet)
            table.is_narrow = is_narrow
        elif len(table.rows) == MAX_ROWS:
            raise ValidationError(
                _("The file has more than %(n)d rows. Import it in parts."), params={"n": MAX_ROWS}
            )
        else:
            _add(table, places, line, cells)
    if table is None or not table.rows:
        raise ValidationError(_("There is no row below the names of the columns."))
    return table


def _begun(cells, sheet):
    """An empty table, and where its columns stand in the file."""
    names = [cell.strip().casefold() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if "slug" not in names:
        raise ValidationError(
            _(
                "The first row must name the columns, and “slug” must be among them. It says: "
                "%(names)s."
            ),
            params={"names": _shortened(", ".join(name for name in names if name))},
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise ValidationError(
            _("These columns are there twice: %(names)s."),
            params={"names": _shortened(", ".join(twice))},
        )
    places = [place for place, name in enumerate(names) if sheet.knows(name)]
    table = Table([names[place] for place in places])
    table.unknown = [_shortened(name) for name in names if name and not sheet.knows(name)]
    return table, {"known": places, "named": [bool(name) for name in names]}


def _add(table, places, line, cells):
    problems = {}
    named = places["named"]
    if len(cells) < len(named):
        problems[""] = [
            _("The row has %(n)d cells, but there are %(m)d columns.")
            % {"n": len(cells), "m": len(named)}
        ]
    cells = [*cells, *[""] * (len(named) - len(cells))]
    if any(cell for place, cell in enumerate(cells) if place >= len(named) or not named[place]):
        problems[""] = [_("The row has cells beyond the named columns.")]
    row = []
    for header, place in zip(table.headers, places["known"], strict=True):
        cell = cells[place]
        if isinstance(cell, BadCell):
            problems[header] = [str(cell)]
        row.append(unquoted(plain(cell)))
    slug = table.headers.index("slug")
    row[slug] = row[slug].strip()
    table.rows.append(row)
    table.lines.append(line)
    if problems:
        table.problems[len(table.rows)] = problems


def _shortened(text):
    return text if len(text) <= 200 else f"{text[:200]}…"


def decoded(content):
    """``(text, whether its encoding cannot hold Chinese)`` of a CSV file."""
    wrong = ValidationError(
        _("The file is no text in a known encoding. Save it as “CSV UTF-8”, or as XLSX.")
    )
    mark = next((one for one in BYTE_ORDER_MARKS if content.startswith(one)), b"")
    is_narrow = False
    try:
        text = content.decode(BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError:
        if mark or CHINESE_BYTES.search(content):
            raise wrong from None
        try:
            text, is_narrow = content.decode(WINDOWS), True
        except UnicodeDecodeError:
            raise wrong from None
    if "\x00" in text:
        raise wrong
    return text, is_narrow


def csv_rows(text, sheet):
    """The cells of each row, whichever sign separates them."""
    first, _end, rest = text.partition("\n")
    if re.fullmatch(r"sep=[;,\t]\s*", first):  # a line for Excel alone
        first, text = rest.partition("\n")[0], rest
    delimiter = max(DELIMITERS, key=lambda sign: _known_names(first, sign, sheet))
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(cells) > MAX_COLUMNS:
                raise ValidationError(
                    _("The file has more than %(n)d columns."), params={"n": MAX_COLUMNS}
                )
            yield cells
    except csv.Error:
        raise ValidationError(
            _("The file is no proper CSV: a quotation mark is missing or in a wrong place.")
        ) from None


def _known_names(line, delimiter, sheet):
    names = line.replace('"', "").split(delimiter)[:MAX_COLUMNS]
    return sum(sheet.knows(name.strip().casefold()) for name in names)


def check_size(upload):
    """Refuse a file that is too large before it is read."""
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The file is %(size)s large; at most %(most)s are possible."),
            params={"size": filesizeformat(upload.size), "most": filesizeformat(MAX_BYTES)},
        )
