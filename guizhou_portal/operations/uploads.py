"""How uploaded files leave the portal: as what they were checked to be, and never as a page.

The type follows from a list of ours, not from the machine's: pictures are shown, documents are
offered for keeping, and a file of any other kind (an SVG or HTML that got there past the forms)
goes as bytes without meaning. The policy for ``/media/`` is in the table of headers.
"""

from pathlib import PurePath

from django.utils.http import content_disposition_header

SHOWN = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
KEPT = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BYTES = "application/octet-stream"


def headers_of_upload(name):
    """Content type and disposition, as a dict, for the stored file ``name``."""
    name = PurePath(name).name
    ending = PurePath(name).suffix.lstrip(".").lower()
    headers = {"Content-Type": SHOWN.get(ending) or KEPT.get(ending, BYTES)}
    if ending not in SHOWN:
        headers["Content-Disposition"] = content_disposition_header(True, name)
    return headers
