"""Answers of the API: the index, and a list and single records of each resource."""

from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import override
from ninja import NinjaAPI, Path, Query
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from guizhou_portal.context import site_address, with_query
from guizhou_portal.exchange.open_data.changes import (
    last_change,
    public_changes,
    public_numbers,
)
from guizhou_portal.exchange.open_data.reading import Reading, in_zone
from guizhou_portal.exchange.open_data.resources import API, api_url, resources
from guizhou_portal.filters.bound import is_sound
from guizhou_portal.filters.cursors import CursorError, page_of
from guizhou_portal.filters.listed import Listed
from guizhou_portal.licences import Licence
from guizhou_portal.operations.remembered import PARTS, remembered
from guizhou_portal.pages.models import Operator
from guizhou_portal.publishing.models import FormerSlug, Sluggable
from guizhou_portal.translated import LANGUAGES

from .problems import Problem, problem_response, wrong_parameters
from .schemas import KEY, Index, OneLanguage, ProblemDetails, asked_of, page_type, record_type

VERSION = "1.0"
YEARS = range(1900, 2300)  # in which something may have been changed


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Guizhou Portal open data",
    version=VERSION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    renderer=Renderer(),
)


@api.exception_handler(Problem)
def problem(request, error):
    return problem_response(request, error.status, error.detail, **error.more)


@api.exception_handler(ValidationError)
def wrong_values(request, error):
    found = []
    for one in error.errors:
        names = [part for part in one["loc"] if isinstance(part, str)]
        expected = one.get("ctx", {}).get("expected", "")
        allowed = [part.strip("'") for part in expected.replace(" or ", ", ").split(", ") if part]
        found.append((names[-1], one["msg"], allowed or None))
    return problem(request, wrong_parameters(found))


def problems(*statuses):
    return dict.fromkeys(statuses, ProblemDetails)


@api.get(
    "/",
    response={200: Index, **problems(406, 422)},
    by_alias=True,
    summary="What there is",
    operation_id="index",
    tags=["index"],
    url_name="index",
)
def index(request, response: HttpResponse):
    """All kinds of record, with their number and last change, and the licence of the data."""
    only_known(request, ())
    changes, numbers = public_changes(), public_numbers()
    site = site_address(request)
    response["Last-Modified"] = http_date(last_moment().timestamp())
    return {
        "name": api.title,
        "version": VERSION,
        "updated": written(max((one.last for one in changes.values() if one.last), default=None)),
        "licence": licence_of(Operator.current().data_licence),
        "documentation": {code: f"{site}/{code}/data/" for code in LANGUAGES},
        "openapi": f"{site}{API}openapi.json",
        "oc4ids": f"{site}{API}oc4ids.json",
        "resources": [
            {
                "name": one.name,
                "description": one.about,
                "url": f"{site}{API}{one.name}/",
                "count": numbers[one.name],
                "updated": written(changes[one.name].last),
                **{
                    kind: f"{site}/{LANGUAGES[0]}/data/{one.name}.{kind}" if one.in_sheet else None
                    for kind in ("csv", "xlsx")
                },
            }
            for one in resources()
        ],
    }


def written(moment):
    return moment and in_zone(moment)


def last_moment():
    return last_change() or timezone.now()


def licence_of(code):
    if not code:
        return None
    licence = Licence(code)
    with override("en"):
        return {"code": code, "name": str(licence.label), "url": licence.url or None}


def add(resource):
    """The list and the single records of one resource."""
    described = {"by_alias": True, "exclude_unset": True, "tags": [resource.name]}

    @api.get(
        f"/{resource.name}/",
        response={200: page_type(resource), **problems(406, 422)},
        summary=f"List of {resource.name}",
        description=resource.about,
        operation_id=f"list_{resource.name}",
        url_name=f"{resource.name}_list",
        **described,
    )
    def listed(request, response: HttpResponse, asked: Query[asked_of(resource)]):
        only_known(request, type(asked).model_fields, several=facets_of(resource))
        with override(asked.lang or settings.LANGUAGE_CODE):
            return page(request, response, resource, asked)

    @api.get(
        f"/{resource.name}/{{key}}/",
        response={200: record_type(resource), **problems(404, 406, 422)},
        summary=f"One of {resource.name}",
        description=resource.about,
        operation_id=f"get_{resource.name}",
        url_name=f"{resource.name}_record",
        **described,
    )
    def single(
        request,
        response: HttpResponse,
        asked: Query[OneLanguage],
        key: str = Path(..., description=KEY),
    ):
        only_known(request, OneLanguage.model_fields)
        return one_record(request, response, resource, key, asked.lang)


def facets_of(resource):
    return {facet.name for facet in resource.filters.facets}


def page(request, response, resource, asked):
    filters = resource.filters(request.GET)
    if filters.wrong:
        raise wrong_values_of(resource, filters)
    records = Listed(filters, resource.public()).narrowed
    records = records.filter(changed_since(resource, asked.updated_since))
    order = [resource.name, filters.sort.name, asked.lang]
    try:
        found = page_of(
            resource.loaded(records), filters.sort.by(), order, asked.limit, asked.cursor
        )
    except CursorError:
        detail = "It is damaged, or of a list in another order or language. Begin without it."
        raise wrong_parameters([("cursor", detail, None)]) from None
    links = {
        "next": address_at(request, found.next),
        "previous": address_at(request, found.previous),
    }
    if any(links.values()):
        names = {"next": "next", "previous": "prev"}
        response["Link"] = ", ".join(
            f'<{url}>; rel="{names[name]}"' for name, url in links.items() if url
        )
    response["Last-Modified"] = http_date(last_moment().timestamp())
    reading = Reading(site_address(request), asked.lang)
    return {
        "count": number_of(resource, filters, asked.updated_since),
        **links,
        "results": [resource.as_json(record, reading) for record in found.records],
    }


def number_of(resource, filters, since):
    """How many records there are, all counted: once for each version of the content."""

    def count():
        records = filters.joined(resource.public().order_by())
        return records.filter(changed_since(resource, since)).count()

    if filters.words:  # what visitors look for has no end
        return count()
    return remembered(("number", resource.name, filters.query_of_records, since), count, PARTS)


def wrong_values_of(resource, filters):
    """The :class:`Problem` of values nothing has, with those there are."""
    names = {name for name, _value in filters.wrong}
    allowed = {
        facet.name: [str(value) for value, *_ in facet.choices(resource.public())]
        for facet in resource.filters.facets
        if facet.name in names
    }
    return wrong_parameters(
        [
            (name, f"There is no value “{value[:100]}”.", allowed.get(name, []))
            for name, value in filters.wrong
        ]
    )


def changed_since(resource, moment):
    if moment is None:
        return Q()
    if moment.year not in YEARS:  # which no database could compare in every time zone
        return Q() if moment.year < YEARS[0] else Q(pk__in=[])
    since = Q(updated__gte=moment)
    if resource.is_published_by_itself:
        since |= Q(publish_at__gte=moment)
    return since


def address_at(request, cursor):
    """The address of the same list at another place; None without a cursor."""
    if cursor is None:
        return None
    query = [(name, value) for name, value in pairs(request) if name != "cursor"]
    return f"{site_address(request)}{request.path}?{urlencode([*query, ('cursor', cursor)])}"


def pairs(request):
    return [(name, value) for name, values in request.GET.lists() for value in values]


def one_record(request, response, resource, key, language):
    sound = is_sound(key)
    records = resource.public().filter(**{resource.key: key})
    record = resource.loaded(records).first() if sound else None
    if record is None:
        now = current_record(resource, key) if sound else None
        if now is None:
            raise Problem(404, f"There is no such record among the {resource.name}.")
        query = request.META.get("QUERY_STRING", "")
        address = api_url(now, Reading(site_address(request)))
        return HttpResponsePermanentRedirect(with_query(address, query))
    response["Last-Modified"] = http_date(last_moment().timestamp())
    return resource.as_json(record, Reading(site_address(request), language))


def current_record(resource, key):
    """The public record that once had this key, or None."""
    if not issubclass(resource.model, Sluggable):
        return None
    record = FormerSlug.objects.record_for(resource.model, key)
    if record is None or record.slug == key:
        return None
    return resource.public().filter(pk=record.pk).first()


def only_known(request, names, several=()):
    """Refuse parameters there are not: a typing error would give all records instead of some."""
    found = []
    for name, values in request.GET.lists():
        if name not in names:
            found.append((name[:100], "There is no such parameter here.", sorted(names)))
        elif len(values) > 1 and name not in several:
            found.append((name, "It can be given only once.", None))
        found += [
            (name[:100], "It holds characters that are not text.", None)
            for value in values
            if "\x00" in value or "\ufffd" in value
        ]
    if found:
        raise wrong_parameters(found[:20])


def nothing(request):
    """For what has no address here; a forgotten slash is added."""
    with_slash = f"{request.path_info}/"
    if not request.path_info.endswith("/") and resolve(with_slash).func is not nothing:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return problem_response(request, 404)


for one in resources():
    add(one)
