"""The preview of any record from its form: in each language, at a phone's width, and to share."""

from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guizhou_portal.context import OWN_NAMES, site_address
from guizhou_portal.operations.headers import Kind, dress
from guizhou_portal.publishing.models import PreviewLink
from guizhou_portal.publishing.preview import page_of, preview

from .forged import is_key


class PreviewMixin:
    """Adds to an admin class the preview of its records and the links that share it."""

    def get_urls(self):
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("<path:key>/preview/", view(self.preview_view), name=f"{info}_preview"),
            path(
                "<path:key>/preview/<str:language>/",
                view(self.preview_page),
                name=f"{info}_preview_page",
            ),
            *super().get_urls(),
        ]

    def preview_address(self, record, language=None):
        if language:
            return self.own_address("preview_page", record.pk, language)
        return self.own_address("preview", record.pk)

    def previewed(self, request, key):
        key = unquote(key)
        record = get_object_or_404(self.model, pk=key if is_key(key) else None)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        return record

    def preview_page(self, request, key, language):
        """The public page itself, to be shown in the frame of :meth:`preview_view`."""
        record = self.previewed(request, key)
        response = preview(
            request, record, language, lambda code: self.preview_address(record, code)
        )
        return dress(response, Kind.PREVIEW)

    def preview_view(self, request, key):
        record = self.previewed(request, key)
        if request.method == "POST":
            if not self.may_share(request, record):
                raise PermissionDenied
            return self.share(request, record)
        links = PreviewLink.objects.valid().filter(
            content_type=ContentType.objects.get_for_model(record), object_id=record.pk
        )
        language = request.GET.get("language")
        language = language if language in OWN_NAMES else get_language()
        return TemplateResponse(
            request,
            "admin/record_preview.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Preview: %(name)s") % {"name": record},
                "trail": _("Preview"),
                "opts": self.opts,
                "original": record,
                "languages": OWN_NAMES,
                "shown": language,
                "phone": request.GET.get("width") == "phone",
                "page": self.preview_address(record, language) if page_of(record) else "",
                "may_share": self.may_share(request, record),
                "links": [
                    (
                        link,
                        site_address(request) + reverse("preview", args=[link.token, language]),
                    )
                    for link in links.select_related("created_by")
                ],
            },
        )

    def may_share(self, request, record):
        return self.has_edit_permission(request, record)

    def share(self, request, record):
        """Make a link, or revoke one."""
        kind = ContentType.objects.get_for_model(record)
        revoked = request.POST.get("revoke", "")
        if is_key(revoked):
            PreviewLink.objects.filter(
                pk=revoked, content_type=kind, object_id=record.pk, revoked__isnull=True
            ).update(revoked=timezone.now())
            self.message_user(request, _("The link no longer works."))
        else:
            PreviewLink.objects.create(
                content_type=kind, object_id=record.pk, created_by=request.user
            )
            self.message_user(request, _("Whoever has this link can read the preview for 7 days."))
        return HttpResponseRedirect(f"{self.preview_address(record)}#links")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and page_of(obj):
            context["preview_address"] = self.preview_address(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
