"""The list of enquiries: what can be filtered, and what needs a person's attention."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.attention import Check, Topic
from guizhou_portal.backoffice.forged import LONGEST_SEARCH, SoundList, is_key
from guizhou_portal.counted import counted
from projects.models import Project, Sector

from .models import Enquiry, Mail

#: A mail server that is slow, or refuses strangers at first, takes a mail within this time.
LONG = timedelta(hours=1)


def with_mail(**fields):
    """The condition that an enquiry, unless it is spam, has such a mail."""
    found = Mail.objects.filter(**fields).order_by().values("enquiry")
    return Q(pk__in=found) & ~Q(state=Enquiry.State.SPAM)


def with_late_mail():
    return with_mail(state=Mail.State.WAITING, created__lt=timezone.now() - LONG)


CHECKS = (
    Check(
        "new",
        _("not answered yet"),
        lambda: Q(state=Enquiry.State.NEW),
        "inbox",
        Topic.VISITORS,
        "state",
        since="created",
    ),
    Check(
        "refused",
        _("with a mail that was refused"),
        lambda: with_mail(state=Mail.State.REFUSED),
        "mail-x",
        Topic.VISITORS,
        "mail",
    ),
    Check(
        "uncertain",
        _("with a mail that was perhaps sent"),
        lambda: with_mail(state=Mail.State.UNCERTAIN),
        "mail-question-mark",
        Topic.VISITORS,
        "mail",
    ),
    Check(
        "late",
        _("with a mail that has waited for over an hour"),
        with_late_mail,
        "clock",
        Topic.VISITORS,
        "mail",
    ),
)


def checks_of_handler(user):
    """What waits for this handler."""
    return [
        Check(
            "mine",
            _("assigned to you and not answered yet"),
            lambda: Q(state=Enquiry.State.NEW, assigned_to=user.pk),
            "user-round-check",
            Topic.VISITORS,
            filters="assigned=me&state=new",
            since="created",
        )
    ]


class Inbox(SoundList):
    """Says how many enquiries were found only where something was asked for."""

    def get_results(self, request):
        super().get_results(request)
        if self.paginator.few is not None:
            self.result_list = self.queryset.filter(pk__in=self.paginator.few)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class StateFilter(admin.SimpleListFilter):
    """Spam is left out until it is asked for, or for by its reference number.

    Each state says how many are in it, whatever else the list is filtered by.
    """

    title = _("state")
    parameter_name = "state"

    def __init__(self, request, params, model, model_admin):
        # The name that other lists have for it: left to Django, it would ask among all but spam.
        if asked := params.pop("state__exact", None):
            params.setdefault(self.parameter_name, asked)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        self.sought = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        enquiries = model_admin.model.objects
        return [
            (state, f"{words} ({counted(enquiries.filter(state=state))})")
            for state, words in Enquiry.State.choices
        ]

    def choices(self, changelist):
        everything, *states = super().choices(changelist)
        yield {**everything, "display": _("all but spam")}
        yield from states

    def queryset(self, request, queryset):
        if self.value() in Enquiry.State.values:
            return queryset.filter(state=self.value())
        shown = ~Q(state=Enquiry.State.SPAM)
        return queryset.filter(shown | Q(reference__iexact=self.sought) if self.sought else shown)


class AssignedFilter(admin.SimpleListFilter):
    title = _("assigned to")
    parameter_name = "assigned"

    def lookups(self, request, model_admin):
        return [("me", pgettext_lazy("assigned to", "me")),
                ("nobody", pgettext_lazy("assigned to", "nobody"))]  # fmt: skip

    def queryset(self, request, queryset):
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user)
        if self.value() == "nobody":
            return queryset.filter(assigned_to=None)
        return queryset


class SectorFilter(admin.SimpleListFilter):
    """The sector of the project, or of one on the shortlist, an enquiry is about."""

    title = _("sector")
    parameter_name = "sector"

    def lookups(self, request, model_admin):
        return [(str(sector.pk), str(sector)) for sector in Sector.objects.all()]

    def queryset(self, request, queryset):
        if not is_key(self.value() or ""):
            return queryset
        projects = Project.objects.filter(sector=self.value()).order_by().values("pk")
        listed = Enquiry.shortlist.through.objects.filter(project__in=projects).values("enquiry")
        return queryset.filter(Q(project__in=projects) | Q(pk__in=listed))


class MailFilter(admin.SimpleListFilter):
    title = _("mails")
    parameter_name = "mail"

    def lookups(self, request, model_admin):
        return [
            ("refused", Mail.State.REFUSED.label),
            ("uncertain", Mail.State.UNCERTAIN.label),
            ("late", pgettext_lazy("mail", "waiting for over an hour")),
        ]

    def queryset(self, request, queryset):
        chosen = [one for one in CHECKS if (one.parameter, one.key) == ("mail", self.value())]
        return queryset.filter(chosen[0].condition()) if chosen else queryset


def in_need(mails):
    """Of the mails of an enquiry, the words for one that a person has to look at, or ""."""
    states = {one.state for one in mails}
    if Mail.State.REFUSED in states:
        return gettext("mail refused")
    return gettext("mail perhaps sent") if Mail.State.UNCERTAIN in states else ""


def subject_of(enquiry):
    """``(what it is about, its sector)``, either may be empty."""
    if enquiry.project:
        return str(enquiry.project), str(enquiry.project.sector or "")
    projects = list(enquiry.shortlist.all())
    if projects:
        return gettext("Shortlist") + f" ({len(projects)})", ""
    return enquiry.about, ""
