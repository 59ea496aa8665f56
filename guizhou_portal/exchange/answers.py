"""Answers to programs that ask again and again whether there is something new."""

import hashlib

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from guizhou_portal.publishing.models import Publication, PublicRecord
from guizhou_portal.questions import answers, first

MAX_AGE = 300  # seconds: what is withdrawn must be gone soon


def latest_change(model):
    """When the public last got to see something else of a model's records; None if there are none.

    Records that are not public count as well: what was withdrawn a moment ago is a change.
    """
    return max(filter(None, answers(changes_of(model))), default=None)


def changes_of(model):
    """``[expression, …]`` of when a record was changed last, and when one appeared last."""
    found = [first(QuerySet(model).order_by("-updated"), "updated")]
    if issubclass(model, PublicRecord):
        published = QuerySet(model).filter(appeared()).order_by("-publish_at")
        found.append(first(published, "publish_at"))
    return found


def appeared():
    """The condition of records whose time of publication has come."""
    return Q(publication=Publication.PUBLISHED, publish_at__lte=timezone.now())


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
