"""The API's OpenAPI document, put in order for a page."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import escape
from django.utils.safestring import mark_safe

from guizhou_portal.exchange.api.openapi import description
from guizhou_portal.exchange.open_data.resources import API

MARKS = (
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<strong>\1</strong>"),
    (re.compile(r"`(.+?)`", re.DOTALL), r"<code>\1</code>"),
)


@dataclass(frozen=True)
class Operation:
    """One address of the API. ``curl``: a command that asks for it."""

    path: str
    summary: str
    parameters: list
    statuses: list
    schema: str
    curl: str


def text_as_html(text):
    """The description's paragraphs, strong words and code."""
    text = escape(text)
    for mark, html in MARKS:
        text = mark.sub(html, text)
    paragraphs = "".join(f"<p>{one.strip()}</p>" for one in text.split("\n\n") if one.strip())
    return mark_safe(paragraphs)  # noqa: S308  (escaped above; it is our own text)


def introduction():
    return text_as_html(description()["info"]["description"])


def groups(site, keys):
    """``[(resource, description, [Operation, …]), …]``; ``keys``: of a record of each resource."""
    found = {}
    for path, operations in description()["paths"].items():
        for operation in operations.values():
            name = operation["tags"][0]
            group = found.setdefault(name, (operation.get("description", ""), []))
            group[1].append(_operation(path, operation, site, keys.get(name)))
    return [(name, about, operations) for name, (about, operations) in found.items()]


def _operation(path, operation, site, key):
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        path=path,
        summary=operation["summary"],
        parameters=[_parameter(one) for one in operation["parameters"]],
        statuses=sorted(operation["responses"]),
        schema=_name(schema),
        curl=_curl(path, operation, site, key),
    )


def _curl(path, operation, site, key):
    query = {"lang": "en"}
    if "{key}" in path:
        path = path.replace("{key}", key or "{key}")
    elif path == API:
        query = {}
    else:
        query = {"limit": 2, "lang": "en"}
    return f'curl "{site}{path}{"?" if query else ""}{urlencode(query)}"'


def _parameter(parameter):
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "about": text_as_html(parameter.get("description", "")),
        "values": _values(schema),
        "default": schema.get("default"),
    }


def _values(schema):
    """The codes there are, wherever the schema has them."""
    if "enum" in schema:
        return schema["enum"]
    if "const" in schema:
        return [schema["const"]]
    inner = [schema.get("items", {}), *schema.get("anyOf", [])]
    return next((values for one in inner if one and (values := _values(one))), [])


def schemas():
    """``[(name, description, [property, …]), …]`` of all types."""
    return [
        (name, schema.get("description", ""), [_property(*one) for one in properties.items()])
        for name, schema in sorted(description()["components"]["schemas"].items())
        if (properties := schema.get("properties"))
    ]


def _property(name, schema):
    types = _types(schema)
    return {
        "name": name,
        "types": types,
        "about": text_as_html(schema.get("description", "")),
        "values": _values(schema),
        "example": next(iter(schema.get("examples", [])), None),
    }


def _types(schema):
    """``[(words, name of the type or nothing), …]``, for example ``[("list of", "Sector")]``."""
    if "$ref" in schema:
        return [("", _name(schema))]
    if "anyOf" in schema:
        return [one for inner in schema["anyOf"] for one in _types(inner)]
    if schema.get("type") == "array":
        return [(f"list of {words}".strip(), name) for words, name in _types(schema["items"])]
    return [
        (
            schema.get("type") or ("string" if "enum" in schema or "const" in schema else "object"),
            "",
        )
    ]


def _name(schema):
    return schema.get("$ref", "").rsplit("/", 1)[-1]
