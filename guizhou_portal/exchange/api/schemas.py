"""The types of the API: of what is asked, and of what is answered."""

import re
from datetime import UTC
from typing import Annotated, Literal

import pydantic
from django.utils.translation import override
from ninja import Schema

from guizhou_portal.exchange.open_data.composed import schema_of
from guizhou_portal.filters.bound import LONGEST_WORDS, MOST_VALUES
from guizhou_portal.filters.facets import LONGEST, UNKNOWN, CodeFacet, YearFacet, YesNoFacet
from guizhou_portal.translated import LANGUAGES

Language = Annotated[
    Literal[tuple(LANGUAGES)] | None,
    pydantic.Field(
        description="Give texts in this language alone, or in the next one where it has none; "
        "`languages` says which each text is in. Without it, every text is given in all languages.",
    ),
]


ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:.*")


def in_iso(text):
    """Refuse what pydantic would take for a point in time as well, such as seconds since 1970."""
    if not ISO.fullmatch(text):
        raise ValueError("it is not written as in ISO 8601")
    return text


def in_utc(moment):
    """The same moment; PostgreSQL takes no time zone more than sixteen hours away."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("it is before the year 1 or after the year 9999") from error


KEY = "The key of the record: its `slug`, of a page its `key`."


class OneLanguage(Schema):
    lang: Language = None


class Listing(OneLanguage):
    """What every list can be asked for."""

    limit: Annotated[int, pydantic.Field(ge=1, le=100, description="Most records of a page.")] = 20
    cursor: Annotated[
        str | None,
        pydantic.Field(
            max_length=2000,
            description="Where the page begins, as `next` and `previous` of another page have it.",
        ),
    ] = None
    updated_since: Annotated[
        Annotated[
            pydantic.AwareDatetime,
            pydantic.BeforeValidator(in_iso),
            pydantic.AfterValidator(in_utc),
        ]
        | None,
        pydantic.Field(
            description="Only records changed or published at this time or later: ISO 8601 with "
            "time zone, such as 2031-06-05T08:00:00Z.",
        ),
    ] = None
    q: Annotated[
        str,
        pydantic.Field(
            max_length=LONGEST_WORDS, description="Only records in which all these words are found."
        ),
    ] = ""


def asked_of(resource):
    """The query of a list: what every list has, and its own facets and orders."""
    typed = {facet.name: facet_type(facet) for facet in resource.filters.facets}
    names = tuple(sort.name for sort in resource.filters.sorts)
    typed["sort"] = (
        Literal[names],
        pydantic.Field(
            default=names[0],
            description=f"In which order: {sorts_in_words(resource.filters.sorts)}.",
        ),
    )
    return pydantic.create_model(f"{resource.schema_name}Query", __base__=Listing, **typed)


def facet_type(facet):
    values, what = str, "their slugs"
    if isinstance(facet, CodeFacet):
        values, what = Literal[tuple(facet.codes.values)], "codes"
    elif isinstance(facet, YesNoFacet):
        values, what = Literal["yes", "no", UNKNOWN], "yes, no or unknown"
    elif isinstance(facet, YearFacet):
        values = Annotated[str, pydantic.Field(pattern=rf"^([12]\d{{3}}|{UNKNOWN})$")]
        what = f"years, or {UNKNOWN}"
    else:
        values = Annotated[str, pydantic.Field(min_length=1, max_length=LONGEST)]
        related = hasattr(facet, "related")
        what = f"{'slugs' if related else 'ISO 3166-1 alpha-2 codes'}, or {UNKNOWN}"
    with override("en"):
        label = str(facet.label)
    return list[values], pydantic.Field(
        default=[],
        max_length=MOST_VALUES,
        description=f"{label}: {what}. Repeat the parameter for several: any of them counts.",
    )


def sorts_in_words(sorts):
    with override("en"):
        return ", ".join(f"{sort.name} ({str(sort.label).lower()})" for sort in sorts)


def record_type(resource):
    return schema_of(resource.schema_name, resource.about, resource.fields)


def page_type(resource):
    """A page of a list of records."""
    return pydantic.create_model(
        f"{resource.schema_name}List",
        __doc__=f"A page of a list. {resource.about}",
        count=(int, pydantic.Field(description="How many records there are on all pages.")),
        next=(str | None, pydantic.Field(description="Address of the next page.")),
        previous=(str | None, pydantic.Field(description="Address of the page before.")),
        results=(list[record_type(resource)], pydantic.Field(description="The records.")),
    )


class ResourceSummary(Schema):
    """One kind of record."""

    name: str = pydantic.Field(description="In addresses.")
    description: str = pydantic.Field(description="What it holds.")
    url: str = pydantic.Field(description="Its list.")
    count: int = pydantic.Field(description="How many records are public.")
    updated: str | None = pydantic.Field(
        description="The last change of one of them.", json_schema_extra={"format": "date-time"}
    )
    csv: str | None = pydantic.Field(description="All of them as CSV.")
    xlsx: str | None = pydantic.Field(description="All of them as an XLSX workbook.")


class DataLicence(Schema):
    """The terms the operator has stated for the data."""

    code: str = pydantic.Field(description="SPDX identifier where there is one.")
    name: str = pydantic.Field(description="What it is called.")
    url: str | None = pydantic.Field(description="Where it can be read.")


class Index(Schema):
    """What there is."""

    name: str = pydantic.Field(description="What the API is called.")
    version: str = pydantic.Field(description="Of the API, not of the data.")
    updated: str | None = pydantic.Field(
        description="When anything was changed last.", json_schema_extra={"format": "date-time"}
    )
    licence: DataLicence | None = pydantic.Field(
        description="Terms of use of the data. null: the operator has stated none, and any reuse "
        "beyond what the law allows needs the operator's consent."
    )
    documentation: dict[str, str] = pydantic.Field(description="For people, by language.")
    openapi: str = pydantic.Field(description="This API in OpenAPI 3.1.")
    oc4ids: str = pydantic.Field(description="The projects as an OC4IDS package.")
    resources: list[ResourceSummary] = pydantic.Field(description="The kinds of record.")


class WrongParameter(Schema):
    """What is wrong with one parameter."""

    parameter: str = pydantic.Field(description="Its name.")
    detail: str = pydantic.Field(description="What is wrong.")
    allowed: list[str] | None = pydantic.Field(default=None, description="What is possible.")


class ProblemDetails(Schema):
    """What went wrong (RFC 9457). In English."""

    type: str = pydantic.Field(description="about:blank: the status says of what type it is.")
    title: str = pydantic.Field(description="What the status is called.")
    status: int = pydantic.Field(description="HTTP status.")
    detail: str = pydantic.Field(description="What is wrong.")
    instance: str = pydantic.Field(description="The path that was asked for.")
    errors: list[WrongParameter] | None = pydantic.Field(
        default=None, description="With status 422: what is wrong with which parameter."
    )
