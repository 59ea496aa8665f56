"""Uploaded files for visitors, from wherever they are kept."""

import logging
from mimetypes import guess_type

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date
from django.views.static import serve, was_modified_since

logger = logging.getLogger(__name__)

PIECE = 64 * 2**10  # bytes handed on at once
RETRY_AFTER = 10  # seconds


def stored_file(request, path):
    """The answer with a file of the media folder or of the object store.

    ``Http404`` or ``OSError`` if there is none, 503 if the store is away. What a browser may do
    with the file is for the caller to say.
    """
    if not hasattr(default_storage, "streamed"):
        return serve(request, path, document_root=settings.MEDIA_ROOT)
    try:
        content, size, changed = default_storage.streamed(path)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError as error:
        logger.error("%s", error)
        return HttpResponse(
            status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
        )
    if not was_modified_since(request.headers.get("If-Modified-Since"), changed.timestamp()):
        content.close()
        return HttpResponseNotModified()
    kind, encoding = guess_type(path)
    response = StreamingHttpResponse(
        content.iter_chunks(PIECE), content_type=kind or "application/octet-stream"
    )
    response._resource_closers.append(content.close)
    response["Content-Length"] = str(size)
    response["Last-Modified"] = http_date(changed.timestamp())
    if encoding:
        response["Content-Encoding"] = encoding
    return response
