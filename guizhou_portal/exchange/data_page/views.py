"""The data page, the API's reference and the sheets."""

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from guizhou_portal.backoffice.sheets.writing import CONTENT_TYPES, file_name
from guizhou_portal.context import site_address, with_query
from guizhou_portal.exchange.api.middleware import MAX_AGE, open_to_others
from guizhou_portal.exchange.open_data.changes import last_change, public_changes
from guizhou_portal.exchange.open_data.reading import Reading
from guizhou_portal.exchange.open_data.resources import API, resource, resources
from guizhou_portal.licences import Licence
from guizhou_portal.pages.models import Operator, Page
from guizhou_portal.pages.views import PageTextMixin
from guizhou_portal.publishing.views import ReadOnlyMixin, read_only

from . import reference
from .explained import fields_explained
from .sheets import Sheet


class DataPage(PageTextMixin, TemplateView):
    template_name = "data/data.html"
    page_key = Page.Key.DATA

    def get_context_data(self, **kwargs):
        changes = public_changes()
        # Those with sheets come first: they are what people look for.
        kinds = sorted(resources(), key=lambda one: not one.in_sheet)
        licence = Operator.current().data_licence
        return super().get_context_data(
            licence=Licence(licence) if licence in Licence.values else None,
            kinds=[(one, changes[one.name], fields_explained(one)) for one in kinds],
            last_change=max((one.last for one in changes.values() if one.last), default=None),
            ways=ways(),
            api=API,
            **kwargs,
        )


def ways():
    """``[(what, for what, address), …]``: how else the records can be had."""
    atom = _("Atom: feed readers tell what is new and what has changed.")
    known = [
        (
            _("OC4IDS"),
            _(
                "The projects with their contracts as JSON of the Open Contracting for "
                "Infrastructure Data Standard, for tools that compare projects of many countries."
            ),
            "oc4ids",
        ),
        (_("Feed of events"), atom, "events:event_feed"),
        (_("Feed of contracts"), atom, "events:contract_feed"),
        (_("Feed of projects"), atom, "projects:project_feed"),
        (
            _("Calendar of all events"),
            _("iCalendar, to subscribe to; events without a published date are not in it."),
            "events:calendar",
        ),
        (_("Sitemap"), _("XML: all pages in all languages."), "sitemap"),
    ]
    return [(name, about, reverse(route)) for name, about, route in known]


class ApiReference(ReadOnlyMixin, TemplateView):
    template_name = "data/api.html"

    def get_context_data(self, **kwargs):
        site = site_address(self.request)
        keys = {name: change.key for name, change in public_changes().items()}
        return super().get_context_data(
            introduction=reference.introduction(),
            groups=reference.groups(site, keys),
            schemas=reference.schemas(),
            base=f"{site}{API}",
            openapi=f"{API}openapi.json",
            data_page=Page.texts(Page.Key.DATA)[Page.Key.DATA],
            **kwargs,
        )


@read_only
def sheet_file(request, name, kind):
    """The published records of a kind, filtered and sorted as their list, as a file."""
    try:
        of = resource(name)
    except KeyError as error:
        raise Http404 from error
    if not of.in_sheet:
        raise Http404
    filters = of.filters(request.GET)
    if filters.wrong:
        # A file with other records than those asked for would be taken for the right one.
        raise BadRequest(f"There is no such value: {filters.wrong[0][0]}")
    reading = Reading(site_address(request))
    sheet = Sheet(of, filters.apply(of.public()), reading)
    etag = sheet.etag(request.path, filters.query)
    unchanged = get_conditional_response(request, etag=etag)
    return with_headers(unchanged or as_file(request, sheet, kind, filters.query), etag)


def as_file(request, sheet, kind, query):
    name, content_type = file_name(sheet.resource.model, kind), CONTENT_TYPES[kind]
    if kind == "csv":
        response = StreamingHttpResponse(sheet.csv(), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    content = sheet.workbook()
    if content is None:
        address = reverse("data_sheet", args=[sheet.resource.name, "csv"])
        return HttpResponseRedirect(with_query(address, query))
    return FileResponse(content, as_attachment=True, filename=name, content_type=content_type)


def with_headers(response, etag):
    if response.status_code == 200:
        response["ETag"] = etag
        if moment := last_change():
            response["Last-Modified"] = http_date(moment.timestamp())
        response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return open_to_others(response)
