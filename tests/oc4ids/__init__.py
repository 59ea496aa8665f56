"""Checks OC4IDS documents with the standard's own checker, without its way to the network."""

import json
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import requests

HERE = Path(__file__).parent
CONFIG = {
    "schema_host": "http://schema.example/",
    "schema_version_choices": {"0.9.5": ("0.9.5", "http://schema.example/")},
    "schema_codelists": {"0.9": "http://schema.example/"},
}


def findings(package, monkeypatch):
    """What ``libcoveoc4ids`` finds wrong with a package: nothing gives an empty dict.

    The remark that the prefix of identifiers is not a registered one is among it.
    """
    from libcove.lib import common
    from libcoveoc4ids.api import oc4ids_json_output
    from libcoveoc4ids.config import LibCoveOC4IDSConfig

    monkeypatch.setattr(common, "get_request", lambda url, **options: kept(url))
    result = oc4ids_json_output(
        json_data=package, lib_cove_oc4ids_config=LibCoveOC4IDSConfig(CONFIG)
    )
    names = (
        "validation_errors",
        "additional_fields",
        "additional_closed_codelist_values",
        "additional_open_codelist_values",
        "deprecated_fields",
        "structure_warnings",
        "additional_checks",
        "conformance_checks",
    )
    return {name: result[name] for name in names if result.get(name)}


def kept(url):
    """The answer the standard's server would give to ``url``."""
    name = urlsplit(url).path.rpartition("/")[2]
    response = requests.Response()
    response.status_code, response.encoding = 200, "utf-8"
    if name == "project-package-schema.json":
        text = (HERE / "package-schema.json").read_text()
    elif name == "project-schema.json":
        text = json.dumps(patched(read(name), read("later.json")))
    else:  # a code list; the closed ones stand in the schema as well
        text = "\n".join(["Code,Title", *(f"{code}," for code in read("codes.json").get(name, []))])
    response.raw = BytesIO(text.encode())
    return response


def read(name):
    return json.loads((HERE / name).read_text())


def patched(target, patch):
    """``target`` after a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = patched(target.get(name), value)
    return target
