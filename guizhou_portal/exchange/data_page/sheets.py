"""Published records as CSV and XLSX: the columns are the fields of the API."""

import hashlib
import tempfile
from contextlib import closing
from itertools import islice

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from guizhou_portal.backoffice.sheets.texts import kept
from guizhou_portal.backoffice.sheets.writing import IN_MEMORY, csv_lines
from guizhou_portal.exchange.open_data.changes import state_of_everything
from guizhou_portal.questions import keys_of

from .explained import fields_explained

#: More take a minute and more to write, and CSV holds any number of them.
MOST_IN_WORKBOOK = 5000
AT_ONCE = 200  # records loaded and sent together


class Sheet:
    """``records``: published ones of ``resource``, in their order. ``reading``: for whom."""

    def __init__(self, resource, records, reading):
        self.resource, self.records, self.reading = resource, records, reading

    def rows(self, columns):
        fields = self.resource.sheet_fields
        # Their order is found from an index of keys: to put whole records in order takes longer.
        keys = keys_of(self.records).iterator(chunk_size=AT_ONCE)
        while some := list(islice(keys, AT_ONCE)):
            records = self.resource.loaded(self.resource.public().filter(pk__among=some))
            found = {record.pk: record for record in records}
            for record in filter(None, map(found.get, some)):
                row = self.resource.as_json(record, self.reading, fields)
                yield [column.text(row) for column in columns]

    def csv(self):
        """Its bytes, some lines at a time, however long it is."""
        columns = self.resource.columns(self.records)
        lines = csv_lines(columns, self.rows(columns))
        while some := list(islice(lines, AT_ONCE)):
            yield "".join(some).encode()

    def workbook(self):
        """The file; None if there are more records, or longer texts, than a workbook takes."""
        from guizhou_portal.backoffice.sheets.workbooks import write_workbook

        if self.records.count() > MOST_IN_WORKBOOK:
            return None
        out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the response closes it)
        columns = self.resource.columns(self.records)
        with closing(self.rows(columns)) as rows:
            texts = ([kept(text) for text in row] for row in rows)
            label = str(self.resource.label)
            fitted = write_workbook(out, label, columns, texts, self.explanation())
        if not fitted:
            out.close()
            return None
        out.seek(0)
        return out

    def explanation(self):
        """The second sheet: what the columns mean."""
        rows = [[_("Columns"), _("Meaning"), _("Description"), _("Values")]]
        for one in fields_explained(self.resource):
            if one.columns:
                codes = "\n".join(f"{code}: {name}" for code, name in one.codes)
                values = "\n".join(filter(None, [one.type, one.standard, codes]))
                rows.append([", ".join(one.columns), one.label, one.about, values])
        return _("Explanation"), (44, 28, 60, 44), rows

    def etag(self, *more):
        """What tells this sheet from another and from itself after any change.

        Nothing is loaded for it: which records there are, and how all of them were changed.
        """
        keys = self.records.order_by().aggregate(n=Count("pk"), sum=Sum("pk"))
        seen = repr([keys, state_of_everything(), self.reading, *more])
        return f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'
