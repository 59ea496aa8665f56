"""The description of the API in OpenAPI 3.1: what django-ninja knows, and what it cannot."""

import json
from functools import cache

from django.http import HttpResponse
from django.urls import reverse

from guizhou_portal.context import site_address

from .problems import CONTENT_TYPE, DETAILS
from .schemas import ProblemDetails
from .views import api

ABOUT = """\
The records of the Guizhou Portal, read-only and without an account: investment conferences, the
people who appeared there, the contracts signed, the projects open to partners, and Guizhou as a
location. Only what is published is given; what is unknown is `null`, never 0 or an empty text.

**Languages.** Every text is given in German, English and Chinese:
`{"de": …, "en": …, "zh-hans": …}`. With `lang`, it is one string, in that language or the next one
that has it, and `languages` says in which language each text of the object is.

**Pages.** A list gives `limit` records at a time. Follow `next` until it is `null` (or the header
`Link`): the places it leads to stay right while records come and go. `updated_since` gives what was
changed since you last asked.

**Caching.** Send the `ETag` of an answer as `If-None-Match`: 304 says that nothing has changed.

**Errors** are problem details (RFC 9457) in English, with the names of wrong parameters.

**Versions.** Within `/api/v1/`, fields, resources, parameters and codes may be added; nothing is
removed and no meaning changed. What is to go is announced in the answers by the headers
`Deprecation` (RFC 9745) and `Sunset` (RFC 8594) at least twelve months before, and in this text.
"""
HEADERS = {
    "ETag": "Changes whenever the answer does.",
    "Last-Modified": "When anything on the portal was changed last.",
}
LINK = "The next page and the one before (RFC 8288)."


def openapi(request):
    """The document, as JSON."""
    document = {**description(), "servers": [{"url": site_address(request)}]}
    return HttpResponse(
        json.dumps(document, ensure_ascii=False),
        content_type="application/json; charset=utf-8",
    )


@cache
def description():
    """The OpenAPI document without its server; made once, it follows from the code alone."""
    document = dict(api.get_openapi_schema(path_prefix=reverse("api:index")))
    document["info"] = {"title": api.title, "version": api.version, "description": ABOUT}
    schemas = document["components"]["schemas"]
    schemas["ProblemDetails"] = untitled(
        ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    )
    schemas.update(schemas["ProblemDetails"].pop("$defs", {}))
    for path in document["paths"].values():
        for operation in path.values():
            complete(operation)
    document["components"] = untitled(document["components"])
    document["tags"] = [
        {"name": name}
        for name in dict.fromkeys(
            operation["tags"][0]
            for path in document["paths"].values()
            for operation in path.values()
        )
    ]
    return document


def complete(operation):
    """Add the headers, and the problems with their own content type."""
    responses = operation["responses"] = {
        str(status): response for status, response in operation["responses"].items()
    }
    for status, response in responses.items():
        if status == "200":
            response["description"] = "What was asked for."
            names = {
                **HEADERS,
                **({"Link": LINK} if operation["operationId"].startswith("list_") else {}),
            }
            response["headers"] = {
                name: {"description": words, "schema": {"type": "string"}}
                for name, words in names.items()
            }
        else:
            response["description"] = DETAILS.get(int(status), "A parameter is wrong.")
            response["content"] = {CONTENT_TYPE: response["content"]["application/json"]}
    responses["304"] = {"description": "Nothing has changed since the answer with that ETag."}
    operation["parameters"] = [untitled(one) for one in operation.get("parameters", [])]


def untitled(schema):
    """``schema`` without the titles that pydantic makes of names."""
    if isinstance(schema, list):
        return [untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: untitled(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }
