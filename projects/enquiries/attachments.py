"""Files that senders enclose: what may come, told by content, and kept out of everybody's reach."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from .models import Attachment, private_files

MOST_BYTES = 10 * 1024 * 1024
KINDS = "PDF, DOCX, XLSX, PNG, JPEG"
ENDINGS = {"PDF": (".pdf",), "DOCX": (".docx",), "XLSX": (".xlsx",), "PNG": (".png",),
           "JPEG": (".jpg", ".jpeg")}  # fmt: skip
#: The part an office file must have, and of which kind it is then.
PARTS = {"word/document.xml": "DOCX", "xl/workbook.xml": "XLSX"}
MOST_MEMBERS = 2000
SALT = "guizhou_portal.enquiry.attachment"
KEPT_FOR = 24 * 3600  # seconds; as long as the form may be open


class Limited(FileUploadHandler):
    """Takes no more of a file than may be sent, and keeps what else the form brings."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.size = 0

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        if self.size > MOST_BYTES:
            self.request.enquiry_file_too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None  # the next handler has it


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
    content = upload.read()
    upload.seek(0)
    kind = _kind(content)
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
            return image.format
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _office_kind(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    # A file with macros has them in a part of this name, whatever it is called itself.
    if len(names) > MOST_MEMBERS or any(name.endswith("vbaProject.bin") for name in names):
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
        path = Attachment._meta.get_field("file").generate_filename(Attachment(), upload.name)
        path = private_files().save(path, upload)
        return cls(path, plain_name(upload.name, kind), kind, upload.size)

    @classmethod
    def read(cls, word):
        """The file a form brings back, or None if there is none (any more)."""
        try:
            kept = cls(*signing.loads(word, salt=SALT, max_age=KEPT_FOR))
        except (signing.BadSignature, ValueError, TypeError):
            return None
        taken = Attachment.objects.filter(file=kept.path).exists()
        return kept if private_files().exists(kept.path) and not taken else None

    @property
    def word(self):
        return signing.dumps([self.path, self.name, self.kind, self.size], salt=SALT)


def plain_name(name, kind):
    """The sender's name of the file, without what a mail program or a disk stumbles over."""
    stem = "".join(one if one.isalnum() or one in " -_." else "_" for one in PurePath(name).stem)
    return f"{stem.strip(' .')[:100] or kind.lower()}{ENDINGS[kind][0]}"
