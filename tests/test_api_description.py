"""The API's description in OpenAPI: valid, complete, and kept by what the API answers."""

from contextlib import suppress

import pytest

from events.models import Photo

from .factories import full_event

API = "/api/v1/"


def test_the_description_is_valid_and_explains_everything(db, client):
    import jsonschema_rs
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    document = client.get(f"{API}openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://testserver"}]
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        for field, described in schema.get("properties", {}).items():
            assert described.get("description") or "$ref" in described, (name, field)
    stages = document["components"]["schemas"]["Project"]["properties"]["stage"]
    assert "OC4IDS" in stages["description"]
    assert "identification" in stages["enum"]
    assert stages["x-names"]["identification"]["zh-hans"] == "立项"
    for path in document["paths"].values():
        for operation in path.values():
            assert all(one.get("description") for one in operation["parameters"])


def test_answers_are_as_described(portal, client):
    import jsonschema_rs

    document = client.get(f"{API}openapi.json").json()
    # A file that is gone from the disk keeps its name and size.
    photo = Photo(event=full_event(1), image="photos/x.jpg", image_width=9, image_height=9)
    Photo.objects.bulk_create([photo])
    for path, operations in document["paths"].items():
        operation = operations["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        validator = jsonschema_rs.validator_for(whole)
        if "{key}" in path:
            continue  # the same type as in the list
        for query in ({}, {"lang": "zh-hans", "limit": 100})[: 1 if path == API else 2]:
            answer = client.get(path, query).json()
            assert [error.message for error in validator.iter_errors(answer)] == []


PLAIN = {"Host": "localhost", "Accept-Encoding": "identity"}


def described():
    """The API's description as schemathesis reads it, asked in this process."""
    import schemathesis
    from django.core.handlers.wsgi import WSGIHandler

    return schemathesis.openapi.from_wsgi(f"{API}openapi.json", WSGIHandler(), headers=PLAIN)


def try_out(examples):
    """Ask with values as described and with others; the answers must be as described."""
    import hypothesis
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for operation in (one.ok() for one in described().get_all_operations()):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def attempt(case):
                # Which records there are to filter by is no matter of the description.
                case.call_and_validate(headers=PLAIN, excluded_checks=[positive_data_acceptance])

            # Every key is possible, and the index asks for nothing: nothing is wrong there.
            with suppress(hypothesis.errors.Unsatisfiable):
                attempt()


@pytest.mark.thorough
def test_every_address_does_what_it_describes_whatever_it_is_asked(same_connection, portal):
    try_out(examples=40)
