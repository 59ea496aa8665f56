"""Files offered for download beside a record: what may be uploaded, and what is said of it."""

import secrets
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from guizhou_portal.licences import licence_field
from guizhou_portal.publishing.slugs import ascii_slug

MAX_BYTES = 25 * 1024 * 1024
#: Ending and the bytes such a file begins with. Office files are ZIP archives.
SIGNATURES = {
    "pdf": b"%PDF-",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "pptx": b"PK\x03\x04",
    "odt": b"PK\x03\x04",
    "ods": b"PK\x03\x04",
}


def validate_document(upload):
    """Refuse a file that is too large, of another kind, or not what its ending says.

    A file that is stored already was checked when it came, and may be gone from the disk since.
    """
    if getattr(upload, "_committed", False):
        return
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The file is %(size)s large; at most %(most)s are possible."),
            params={"size": filesizeformat(upload.size), "most": filesizeformat(MAX_BYTES)},
        )
    ending = PurePath(upload.name).suffix.lstrip(".").lower()
    kinds = ", ".join(SIGNATURES).upper()
    if ending not in SIGNATURES:
        raise ValidationError(
            _("Only these kinds of file can be offered: %(kinds)s.") % {"kinds": kinds}
        )
    upload.seek(0)
    begins = upload.read(8)
    upload.seek(0)
    if not begins.startswith(SIGNATURES[ending]):
        raise ValidationError(
            _("The file's content is not what its name says (%(ending)s).")
            % {"ending": ending.upper()}
        )


def document_path(document, name):
    """Where an upload is kept: under its own name in ASCII, and not to be guessed.

    A draft's document is out of reach as long as nobody links to it.
    """
    path = PurePath(name)
    stem = ascii_slug(path.stem, 60) or "document"
    return f"documents/{stem}-{secrets.token_hex(6)}{path.suffix.lower()}"


def kind_of(name):
    """The kind of a file as readers know it: PDF, DOCX, …"""
    return PurePath(name).suffix.lstrip(".").upper()


def size_of(file):
    """Bytes of a stored file; None if it is no longer there, which must not cost the page."""
    try:
        return file.size
    except OSError:
        return None


class DocumentFile(models.Model):
    """One file for download, with a title, its own language and its place in a list."""

    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=document_path, validators=[validate_document])
    language = models.CharField(
        _("language of the file"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Leave empty if the file has no one language."),
    )
    credit = models.CharField(_("source or rights holder"), max_length=200, blank=True)
    licence = licence_field()
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return str(self.title)

    @property
    def kind(self):
        """The file's kind as readers know it: PDF, DOCX, …"""
        return kind_of(self.file.name)

    @property
    def size(self):
        return size_of(self.file)
