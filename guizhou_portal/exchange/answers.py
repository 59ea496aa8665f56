"""Answers to programs that ask again and again whether there is something new."""

import hashlib

from django.db.models import Max, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

MAX_AGE = 300  # seconds: what is withdrawn must be gone soon


def latest_change(model):
    """When the public last got to see something else of a model's records; None if there are none.

    Records that are not public count as well: what was withdrawn a moment ago is a change.
    """
    found = model._base_manager.aggregate(
        updated=Max("updated"),
        published=Max("publish_at", filter=Q(publish_at__lte=timezone.now())),
    )
    return max(filter(None, found.values()), default=None)


def conditional(request, content, content_type, changed):
    """``content`` (bytes), or 304 if the asking program has it already.

    The entity tag is made from the content, so it tells every change, also that of a related
    record or a deletion. ``changed``, a point in time or None, tells most of them. A program that
    asks by this date alone gets 304 only for the very date it was given: when the latest record
    is deleted, the date goes back, and an earlier one is news.
    """
    response = HttpResponse(content, content_type=content_type)
    etag = f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    if changed is not None:
        response["Last-Modified"] = http_date(changed.timestamp())
    since = request.headers.get("If-Modified-Since")
    if "If-None-Match" not in request.headers and since != response.get("Last-Modified"):
        return response
    return get_conditional_response(
        request, etag, changed and int(changed.timestamp()), response=response
    )
