"""The journal of sign-ins as one list, for administrators."""

from axes.models import AccessFailureLog, AccessLog
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, CharField, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from .views import SitePage

EVENTS = {
    "in": _("Signed in"),
    "password": _("Wrong user name or password"),
    "code": _("Wrong code"),
    "either": _("Wrong password or code"),  # when the second step was to be changed
    "refused": _("Refused: too many attempts"),
}
PER_PAGE = 50


def may_see(user):
    """Whoever keeps the accounts."""
    return user.has_perm("auth.view_user")


def attempts(event="", name=""):
    """``(time, event, user name as given, address)`` of all attempts, the latest first."""
    succeeded = AccessLog.objects.annotate(event=Value("in", output_field=CharField()))
    failed = AccessFailureLog.objects.annotate(
        event=Case(
            When(locked_out=True, then=Value("refused")),
            When(path_info=reverse("admin:login_code"), then=Value("code")),
            When(path_info=reverse("admin:two_steps"), then=Value("either")),
            default=Value("password"),
            output_field=CharField(),
        )
    )
    wanted = {"event": event, "username__icontains": name}
    wanted = {lookup: value for lookup, value in wanted.items() if value}
    rows = [
        kind.filter(**wanted)
        .order_by()
        .values_list("attempt_time", "event", "username", "ip_address")
        for kind in (succeeded, failed)
    ]
    return rows[0].union(rows[1], all=True).order_by("-attempt_time")


class SignIns(SitePage, TemplateView):
    template_name = "admin/sign_ins.html"

    def get_context_data(self, **kwargs):
        if not may_see(self.request.user):
            raise PermissionDenied
        asked = self.request.GET
        event = asked.get("event") if asked.get("event") in EVENTS else ""
        name = asked.get("q", "").replace("\0", "")[:150]
        page = Paginator(attempts(event, name), PER_PAGE).get_page(asked.get("p"))
        return super().get_context_data(
            **{
                "title": _("Sign-ins"),
                "events": EVENTS,
                "chosen": event,
                "name": name,
                "page": page,
                "rows": [
                    (time, EVENTS[what], who, address, what != "in")
                    for time, what, who, address in page
                ],
                **kwargs,
            }
        )
