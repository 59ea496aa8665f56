"""Each request has a name in the log, and a line of its own where that is wanted."""

import logging
import re
import secrets
import time

from django.conf import settings

from .logs import request_id

logger = logging.getLogger("guizhou_portal.access")

HEADER = "X-Request-ID"
VALID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
LONGEST_PATH = 200


def middleware(get_response):
    """Names the request as a proxy in front did, or by chance, and says the name in the answer.

    Sends no body where none is wanted, which the server would otherwise complain of.
    """
    writes_lines = settings.ACCESS_LOG

    def respond(request):
        name = request.META.get("HTTP_X_REQUEST_ID", "")
        if not VALID.fullmatch(name):
            name = secrets.token_hex(8)
        request.id, before = name, time.perf_counter()
        token = request_id.set(name)
        try:
            response = get_response(request)
            response[HEADER] = name
            if request.method == "HEAD":
                leave_out_body(response)
            if writes_lines:
                note(request, response, time.perf_counter() - before)
        finally:
            request_id.reset(token)
        return response

    return respond


def leave_out_body(response):
    if response.streaming:
        response.streaming_content = ()
    else:
        if not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        response.content = b""


def note(request, response, seconds):
    """One line: no address of the internet, no account, nothing of the query string."""
    size = response.get("Content-Length")
    if size is None and not response.streaming:
        size = len(response.content)
    fields = {
        "method": request.method,
        "path": request.path[:LONGEST_PATH],
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "bytes": int(size) if size is not None else -1,
    }
    logger.info(
        "%(method)s %(path)s %(status)s, %(ms)s ms, %(bytes)s bytes",
        fields,
        extra={"fields": fields},
    )
