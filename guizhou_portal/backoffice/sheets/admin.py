"""The pages of import and export, for each admin class that names a ``sheet``."""

from contextlib import closing

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guizhou_portal.backoffice.audit.log import Kind, note
from guizhou_portal.backoffice.roles import TRANSLATE
from guizhou_portal.context import with_query

from .explanation import columns_explained
from .imports import apply, run
from .models import KeptSheet
from .reading import MAX_BYTES, MAX_ROWS, check_size, read_table
from .writing import CONTENT_TYPES, FORMATS, file_name, write_sheet

SHOWN = 100  # records, and problems, on the page of a dry run
OPEN = 10  # records whose changes need no click
EXPORTS = ["export_workbook", "export_csv"]


class UploadForm(forms.Form):
    """``table`` holds what the file says once the form is valid."""

    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX file"),
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx", "aria-describedby": "about-file"}
        ),
    )

    def __init__(self, *args, sheet, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheet = sheet

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx")):
            raise ValidationError(_("Choose a CSV or XLSX file."))
        check_size(upload)
        self.content = upload.read()
        read_table(upload.name, self.content, self.sheet)
        return upload


class SheetMixin:
    """Adds import and export to an admin class whose ``sheet`` is a ``RecordSheet``."""

    sheet = None
    actions = EXPORTS

    def get_urls(self):
        if self.sheet is None:
            return super().get_urls()
        info, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name=f"{info}_import"),
            path("import/<str:key>/", view(self.dry_run_view), name=f"{info}_dry_run"),
            path("export/", view(self.export_view), name=f"{info}_export"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request):
        """Who may import at all; what a row may do is asked of its record."""
        return self.has_change_permission(request) and (
            self.has_add_permission(request) or request.user.has_perm(TRANSLATE)
        )

    def has_export_permission(self, request):
        return self.sheet is not None and self.has_view_or_change_permission(request)

    # --- export --------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        addresses = {}
        if self.sheet:
            query = request.GET.urlencode()
            addresses["export_address"] = with_query(self.own_address("export"), query)
            if self.has_import_permission(request):
                addresses["import_address"] = self.own_address("import")
        return super().changelist_view(request, {**addresses, **(extra_context or {})})

    @admin.action(
        description=gettext_lazy("Export selected records as XLSX"), permissions=["export"]
    )
    def export_workbook(self, request, queryset):
        return self.exported(request, queryset, "xlsx")

    @admin.action(
        description=gettext_lazy("Export selected records as CSV"), permissions=["export"]
    )
    def export_csv(self, request, queryset):
        return self.exported(request, queryset, "csv")

    def keep_as_found(self, request, keys):
        """An export changes nothing: it needs no version to go back to."""
        if "_save" in request.POST or request.POST.get("action") not in EXPORTS:
            super().keep_as_found(request, keys)

    def export_view(self, request):
        """The records of the list as it is filtered; without a format, the choice of one."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        kind = request.GET.get("format")
        request.GET = request.GET.copy()
        request.GET.pop("format", None)
        try:
            changes = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(self.own_address("changelist"))
        if kind in FORMATS:
            answer = self.exported(request, changes.queryset, kind)
            if answer.status_code == 200:
                note(request.user, Kind.EXPORTED, self.opts.label, kind)
            return answer
        query = request.GET.urlencode()
        return TemplateResponse(
            request,
            "admin/record_export.html",
            {
                **self.page_context(request, _("Export: %(kind)s"), _("Export")),
                "number": changes.result_count,
                "is_filtered": bool(query),
                "formats": [
                    (f"?{query}{'&' if query else ''}format={k}", v[0]) for k, v in FORMATS.items()
                ],
                "back": f"{self.own_address('changelist')}{'?' if query else ''}{query}",
            },
        )

    def exported(self, request, records, kind):
        """The file itself; a redirect with the reason where there cannot be one."""
        sheet = self.sheet.of(records)
        # An error keeps its frames, and they would keep the cursor of rows not read to their end
        # open on the connection until the transaction of somebody else trips over it.
        with closing(sheet.rows(records)) as rows:
            return self.as_file(request, kind, sheet, rows)

    def as_file(self, request, kind, sheet, rows):
        ending = FORMATS[kind][1]
        try:
            content = write_sheet(kind, sheet, rows)
        except ValidationError as error:
            self.message_user(request, error.messages[0], messages.ERROR)
            return HttpResponseRedirect(self.own_address("changelist"))
        return FileResponse(
            content,
            as_attachment=True,
            filename=file_name(self.model, ending),
            content_type=CONTENT_TYPES[ending],
        )

    def page_context(self, request, title, trail):
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "trail": trail,
            "title": title % {"kind": capfirst(self.opts.verbose_name_plural)},
        }

    # --- import --------------------------------------------------------------------------------

    def import_view(self, request):
        """The first step: a file is chosen, read and kept; or an empty one is handed out."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.GET.get("template") in FORMATS:
            return self.as_file(request, request.GET["template"], self.sheet(), [])
        posted = request.method == "POST"
        form = UploadForm(
            request.POST if posted else None, request.FILES if posted else None, sheet=self.sheet
        )
        if posted and form.is_valid():
            kept = KeptSheet.objects.keep(
                request, self.model, form.cleaned_data["file"], form.content
            )
            return HttpResponseRedirect(self.own_address("dry_run", kept.key))
        return TemplateResponse(
            request,
            "admin/record_import.html",
            {
                **self.page_context(request, _("Import: %(kind)s"), _("Import")),
                "form": form,
                "columns": columns_explained(self.sheet()),
                "most_bytes": MAX_BYTES,
                "most_rows": MAX_ROWS,
                "may_add": self.has_add_permission(request),
            },
        )

    def dry_run_view(self, request, key):
        """The second step: what the file would do; sent, it does it."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        kept = KeptSheet.objects.of(request, self.model).filter(key=key).first()
        if kept is None:
            return self.not_kept(request)
        if request.method == "POST" and "cancel" in request.POST:
            kept.delete()
            return HttpResponseRedirect(self.own_address("import"))
        if request.method == "POST":
            return self.apply(request, kept)
        table = read_table(kept.name, bytes(kept.content), self.sheet)
        return self.dry_run(request, kept, table, run(self, request, table))

    def not_kept(self, request):
        self.message_user(
            request,
            _("This file was imported already, or waited for more than an hour. Choose it again."),
            messages.WARNING,
        )
        return HttpResponseRedirect(self.own_address("import"))

    def dry_run(self, request, kept, table, outcome, warning=""):
        rows = [(row, list(row.changes())) for row in outcome.rows[:SHOWN]]
        return TemplateResponse(
            request,
            "admin/record_dry_run.html",
            {
                **self.page_context(request, _("Import: %(kind)s"), _("Import")),
                "name": kept.name,
                "table": table,
                "outcome": outcome,
                "warning": warning,
                "added": [one for one in rows if one[0].is_new],
                "changed": [one for one in rows if not one[0].is_new],
                "is_open": len(outcome.rows) <= OPEN,
                "more_rows": len(outcome.rows) - len(rows),
                "problems": outcome.problems[:SHOWN],
                "more_problems": len(outcome.problems[SHOWN:]),
                "shown": signer(kept).sign(outcome.fingerprint),
            },
        )

    def apply(self, request, kept):
        """Import what was shown; if it would be something else by now, show that instead."""
        try:
            shown = signer(kept).unsign(request.POST.get("shown", ""))
        except signing.BadSignature:
            shown = ""
        with transaction.atomic():
            # Whoever sends the form twice waits here, and finds nothing to import any more.
            kept = KeptSheet.objects.select_for_update().filter(pk=kept.pk).first()
            if kept is None:
                return self.not_kept(request)
            table = read_table(kept.name, bytes(kept.content), self.sheet)
            outcome, done = apply(self, request, table, kept.name, shown)
            if done:
                kept.delete()
        if not done:
            warning = outcome.error or _(
                "Nothing was imported: records were changed since you looked at this page. It "
                "shows now what the file would do."
            )
            return self.dry_run(request, kept, table, run(self, request, table), warning)
        self.message_user(request, _said(outcome))
        return HttpResponseRedirect(self.own_address("changelist"))


def signer(kept):
    """Signs the fingerprint of what is shown, for this file alone."""
    return signing.Signer(salt=f"guizhou_portal.sheets.{kept.key}")


def _said(outcome):
    added, changed = len(outcome.added), len(outcome.changed)
    return " ".join(
        [
            ngettext("%(n)d record was added.", "%(n)d records were added.", added) % {"n": added},
            ngettext("%(n)d record was changed.", "%(n)d records were changed.", changed)
            % {"n": changed},
        ]
    )
