"""What a first visit to each page weighs, as production serves it: printed, never asserted."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders

from guizhou_portal.staticfiles import PRINT_SHEET, SHEETS
from tests.facts import FACTS

LIMITS = "at most 100 kB, 10 requests, 10 kB of scripts, 25 kB of styles, 45 kB of type"


def packed(content):
    return len(gzip.compress(content))


def static_file(name):
    with open(finders.find(name), "rb") as file:
        return file.read()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "zh-hans"])
def test_weight_and_requests_of_each_page(portal, client, capsys, language):
    styles = packed(b"".join(map(static_file, (*SHEETS, PRINT_SHEET))))
    with capsys.disabled():
        print(f"\nkB of each page in {language} ({LIMITS})")
        columns = ("total", "page", "style", "script", "type")
        print(f"{'page':60}", *(f"{one:>6}" for one in columns), "requests")
        for path in FACTS:
            page = client.get(f"/{language}/{path}").content
            names = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode()))
            names -= {*SHEETS, PRINT_SHEET}  # one file in production
            scripts = sum(packed(static_file(name)) for name in names if name.endswith(".js"))
            own = sum(packed(static_file(name)) for name in names if name.endswith(".css"))
            # Pages with headlines in the serif ask for it in their head; Chinese ones do not.
            types = [name for name in names if name.endswith(".woff2")]
            type_ = sum(len(static_file(name)) for name in types)
            icon = packed(static_file("img/favicon.svg"))
            total = packed(page) + styles + own + scripts + type_ + icon
            requests = 3 + len(types) + sum(name.endswith((".js", ".css")) for name in names)
            row = (total, packed(page), styles + own, scripts, type_)
            print(
                f"{f'/{language}/{path}':60}",
                *(f"{one / 1024:6.1f}" for one in row),
                f"{requests:6}",
            )
