"""Enquiries as they lie in the back office, and what is done with them there."""

import re
from datetime import timedelta
from html import unescape
from io import StringIO
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from projects.models import Attachment, Enquiry

from .forms import admin_address

LIST = admin_address(Enquiry, "changelist")
ADDRESS, NAME = "ada@example.org", "Ada Example"
WORDS = {
    "interest": "invest",
    "message": "We would like to know more.",
    "name": NAME,
    "organisation": "Example AG",
    "country": "CH",
    "email": ADDRESS,
    "telephone": "+41 44 123 45 67",
}
PDF = b"%PDF-1.7\n%%EOF"


def ago(**time):
    return timezone.now() - timedelta(**time)


def enquiry(created=None, mails=(), **fields):
    """``mails``: the state of each answer to it."""
    one = Enquiry.objects.create(
        **{**WORDS, "language": "en", "consented_at": timezone.now(), "fingerprint": "f" * 64,
           **fields}
    )  # fmt: skip
    if created:
        Enquiry.objects.filter(pk=one.pk).update(created=created)
        one.refresh_from_db()
    for state in mails:
        letter(one, state, "answer")
    return one


def letter(one, state="sent", kind="confirmation", **fields):
    words = {"recipient": one.email, "subject": "About it", "body": f"Dear {one.name}"}
    return one.mails.create(kind=kind, state=state, **{**words, **fields})


def attached(one, name="Offer of Ada.pdf"):
    file = Attachment(enquiry=one, name=name, kind="PDF", size=len(PDF))
    file.file.save(name, ContentFile(PDF))
    return file


def with_all(**fields):
    """An enquiry with everything that can be known of its sender."""
    more = {"internal_note": "Knows Bob", "about": "A page", "suspicions": ["links"]}
    one = enquiry(**{**more, **fields})
    attached(one)
    letter(one, "waiting")
    letter(one, "waiting", "notification", recipient="office@portal.example")
    return one


def user(name="ENQUIRY_HANDLER"):
    return get_user_model().objects.get(username=name)


def page_of(one, page="change", *more):
    return admin_address(Enquiry, page, one.pk, *more)


def read(client, address):
    return client.get(address, follow=True).content.decode()


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def do(client, one, step):
    return client.post(page_of(one, "handle"), {"step": step}, follow=True).content.decode()


def run(command, *arguments, **options):
    """``(exit status, what it says, what it complains of)``."""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err, **options)
        status = 0
    except SystemExit as end:
        status = end.code
    return status, out.getvalue(), err.getvalue()


def refused(*args):
    """In the place of what the disk does not allow."""
    raise PermissionError(13, "Permission denied")


def files(settings):
    return sorted(path for path in Path(settings.ENQUIRY_FILES).rglob("*") if path.is_file())


def everywhere(*words):
    """``table.column`` wherever one of ``words`` is stored in the database, in any case."""
    return {place for place, text in _cells() if _holds(text, words)}


def _cells():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names of our own tables)
            columns = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", str(value)
    for session in Session.objects.all():  # packed, so that no word of it is seen from outside
        yield "session", str(session.get_decoded())


def beyond_the_database(folder, *words):
    """Files below ``folder``, by name and content, and entries of the cache that hold a word."""
    on_disk = ((str(one), one.read_bytes()) for one in folder.rglob("*") if one.is_file())
    cached = ((key, value) for key, value in getattr(cache, "_cache", {}).items())
    places = ((name, f"{name} {content.decode(errors='replace')}") for name, content in on_disk)
    kept = ((key, f"{key} {value.decode(errors='replace')}") for key, value in cached)
    return {place for place, text in (*places, *kept) if _holds(text, words)}


def _holds(text, words):
    return any(word.casefold() in text.casefold() for word in words)
