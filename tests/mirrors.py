"""Copies of the portal as plain files, as tests make them."""

from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from guizhou_portal.exchange.data_page.sheets import Sheet
from guizhou_portal.exchange.fact_sheets import views as fact_sheets
from guizhou_portal.operations.mirror import writing
from guizhou_portal.operations.mirror.addresses import Site
from guizhou_portal.operations.mirror.asking import portal_at
from guizhou_portal.operations.mirror.crawl import Crawl
from guizhou_portal.pictures import social_cards

BASE, LIVE = "https://mirror.example", "https://portal.example"


def export(folder, *options):
    """``(what the command says, what it complains of, its exit status)``."""
    said, complained = StringIO(), StringIO()
    try:
        call_command(
            "export_site", folder, "--base-url", BASE, *options, stdout=said, stderr=complained
        )
    except SystemExit as end:
        return said.getvalue(), complained.getvalue(), end.code
    return said.getvalue(), complained.getvalue(), 0


def stored(folder):
    """``{path: content}`` of all files below ``folder``."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@contextmanager
def nothing_drawn():
    """Cards, fact sheets and workbooks have tests of their own; drawing them all takes seconds.

    So does compressing as well as can be.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(social_cards, "draw", lambda *args: b"\x89PNG card")
        patch.setattr(fact_sheets, "pdf_of", lambda content: b"%PDF sheet")
        patch.setattr(Sheet, "workbook", lambda self: BytesIO(b"PK workbook"))
        patch.setattr(writing, "EFFORT", {"gzip": 1, "brotli": 1})
        yield patch


def text_at(path, **site):
    """The page at ``path`` as it reads in a copy."""
    with portal_at(BASE) as portal:
        crawl = Crawl(portal, Site(BASE, **site))
        return crawl.copied(crawl.site.lead(path, "/")[1]).body.decode()
