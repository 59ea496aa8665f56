"""Pages that show enquiries together: their statistics, and the file of all that are listed."""

from typing import NamedTuple

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from guizhou_portal.backoffice.audit.log import Kind, note
from guizhou_portal.backoffice.sheets.texts import plain
from guizhou_portal.backoffice.sheets.writing import csv_lines

from .statistics import median_in_words, tables


class Column(NamedTuple):
    column_name: str
    is_text: bool = True  # none of them is anything a spreadsheet should calculate


COLUMNS = [
    Column(name)
    for name in (
        *("reference", "created", "state", "interest", "project", "shortlist", "about", "name"),
        *("organisation", "country", "email", "telephone", "language", "answered_at", "message"),
    )
]


class FiguresMixin:
    """Adds both pages to the admin class of enquiries, for whoever may see enquiries."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("statistics/", view(self.statistics_view), name="projects_enquiry_statistics"),
            path("export/", view(self.export_view), name="projects_enquiry_export"),
            *super().get_urls(),
        ]

    def statistics_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(
            request,
            "admin/enquiry_statistics.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Statistics of enquiries"),
                "trail": _("Statistics"),
                "tables": tables(),
                "median": median_in_words(),
            },
        )

    def export_view(self, request):
        """The enquiries of the list as it is filtered, as CSV; every cell a text."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            records = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../")
        note(request.user, Kind.EXPORTED, self.opts.label, "csv")
        name = f"enquiries-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            (line.encode() for line in lines(records)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )


def lines(records):
    """The lines of the file; everything that a sender wrote stays text."""
    # Less what only the list shows of each.
    told = records.select_related("project").prefetch_related(None).prefetch_related("shortlist")
    rows = (
        [_cell(enquiry, column.column_name) for column in COLUMNS]
        for enquiry in told.iterator(chunk_size=500)
    )
    return csv_lines(COLUMNS, rows, ";")


def _cell(enquiry, name):
    if name == "shortlist":
        return plain("\n".join(map(str, enquiry.shortlist.all())))
    value = getattr(enquiry, name)
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else plain(str(value))
