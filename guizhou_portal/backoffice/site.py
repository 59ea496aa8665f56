"""The admin site: records in the order editors think of them, and what needs attention first."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .attention import needs_attention
from .audit.pages import Audit
from .files import files_page, may_see_files
from .forged import Autocomplete
from .log import told
from .signin.sign_ins import may_see
from .signin.site import SignInSite


class Section(NamedTuple):
    """A chapter of the menu. ``icon``: of the Lucide set."""

    name: str
    icon: str


class ExtraPage(NamedTuple):
    """A page without records of its own: an admin class names them in ``extra_pages``.

    ``view``: a class with an attribute ``site``; ``may``: whether a user sees it.
    """

    path: str
    name: str
    words: str
    view: type
    may: Callable


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


class PortalAdminSite(SignInSite):
    site_title = _("Guizhou Portal: editing")
    site_header = _("Guizhou Portal")
    index_title = _("What needs attention")
    empty_value_display = "–"
    enable_nav_sidebar = True

    def get_urls(self):
        files = path("files/", self.admin_view(self.files_view), name="files")
        audit = path("audit/", self.admin_view(Audit.as_view(site=self)), name="audit")
        # Leads from any key to the address of its record, which tells the title of a draft.
        kept = [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]
        return [
            files,
            audit,
            *(self.address_of(page) for _section, page in self.extra_pages()),
            *kept,
        ]

    def extra_pages(self):
        """``(section, page)`` of the pages that admin classes bring along."""
        for model_admin in self._registry.values():
            for page in getattr(model_admin, "extra_pages", ()):
                yield model_admin.section, page

    def address_of(self, page):
        return path(page.path, self.admin_view(page.view.as_view(site=self)), name=page.name)

    def autocomplete_view(self, request):
        return Autocomplete.as_view(admin_site=self)(request)

    def files_view(self, request):
        return files_page(self, request)

    def get_app_list(self, request, app_label=None):
        """Django's list of applications, regrouped into :data:`SECTIONS`."""
        apps = super().get_app_list(request)
        sections = {
            key: {"name": section.name, "icon": section.icon, "app_label": key, "models": []}
            for key, section in SECTIONS.items()
        }
        for app in apps:
            for model in app["models"]:
                key = getattr(self.get_model_admin(model["model"]), "section", "accounts")
                model["adds"] = capfirst(model["model"]._meta.verbose_name)
                sections[key]["models"].append(model)
        extra = self.extra_pages()
        for key, words, name, may in (
            ("site", _("Files"), "files", may_see_files(self, request)),
            ("accounts", _("Sign-ins"), "sign_ins", may_see(request.user)),
            ("accounts", _("Audit log"), "audit", may_see(request.user)),
            *((key, page.words, page.name, page.may(request.user)) for key, page in extra),
        ):
            if may:
                address = reverse(f"{self.name}:{name}")
                sections[key]["models"].append({"name": words, "admin_url": address})
        for section in sections.values():
            section["models"].sort(key=lambda one: self.position_of(one.get("model")))
            section["app_url"] = section["models"][0]["admin_url"] if section["models"] else ""
        return [section for section in sections.values() if section["models"]]

    def position_of(self, model):
        """Where its records stand in their section; a page without records comes last."""
        return getattr(self.get_model_admin(model), "position", 0) if model else float("inf")

    def app_index(self, request, app_label, extra_context=None):
        """Editors think in sections, not in applications: lead to the overview."""
        return HttpResponseRedirect(reverse(f"{self.name}:index"))

    def index(self, request, extra_context=None):
        seen = [
            model
            for model, model_admin in self._registry.items()
            if model_admin.has_view_or_change_permission(request)
        ]
        kinds = ContentType.objects.get_for_models(*seen, for_concrete_models=False).values()
        latest = LogEntry.objects.filter(content_type__in=kinds)
        return super().index(
            request,
            {
                "attention": needs_attention(self, request),
                "latest_changes": [
                    (entry, told(entry))
                    for entry in latest.select_related("user", "content_type")[:LATEST_CHANGES]
                ],
                **(extra_context or {}),
            },
        )
