"""Files that senders enclose: what may come, told by content, and kept out of everybody's reach."""

import io
import logging
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from errno import ENOSPC
from lzma import LZMAError
from os import strerror
from pathlib import Path, PurePath
from shutil import disk_usage

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Attachment, private_files

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
KINDS = "PDF, DOCX, XLSX, PNG, JPEG"
ENDINGS = {"PDF": (".pdf",), "DOCX": (".docx",), "XLSX": (".xlsx",), "PNG": (".png",),
           "JPEG": (".jpg", ".jpeg")}  # fmt: skip
#: The part an office file must have, and of which kind it is then.
PARTS = {"word/document.xml": "DOCX", "xl/workbook.xml": "XLSX"}
MOST_MEMBERS, MOST_OF_LIST = 2000, 2**20  # bytes of an archive's list of its members
ZIP_END = b"PK\x05\x06"  # begins the record of 22 bytes, and a comment, that ends an archive
#: What ZIP archives raise that are none, whichever way they are packed.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError),
    *(KeyError, ValueError, RuntimeError),
)
MOST_OF_TYPES = 2**20  # bytes of the part that lists the kinds of all others
SALT = "guizhou_portal.enquiry.attachment"
KEPT_FOR = timedelta(days=1)  # as long as the form may be open
#: Bytes that senders' files leave free on the disk, for everything else that is written there.
SPARED = 2**30


class Limited(FileUploadHandler):
    """Takes no more than may be sent, all files together, and keeps what else the form brings.

    What is taken stays in memory: what is refused was never on a disk.
    """

    taken = 0

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file = io.BytesIO()

    def receive_data_chunk(self, raw_data, start):
        self.taken += len(raw_data)
        if self.taken > MOST_BYTES:
            self.request.enquiry_file_too_large = True
            self.file = io.BytesIO()
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size):
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


def too_large():
    return ValidationError(
        _("The file is larger than %(most)s.") % {"most": filesizeformat(MOST_BYTES)}
    )


def kind_of(upload):
    """The kind of a file by its content; ``ValidationError`` if it is none we take.

    The name must agree: a handler should get what the name promises.
    """
    if upload.size > MOST_BYTES:
        raise too_large()
    kind = _kind(upload.read())
    upload.seek(0)
    if kind is None or not upload.name.lower().endswith(ENDINGS[kind]):
        raise ValidationError(
            _("This file cannot be sent. Possible are: %(kinds)s.") % {"kinds": KINDS}
        )
    return kind


def _kind(content):
    if content.startswith(b"%PDF-"):
        return "PDF"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            image.verify()
            return "PNG" if image.format == "PNG" else "JPEG"  # "MPO": JPEGs in a row, of a phone
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _is_list_short(content):
    """Whether a ZIP archive's list of members is one to read; asked before it is."""
    last = len(content) - 22
    at = content.rfind(ZIP_END, max(0, last - 0xFFFF), last + 4)
    return at < 0 or int.from_bytes(content[at + 12 : at + 16], "little") <= MOST_OF_LIST


def _office_kind(content):
    if not _is_list_short(content):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            with archive.open("[Content_Types].xml") as part:
                types = part.read(MOST_OF_TYPES).lower()
    except UNREADABLE:
        return None
    # Macros stand in a part that is called so as a rule; what they are is said in any case.
    names_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    if len(names) > MOST_MEMBERS or names_macros or b"macroenabled" in types:
        return None
    return next((kind for part, kind in PARTS.items() if part in names), None)


@dataclass(frozen=True)
class Kept:
    """A file that is stored already while its form is shown again."""

    path: str
    name: str
    kind: str
    size: int

    @classmethod
    def store(cls, upload, kind):
        """Store a file; ``ValidationError`` if there is no room for it."""
        path = Attachment._meta.get_field("file").generate_filename(Attachment(), upload.name)
        try:
            if free_bytes() - upload.size < SPARED:
                raise OSError(ENOSPC, strerror(ENOSPC))
            private_files().save(path, upload)
        except OSError as error:
            logger.error("A file of an enquiry was not stored: %s", error.strerror)
            with suppress(OSError):
                private_files().delete(path)
            raise ValidationError(
                _(
                    "The file could not be stored, which is a fault of ours. Please send your "
                    "enquiry without it, or try again later."
                )
            ) from error
        return cls(path, plain_name(upload.name, kind), kind, upload.size)

    @classmethod
    def read(cls, word):
        """The file a form brings back, or None if there is none (any more)."""
        try:
            kept = cls(*signing.loads(word, salt=SALT))
            age = timezone.now() - private_files().get_modified_time(kept.path)
        except (signing.BadSignature, TypeError, OSError):
            return None
        taken = Attachment.objects.filter(file=kept.path).exists()
        return None if taken or age > KEPT_FOR else kept

    @property
    def word(self):
        return signing.dumps([self.path, self.name, self.kind, self.size], salt=SALT)


def free_bytes():
    folder = Path(settings.ENQUIRY_FILES)
    return disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free


def plain_name(name, kind):
    """The sender's name of the file, without what a mail program or a disk stumbles over."""
    stem = unicodedata.normalize("NFC", PurePath(name).stem)
    stem = "".join(
        one if one in " -_." or unicodedata.category(one)[0] in "LMN" else "_" for one in stem
    )
    return f"{stem.strip(' .')[:100] or kind.lower()}{ENDINGS[kind][0]}"
