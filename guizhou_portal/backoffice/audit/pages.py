"""The audit log as one list, for administrators."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from guizhou_portal.backoffice.models import AuditEntry
from guizhou_portal.backoffice.roles import LABELS, Role
from guizhou_portal.backoffice.signin.sign_ins import may_see
from guizhou_portal.backoffice.signin.views import SitePage

PER_PAGE = 50
LARGEST_KEY = 2**63 - 1
ROLES = {role.value: LABELS[role][0] for role in Role} | {"Superuser": _("Superuser")}


def key_of(text):
    """The key after which a page begins; None for what is none."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    return min(int(text), LARGEST_KEY)


class Audit(SitePage, TemplateView):
    """Pages follow each other by the last entry's key: the hundredth costs what the first does."""

    template_name = "admin/audit.html"

    def get_context_data(self, **kwargs):
        if not may_see(self.request.user):
            raise PermissionDenied
        asked = self.request.GET
        kind = asked.get("kind") if asked.get("kind") in AuditEntry.Kind.values else ""
        name = asked.get("q", "").replace("\0", "").strip()[:150]
        entries = AuditEntry.objects.all()
        if kind:
            entries = entries.filter(kind=kind)
        if name:
            entries = entries.of_account(name)
        key = key_of(asked.get("before", ""))
        shown = list((entries.filter(pk__lt=key) if key is not None else entries)[: PER_PAGE + 1])
        return super().get_context_data(
            **{
                "title": _("Audit log"),
                "kinds": AuditEntry.Kind.choices,
                "chosen": kind,
                "name": name,
                "entries": [
                    (entry, ROLES.get(entry.detail, entry.detail)) for entry in shown[:PER_PAGE]
                ],
                "is_first": key is None,
                "earlier": shown[PER_PAGE - 1].pk if len(shown) > PER_PAGE else None,
                **kwargs,
            }
        )
