"""XLSX files: read without trust, written as text through and through."""

import io
import logging
import re
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .reading import MAX_COLUMNS, BadCell

logger = logging.getLogger(__name__)

#: An office file that is encrypted, or of the time before XLSX, begins like this.
COMPOUND = b"\xd0\xcf\x11\xe0"
MAX_UNPACKED = 60 * 1024 * 1024
MAX_MEMBERS = 500
#: How workbooks write a character by its number; a text that looks so is masked.
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
MASKED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")
LONGEST = 32767  # characters in a cell
FURTHEST_ROW = 50000  # blank ones included


def workbook_rows(content):
    """The cells of each row of the first sheet, as texts."""
    if content.startswith(COMPOUND):
        raise ValidationError(
            _("The workbook is protected with a password, or of the old kind XLS. Save it as XLSX.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive)
        yield from _rows(load_workbook(io.BytesIO(content), read_only=True).worksheets[0])
    except ValidationError:
        raise
    except Exception as error:  # a damaged file breaks what reads it in any way there is
        logger.info("A workbook could not be read: %r", error)
        raise _broken() from error


def _broken():
    return ValidationError(
        _("The file is damaged, or no XLSX workbook. Save it again as XLSX, or as “CSV UTF-8”.")
    )


def _check(archive):
    """Refuse what is no workbook, or unpacks to more than anybody needs."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED:
        raise ValidationError(_("The workbook unpacks to more than an import can take."))
    if "xl/workbook.xml" not in archive.namelist():
        raise _broken()
    for member in members:
        if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(member):
            raise _broken()


def _rows(sheet):
    sheet.reset_dimensions()  # what a file says of its size need not be true
    length = 0
    for number, row in enumerate(sheet.iter_rows()):
        if number > FURTHEST_ROW or len(row) > MAX_COLUMNS:
            raise ValidationError(_("The sheet reaches too far down or to the right."))
        # A workbook leaves out the empty cells at the end of a row.
        cells = [*map(_text, row), *[""] * (length - len(row))]
        length = length or (len(cells) if any(cells) else 0)
        yield cells


def _text(cell):
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return BadCell(_("The cell holds a formula. Replace it by its value."))
    if cell.data_type == "e":
        return BadCell(_("The cell holds an error (%(value)s).") % {"value": value})
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return format(Decimal(repr(value)).normalize(), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return MASKED.sub("_", str(value))


def write_workbook(out, title, columns, rows, explanation=None):
    """Write ``rows`` of texts under the names of ``columns`` into the file ``out``.

    ``explanation``: ``(title, widths, rows)`` of a second sheet, whose first row is its head.

    Returns whether each text fitted in its cell. All cells are marked as texts: leading zeros and
    long numbers stay as they are, and no text becomes a formula, not even when somebody edits it.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    header = _styled(sheet, bold=True)
    sheet.append([_like(header, column.column_name) for column in columns])
    body = _styled(sheet)
    for row in rows:
        if any(len(text) > LONGEST for text in row):
            sheet.close()
            return False
        sheet.append([_like(body, text) for text in row])
    if explanation:
        _explain(book, *explanation)
    book.save(out)
    return True


def _explain(book, title, widths, rows):
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    styles = _styled(sheet, bold=True), _styled(sheet)
    for number, row in enumerate(rows):
        sheet.append([_like(styles[min(number, 1)], text) for text in row])


def _styled(sheet, bold=False):
    cell = WriteOnlyCell(sheet)
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.font = Font(bold=bold)
    cell.quotePrefix = True
    return cell


def _like(pattern, text):
    cell = WriteOnlyCell(pattern.parent)
    cell._style = pattern._style
    if text:
        cell.value = ESCAPE.sub("_x005F_", text)
        cell.data_type = "s"
    return cell
