"""What all answers below ``/api/`` have in common, those of Django itself included."""

import logging

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.http import parse_http_date_safe

from .problems import CONTENT_TYPE, DETAILS, is_for_programs, problem_response

logger = logging.getLogger(__name__)

METHODS = "GET, HEAD, OPTIONS"
JSON = ("*/*", "application/*", "application/json", CONTENT_TYPE)
MAX_AGE = 300  # seconds an answer may be used without asking again


class ApiMiddleware:
    """Methods, errors, caches and other origins; the answers depend on neither language nor cookie.

    It stands outside of what asks for sessions and languages, and inside of what compresses.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_for_programs(request):
            return self.get_response(request)
        return open_to_others(self.answer(request))

    def answer(self, request):
        try:
            request.get_host()
            request.GET  # noqa: B018  (read here, where what is too much of it can be answered)
        except DisallowedHost:
            return problem_response(request, 400, "The portal is not at this host.")
        except SuspiciousOperation:
            return problem_response(request, 400, "The request has too many parameters.")
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": METHODS})
        if request.method not in ("GET", "HEAD"):
            response = problem_response(request, 405)
            response["Allow"] = METHODS
            return response
        if not accepts_json(request):
            return problem_response(request, 406)
        return self.conditional(request, self.got(request))

    def got(self, request):
        """The answer to GET, which HEAD gets as well; the server leaves its content out."""
        method, request.method = request.method, "GET"
        try:
            response = self.get_response(request)
        finally:
            request.method = method
        if response.status_code >= 400 and response.get("Content-Type") != CONTENT_TYPE:
            status = response.status_code if response.status_code in DETAILS else 400
            status = 500 if response.status_code >= 500 else status
            response = problem_response(request, status)
        return response

    def conditional(self, request, response):
        # Left there by what is for pages alone.
        for header in ("Vary", "Content-Language"):
            if response.get("Content-Type") != CONTENT_TYPE or header == "Vary":
                response.headers.pop(header, None)
        patch_vary_headers(response, ["Accept"])
        if response.status_code != 200 or response.streaming:
            return response
        response.headers.setdefault("Cache-Control", f"public, max-age={MAX_AGE}")
        if not response.has_header("ETag"):
            set_response_etag(response)
        modified = response.get("Last-Modified")
        return get_conditional_response(
            request,
            etag=response["ETag"],
            last_modified=modified and parse_http_date_safe(modified),
            response=response,
        )


def accepts_json(request):
    """Whether the client takes JSON in any way of saying so; parameters of it change nothing."""
    if not request.headers.get("Accept", "").strip():
        return True
    return any(f"{one.main_type}/{one.sub_type}" in JSON for one in request.accepted_types)


def open_to_others(response):
    """Let scripts of every origin read the answer."""
    response["Access-Control-Allow-Origin"] = "*"
    if response.status_code == 204:
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = "*"
        response["Access-Control-Max-Age"] = "86400"
    else:
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
    return response
