"""The address of a sheet: the record's own, with ``.pdf``."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from guizhou_portal.operations.hosts import sound_host
from guizhou_portal.publishing.views import PublishedDetailView

from .content import content_of
from .printing import NotPrintedError, key_of, pdf_of

RETRY_AFTER = 30  # seconds


class FactSheet(PublishedDetailView):
    """The fact sheet of one published record, as PDF in the language of the address.

    ``sheet_of``: what makes a :class:`~.parts.Sheet` of the record.
    """

    address = "get_fact_sheet_url"
    sheet_of = None

    def get_queryset(self):
        return super().get_queryset().for_page()

    def render_to_response(self, context):
        # The sheet names the page's address, and is kept: one is enough for all ways to write it.
        host = sound_host(self.request, self.request.get_host())
        page = f"{self.request.scheme}://{host}{self.object.get_absolute_url()}"
        content = content_of(self.sheet_of(self.object), page)
        etag = f'"{key_of(content)}"'
        response = get_conditional_response(self.request, etag=etag)
        if response is None:
            try:
                pdf = pdf_of(content)
            except NotPrintedError:
                return self.unavailable()
            name = f"{self.object.slug}-{get_language()}.pdf"
            response = HttpResponse(pdf, content_type="application/pdf")
            response["Content-Disposition"] = content_disposition_header(False, name)
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache"  # asked for anew, answered with 304
        response["Content-Language"] = get_language()
        response["Link"] = f'<{page}>; rel="canonical"'
        return response

    def unavailable(self):
        context = {"record": self.object}
        response = render(self.request, "fact_sheets/unavailable.html", context, status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        response["Cache-Control"] = "no-store"
        return response
