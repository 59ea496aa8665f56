"""Exports and imports as an editor does them: through the pages, with real files."""

import csv
import io
import re
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile

from .forms import admin_address


def exported(client, model, kind="csv", query=""):
    """The bytes of the file with the records of ``model``."""
    address = f"{admin_address(model, 'export')}?format={kind}&{query}"
    response = client.get(address)
    assert response.status_code == 200, response
    return b"".join(response.streaming_content)


def rows_of(content, delimiter=";"):
    """The rows of a CSV file as dicts."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def csv_of(rows, headers=None, delimiter=";", encoding="utf-8-sig"):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headers or list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx_of(rows):
    """A workbook of ``rows``, lists of whatever its cells hold."""
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, model, content, name="sheet.csv"):
    """Send a file to the first step."""
    file = SimpleUploadedFile(name, content)
    return client.post(admin_address(model, "import"), {"file": file})


def refusal(client, model, content, name="sheet.csv"):
    """What the first step says against a file."""
    page = upload(client, model, content, name).content.decode()
    return unescape(re.search(r'<ul class="errorlist"[^>]*><li>(.*?)</li>', page)[1])


class DryRun:
    """The second step as its page tells it."""

    def __init__(self, client, model, content, name="sheet.csv"):
        response = upload(client, model, content, name)
        assert response.status_code == 302, refusal(client, model, content, name)
        self.client, self.address = client, response["Location"]
        self.read(client.get(self.address).content.decode())

    def read(self, page):
        self.page = page
        self.numbers = tuple(map(int, re.findall(r"<li><strong>(\d+)</strong>", page)))
        self.changes = [
            tuple(map(unescape, change))
            for change in re.findall(
                r'<tr><th scope="row">([^<]+)</th><td>(.*?)</td><td>(.*?)</td></tr>', page, re.S
            )
        ]
        self.problems = [
            (int(line), unescape(column), unescape(sentence))
            for line, column, sentence in re.findall(
                r'<th scope="row">(\d+)</th><td>(?:<code>)?(.*?)(?:</code>)?</td><td>(.*?)</td>',
                page,
            )
        ]
        found = re.search(r'name="shown" value="([^"]+)"', page)
        self.shown = found and found[1]

    @property
    def may_apply(self):
        return 'name="apply"' in self.page

    def apply(self):
        """Confirm what was shown; the page that follows."""
        answer = self.client.post(self.address, {"apply": "1", "shown": self.shown}, follow=True)
        return unescape(answer.content.decode())
