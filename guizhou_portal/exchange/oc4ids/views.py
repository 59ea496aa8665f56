"""The addresses of the project packages."""

from django.conf import settings
from django.http import FileResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import override

from guizhou_portal.context import site_address, with_query
from guizhou_portal.exchange.api.problems import problem_response, wrong_parameters
from guizhou_portal.publishing.models import FormerSlug, Publication, if_published
from guizhou_portal.publishing.views import read_only
from projects.filters import ProjectFilters
from projects.models import Project

from .package import package
from .values import Edition


@read_only
def all_projects(request):
    """Every published project, or those that ``ProjectFilters`` leaves; ``?lang=`` as below."""
    filters = ProjectFilters(request.GET)
    known = {"q", "sort", *(facet.name for facet in filters.facets)}
    return refused(request, known, filters.wrong) or answered(
        request,
        reverse("oc4ids"),
        filters.apply(Project.objects.published()),
        # All of them: by the date of the package, filters would tell what each of them is.
        Project.objects.filter(publication=Publication.WITHDRAWN),
        filters.query,
    )


@read_only
def one_project(request, slug):
    """A package of one project; a former slug leads to the present one."""
    if refusal := refused(request):
        return refusal
    records = Project.objects.published().filter(slug=slug)
    if not records.exists():
        former = if_published(FormerSlug.objects.record_for(Project, slug))
        if former and former.slug != slug:
            query = request.META.get("QUERY_STRING", "")
            address = reverse("oc4ids_project", args=[former.slug])
            return HttpResponsePermanentRedirect(with_query(address, query))
    address = reverse("oc4ids_project", args=[slug])
    return answered(request, address, records, Project.objects.none())


def answered(request, address, records, withdrawn, query=""):
    """The package in the language of ``?lang=``, the site's first one if nothing is asked for."""
    language = language_asked(request)
    edition = Edition(site_address(request), language)
    asked = f"lang={language}" if language != settings.LANGUAGE_CODE else ""
    uri = edition.url(with_query(address, asked, query))
    with override(language):
        found = package(records, withdrawn, edition, uri)
    if found is None:
        return problem_response(request, 404, "No such project is published.")
    response = FileResponse(found.file, content_type="application/json")
    response["ETag"] = found.etag
    response["Last-Modified"] = http_date(found.changed.timestamp())
    response["Cache-Control"] = "no-cache"  # to be kept, and asked after each time
    response["Content-Language"] = edition.tag
    unchanged = get_conditional_response(
        request, found.etag, int(found.changed.timestamp()), response
    )
    if unchanged is not response:
        found.file.close()
    return unchanged


def language_asked(request):
    return request.GET.get("lang", "").lower() or settings.LANGUAGE_CODE


def refused(request, known=(), wrong=()):
    """The problem of parameters that are not ``known`` or ``wrong``; None if all are right.

    A program that misspells a filter must not take everything for what it asked for.
    """
    languages = list(dict(settings.LANGUAGES))
    found = [
        (name[:100], "There is no such parameter.", None)
        for name in request.GET
        if name not in {"lang", *known}
    ]
    found += [(name, f"There is no value “{value[:100]}”.", None) for name, value in wrong]
    if language_asked(request) not in languages:
        found.append(("lang", "There is no such language.", languages))
    if not found:
        return None
    wrong_ones = wrong_parameters(found)
    return problem_response(request, wrong_ones.status, wrong_ones.detail, **wrong_ones.more)
