"""Writes a sheet as a file to download."""

import csv
import io
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
            raise ValidationError(
                _("A text is longer than a cell of a workbook can be. Choose CSV instead.")
            )
    out.seek(0)
    return out


def _write_csv(out, delimiter, columns, rows):
    """UTF-8 with a byte order mark: Excel takes it for another encoding without."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([column.column_name for column in columns])
    for row in rows:
        writer.writerow(
            quoted(cell) if column.widget.is_text else cell
            for column, cell in zip(columns, row, strict=True)
        )
    text.detach()
