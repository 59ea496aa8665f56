"""The admin site: records in the order editors think of them, and what needs attention first."""

from typing import NamedTuple

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .attention import needs_attention
from .files import files_page, may_see_files


class Section(NamedTuple):
    """A chapter of the menu. ``icon``: of the Lucide set."""

    name: str
    icon: str


#: An admin class says with ``section`` where its records stand, with ``position`` in which order.
SECTIONS = {
    "conferences": Section(_("Conferences"), "calendar-days"),
    "people": Section(_("People and organisations"), "users"),
    "contracts": Section(_("Contracts"), "handshake"),
    "projects": Section(_("Projects"), "cloud"),
    "location": Section(_("Location"), "map-pin"),
    "enquiries": Section(_("Enquiries"), "inbox"),
    "site": Section(_("Site"), "panels-top-left"),
    "accounts": Section(_("Accounts"), "key-round"),
}
LATEST_CHANGES = 8


class PortalAdminSite(admin.AdminSite):
    site_title = _("Guizhou Portal: editing")
    site_header = _("Guizhou Portal")
    index_title = _("What needs attention")
    enable_nav_sidebar = True

    def get_urls(self):
        files = path("files/", self.admin_view(self.files_view), name="files")
        return [files, *super().get_urls()]

    def files_view(self, request):
        return files_page(self, request)

    def get_app_list(self, request, app_label=None):
        """Django's list of applications, regrouped into :data:`SECTIONS`.

        The page of one application keeps Django's own grouping.
        """
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        sections = {
            key: {"name": section.name, "icon": section.icon, "app_label": key, "models": []}
            for key, section in SECTIONS.items()
        }
        for app in apps:
            for model in app["models"]:
                key = getattr(self.get_model_admin(model["model"]), "section", "accounts")
                model["adds"] = capfirst(model["model"]._meta.verbose_name)
                sections[key]["models"].append(model)
        for section in sections.values():
            section["models"].sort(
                key=lambda one: getattr(self.get_model_admin(one["model"]), "position", 0)
            )
            if section["app_label"] == "site" and may_see_files(self, request):
                section["models"].append({"name": _("Files"), "admin_url": reverse("admin:files")})
            section["app_url"] = section["models"][0]["admin_url"] if section["models"] else ""
        return [section for section in sections.values() if section["models"]]

    def index(self, request, extra_context=None):
        latest = LogEntry.objects.select_related("user", "content_type")[:LATEST_CHANGES]
        return super().index(
            request,
            {
                "attention": needs_attention(self, request),
                "latest_changes": latest,
                **(extra_context or {}),
            },
        )
