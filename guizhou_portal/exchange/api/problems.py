"""What went wrong, for programs: problem details as RFC 9457 defines them, in English."""

import json
from http import HTTPStatus

from django.http import HttpResponse

ROOT = "/api/"
CONTENT_TYPE = "application/problem+json"
DETAILS = {
    400: "The request cannot be understood.",
    404: "There is nothing at this address. /api/v1/ lists what there is.",
    405: "This API is read only: use GET, HEAD or OPTIONS.",
    406: "Everything here is JSON: accept application/json.",
    500: "The fault is ours; it has been noted.",
    503: "The database is unavailable at the moment; try again later.",
}


def is_for_programs(request):
    """Whether ``request`` wants its problems told as these here."""
    return request.path_info.startswith(ROOT)


class Problem(Exception):  # noqa: N818  (it is answered, not reported)
    """Ends a request with problem details; ``more`` are members of its own."""

    def __init__(self, status, detail="", **more):
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def wrong_parameters(found):
    """The problem of parameters with values that cannot be.

    ``found``: ``[(name, what is wrong, allowed values or None), …]``.
    """
    errors = [
        {"parameter": name, "detail": detail, **({"allowed": allowed} if allowed else {})}
        for name, detail, allowed in found
    ]
    names = ", ".join(dict.fromkeys(f"“{one['parameter']}”" for one in errors))
    return Problem(422, f"The request has a wrong parameter: {names}.", errors=errors)


def problem_response(request, status, detail="", **more):
    """The answer. ``type`` is "about:blank": the status says of what type the problem is."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, ""),
        "instance": request.path,
        **more,
    }
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False), content_type=CONTENT_TYPE, status=status
    )
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "en"
    return response
