"""Writes a sheet as a file to download."""

import csv
import tempfile

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from guizhou_portal.publishing.slugs import ascii_slug

from .texts import kept, quoted

IN_MEMORY = 2 * 1024 * 1024
#: Name in the address: what the editor reads, and the ending.
FORMATS = {
    "xlsx": (gettext_lazy("Workbook (XLSX)"), "xlsx"),
    "csv": (gettext_lazy("CSV with semicolons, as a German Excel opens it"), "csv"),
    "csv-comma": (gettext_lazy("CSV with commas"), "csv"),
}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_name(model, ending):
    """For example ``location-factors-2031-12-31.xlsx``."""
    with override("en"):
        kind = ascii_slug(str(model._meta.verbose_name_plural))
    return f"{kind}-{timezone.localdate():%Y-%m-%d}.{ending}"


def write_sheet(kind, sheet, rows):
    """A file of the kind (a key of ``FORMATS``) with the ``rows`` of ``sheet``, to be read."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the response closes it)
    columns = sheet.columns
    if FORMATS[kind][1] == "csv":
        _write_csv(out, "," if kind == "csv-comma" else ";", columns, rows)
    else:
        from .workbooks import write_workbook

        title = str(sheet._meta.model._meta.verbose_name_plural)
        rows = ([kept(text) for text in row] for row in rows)
        if not write_workbook(out, title, columns, rows):
            out.close()
            raise ValidationError(
                _("A text is longer than a cell of a workbook can be. Choose CSV instead.")
            )
    out.seek(0)
    return out


def _write_csv(out, delimiter, columns, rows):
    for line in csv_lines(columns, rows, delimiter):
        out.write(line.encode())


class _Line:
    """A file that gives back what is written into it."""

    def write(self, text):
        return text


def csv_lines(columns, rows, delimiter=","):
    """The lines of a CSV file, one after the other, with the names of ``columns`` first.

    To be written in UTF-8: it begins with a byte order mark, without which Excel takes it for
    another encoding.
    """
    writer = csv.writer(_Line(), delimiter=delimiter, lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([column.column_name for column in columns])
    for row in rows:
        yield writer.writerow(
            [
                quoted(cell) if column.is_text else cell
                for column, cell in zip(columns, row, strict=True)
            ]
        )
