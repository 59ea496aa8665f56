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
        name = name_of(request.META)
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


def name_of(meta):
    """The request's name, from a proxy in front or made up. ``meta``: in CGI's names (PEP 3333)."""
    given = meta.get("HTTP_X_REQUEST_ID", "")
    return given if VALID.fullmatch(given) else secrets.token_hex(8)


def leave_out_body(response):
    if response.streaming:
        response.streaming_content = ()
    else:
        if not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        response.content = b""


def note(request, response, seconds):
    size = response.get("Content-Length")
    if size is None and not response.streaming:
        size = len(response.content)
    size = int(size) if size is not None else -1
    note_line(request.method, request.path, response.status_code, size, seconds)


def note_line(method, path, status, size, seconds):
    """One line: no address of the internet, no account, nothing of the query string."""
    fields = {
        "method": method,
        "path": path[:LONGEST_PATH],
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": size,
    }
    logger.info(
        "%(method)s %(path)s %(status)s, %(ms)s ms, %(bytes)s bytes",
        fields,
        extra={"fields": fields},
    )
