"""From a sheet's content to the PDF: set by typst, one at a time, and kept while it is current."""

import hashlib
import json
import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.files import locks

from .drawings import photo
from .fonts import fonts

logger = logging.getLogger(__name__)

TEMPLATE = Path(__file__).parent / "template"
STANDARD = "ua-1"  # PDF/UA-1 (ISO 14289-1): made for assistive technology
KEPT_FOR = 30 * 24 * 3600  # seconds
PATIENCE = 8  # seconds a request waits for others' sheets


class NotPrintedError(Exception):
    """The sheet cannot be had now; what happened is in the log."""


@cache
def edition():
    """Changes with template and typesetter, so that no sheet of an older one is served."""
    import typst

    digest = hashlib.sha256(typst.__version__.encode())
    for file in sorted(TEMPLATE.glob("*.typ")):
        digest.update(file.read_bytes())
    return digest.digest()


def key_of(content):
    """The name of the PDF made of ``content``: other content, another name."""
    return hashlib.sha256(edition() + content.encode()).hexdigest()[:40]


def pdf_of(content):
    """The bytes of the PDF for a JSON text of :func:`~.content.content_of`.

    Raises :class:`NotPrintedError` if it cannot be made, or not within the time a visitor waits.
    """
    kept, key = caches["fact_sheets"], key_of(content)
    if (pdf := kept.get(key)) is not None:
        return pdf
    with one_at_a_time():
        if (pdf := kept.get(key)) is None:  # somebody else's may have been the same
            pdf = made(content)
            kept.set(key, pdf, KEPT_FOR)
    return pdf


@contextmanager
def one_at_a_time():
    """Across threads and processes: setting a page takes a whole processor core."""
    give_up = time.monotonic() + PATIENCE
    with _lock_file() as file:
        while not locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
            if time.monotonic() > give_up:
                raise NotPrintedError("others are printing")
            time.sleep(0.02)
        try:
            yield
        finally:
            locks.unlock(file)


def _lock_file():
    try:
        settings.VAR.mkdir(parents=True, exist_ok=True)
        return (settings.VAR / "fact-sheets.lock").open("a")
    except OSError:  # no room, or a folder that is read only: any file will do
        return Path(__file__).open()


def made(content):
    """Set ``content`` in type: the bytes of a PDF. Raises :class:`NotPrintedError`."""
    import typst

    sheet = json.loads(content)
    if sheet["photo"]:
        svg = photo(sheet["photo"])
        sheet["photo"] = svg and {**sheet["photo"], "svg": svg}
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False)}
    try:
        try:
            return _compiled(inputs, sheet, STANDARD)
        except typst.TypstError as error:
            if "PDF/UA" not in str(error):
                raise
            # Better a sheet that breaks a rule than none: its tags are there all the same.
            logger.warning("fact sheet %s is not PDF/UA: %s", sheet["page"], error)
            return _compiled(inputs, sheet, [])
    except BaseException as error:
        # A panic inside typst is no Exception. What ends the process goes on its way.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        where = getattr(error, "diagnostic", "")
        logger.exception("fact sheet %s could not be printed\n%s", sheet["page"], where)
        raise NotPrintedError(str(error)) from error


def _compiled(inputs, sheet, standard):
    import typst

    return typst.compile(
        TEMPLATE / "sheet.typ",
        root=TEMPLATE,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=standard,
        # Of the record, not of the moment: the same content gives the same bytes.
        timestamp=datetime.fromisoformat(sheet["updated"]).astimezone(UTC).replace(microsecond=0),
    )
