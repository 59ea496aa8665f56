"""Which release of the portal runs: pages kept by another one are not ours to send."""

import hashlib
from functools import cache

import django
from django.conf import settings

SOURCES = (
    ("guizhou_portal", "*.py"),
    ("events", "*.py"),
    ("projects", "*.py"),
    ("templates", "*.*"),
    ("locale", "*.mo"),
)
#: Settings that pages show.
SHOWN = ("ENQUIRY_RETENTION_DAYS", "OC4IDS_PREFIX", "ALLOWED_HOSTS", "HTTPS", "MEDIA_URL")


@cache
def fingerprint():
    """A short hexadecimal text, the same in every process that would make the same pages."""
    digest = hashlib.blake2b(django.__version__.encode(), digest_size=8)
    for name in SHOWN:
        digest.update(repr(getattr(settings, name, None)).encode())
    for folder, pattern in SOURCES:
        for file in sorted((settings.BASE_DIR / folder).rglob(pattern)):
            digest.update(file.read_bytes())
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.exists():
        digest.update(manifest.read_bytes())
    return digest.hexdigest()
