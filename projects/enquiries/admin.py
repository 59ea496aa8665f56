"""The enquiries of the back office: their list, the page of each, and what handling needs."""

from django.contrib import admin
from django.db.models import Prefetch
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import ChoicesInUseFilter, RecordAdmin
from guizhou_portal.backoffice.deletion import DeletionMixin
from guizhou_portal.backoffice.forged import SoundMixin
from guizhou_portal.backoffice.lists import ListMixin
from guizhou_portal.backoffice.many import list_paginator
from guizhou_portal.backoffice.parallel import ParallelForm, ParallelMixin
from guizhou_portal.context import site_address

from . import handling
from .figures import FiguresMixin
from .inbox import (
    CHECKS,
    AssignedFilter,
    Inbox,
    MailFilter,
    SectorFilter,
    StateFilter,
    checks_of_handler,
    in_need,
    subject_of,
)
from .models import AnswerTemplate, ConsentText, Enquiry, Mail, Mailbox
from .pages import PagesMixin
from .suspicion import REASONS


def only_chosen(field, empty_label):
    """A record is chosen here, and neither added nor changed; ``empty_label``: none of them."""
    field.empty_label = empty_label
    for what in ("add", "change", "delete", "view"):
        setattr(field.widget, f"can_{what}_related", False)


class HandlingForm(ParallelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if assigned := self.fields.get("assigned_to"):
            present = type(self.instance).objects.filter(pk=self.instance.pk)
            own = assigned.queryset.model.objects.filter(pk__in=present.values("assigned_to"))
            assigned.queryset = (handling.handlers() | own.distinct()).distinct()
            assigned.label_from_instance = name_of
            only_chosen(assigned, gettext("nobody yet"))


def name_of(account):
    return account.get_full_name() or account.get_username()


def step(name, words):
    """An action of the list that does a step of :data:`.handling.STEPS`."""

    @admin.action(description=words, permissions=["change"])
    def act(model_admin, request, queryset):
        model_admin.do(request, name, queryset.order_by().values("pk"))

    act.__name__ = name
    return act


@admin.register(Enquiry)
class EnquiryAdmin(
    FiguresMixin,
    PagesMixin,
    ListMixin,
    ParallelMixin,
    DeletionMixin,
    SoundMixin,
    admin.ModelAdmin,
):
    section = "enquiries"
    checks_for_editors = CHECKS
    form = HandlingForm
    change_list_template = "admin/enquiry_list.html"
    change_form_template = "admin/enquiry.html"
    list_display = ["sender", "topic", "age", "state_listed", "assigned", "origin"]
    list_filter = [
        StateFilter,
        AssignedFilter,
        MailFilter,
        "interest",
        SectorFilter,
        "language",
        ("country", ChoicesInUseFilter),
    ]
    list_select_related = ["project__sector", "assigned_to"]
    #: Without their texts: the list only says that there are some.
    MAILS_IN_NEED = Prefetch(
        "mails",
        Mail.objects.filter(state__in=[Mail.State.REFUSED, Mail.State.UNCERTAIN])
        .only("enquiry", "state")
        .order_by(),
        "mails_in_need",
    )
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["reference", "name", "organisation", "email", "message"]
    ordering = ["-created", "-pk"]
    actions = [
        step("take", _("Assign to me")),
        step("close", pgettext_lazy("enquiry", "Close")),
        step("mark_spam", _("Mark as spam")),
        step("clear_of_spam", _("This is no spam")),
    ]
    #: Who wrote stands above it.
    SENT = [
        "message_shown",
        ("interest", "subject"),
        ("email", "telephone", "country", "language"),
    ]
    HANDLED = ["state", "assigned_to", "internal_note"]

    class Media(ListMixin.Media):
        css = {"all": ["css/admin-enquiries.css"]}
        js = [*ListMixin.Media.js, "js/admin-unsaved.js"]

    def checks_for(self, user):
        return checks_of_handler(user)

    # --- the list --------------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return Inbox

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        return list_paginator(request, queryset, per_page, *args, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("shortlist", self.MAILS_IN_NEED)

    @admin.display(description=_("sender"), ordering="name")
    def sender(self, enquiry):
        name = enquiry.name or pgettext("sender", "made anonymous")
        return one_above_other(name, enquiry.organisation)

    @admin.display(description=_("country and language"), ordering="country")
    def origin(self, enquiry):
        return one_above_other(enquiry.country.name, enquiry.get_language_display())

    @admin.display(description=_("age"), ordering="-created")
    def age(self, enquiry):
        return one_above_other(age_of(enquiry), enquiry.reference)

    @admin.display(description=_("about"))
    def topic(self, enquiry):
        title, sector = subject_of(enquiry)
        words = [title, enquiry.get_interest_display(), sector]
        first, *more = [one for one in words if one]
        return one_above_other(first, " · ".join(more))

    @admin.display(description=_("state"), ordering="state")
    def state_listed(self, enquiry):
        is_spam = enquiry.state == Enquiry.State.SPAM
        return one_above_other(
            state_shown(enquiry), "" if is_spam else in_need(enquiry.mails_in_need)
        )

    @admin.display(description=_("assigned to"), ordering="assigned_to__last_name")
    def assigned(self, enquiry):
        return assigned_in_words(enquiry)

    # --- the page of an enquiry ------------------------------------------------------------------

    def has_add_permission(self, request):
        return False  # they come by the form of the site

    def has_change_permission(self, request, obj=None):
        """Not once it is anonymous: a note about a person would never go again."""
        is_anonymous = obj is not None and obj.anonymised_at
        return super().has_change_permission(request, obj) and not is_anonymous

    def get_fieldsets(self, request, obj=None):
        suspected = ["suspicions_in_words"] if obj and obj.suspicions else []
        files = ["files"] if obj and obj.attachments.exists() else []
        answered = ["answered_at"] if obj and obj.answered_at else []
        anonymised = ["anonymised_at"] if obj and obj.anonymised_at else []
        received = [("received", "consent", *answered, *anonymised)]
        return [
            (_("What was sent"), {"fields": [*suspected, *self.SENT, *files, *received]}),
            (_("Handling"), {"fields": [("state", "assigned_to"), "internal_note"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name not in self.HANDLED] + [
            "subject",
            "message_shown",
            "files",
            "received",
            "consent",
            "suspicions_in_words",
        ]

    @admin.display(description=_("about"))
    def subject(self, enquiry):
        """Each project leads to its page, where the public may see it."""
        projects = [enquiry.project] if enquiry.project else list(enquiry.shortlist.all())
        if not projects:
            return enquiry.about or "–"
        shown = (
            (render_to_string("admin/enquiry_project.html", {"project": p}),) for p in projects
        )
        return format_html_join("", "{}", shown)

    @admin.display(description=_("received"))
    def received(self, enquiry):
        return date_format(timezone.localtime(enquiry.created), "DATETIME_FORMAT")

    @admin.display(description=_("message"))
    def message_shown(self, enquiry):
        """In its own language, which also decides the shape of Chinese characters."""
        words = linebreaksbr(enquiry.message) or "–"
        return format_html(
            '<div class="enquiry-message" lang="{}">{}</div>', enquiry.language, words
        )

    @admin.display(description=_("attachments"))
    def files(self, enquiry):
        links = (
            (self.address("file", enquiry.pk, one.pk), one.name, one.kind, one.size)
            for one in enquiry.attachments.all()
        )
        shown = [
            render_to_string(
                "admin/enquiry_file.html",
                {"address": address, "name": name, "kind": kind, "size": size},
            )
            for address, name, kind, size in links
        ]
        return format_html_join("", "{}", ((one,) for one in shown))

    @admin.display(description=_("consent"))
    def consent(self, enquiry):
        text = enquiry.consent_text
        with override(enquiry.language):
            words = text.text if text else ""
        context = {"at": enquiry.consented_at, "version": text, "words": words}
        return render_to_string(
            "admin/enquiry_consent.html", {**context, "language": enquiry.language}
        )

    @admin.display(description=_("suspicions"))
    def suspicions_in_words(self, enquiry):
        words = (REASONS.get(one, one) for one in enquiry.suspicions)
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((w,) for w in words))
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context.update(self.page_of(request, obj) if obj else {})
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def page_of(self, request, enquiry):
        """What the page of an enquiry shows beside its form."""
        may_change = self.has_change_permission(request, enquiry)
        is_spam = enquiry.state == Enquiry.State.SPAM
        may_be_answered = handling.may_be_answered(enquiry)
        may_answer = may_change and may_be_answered
        is_anonymous = enquiry.anonymised_at is not None
        may_close = not is_spam and enquiry.state != Enquiry.State.CLOSED
        is_mine = enquiry.assigned_to_id == request.user.pk
        return {
            "state": state_shown(enquiry),
            "age": age_of(enquiry),
            "assigned": assigned_in_words(enquiry),
            "is_spam": is_spam,
            "may_handle": may_change and (may_close or not is_anonymous),
            "may_close": may_close,
            "may_mark": not is_anonymous,
            "may_take": may_be_answered and not is_mine and handling.may_take(request.user),
            "handle_address": self.address("handle", enquiry.pk),
            "answer_address": self.address("answer", enquiry.pk) if may_answer else "",
            **self.mails_of(request, enquiry),
        }

    def save_model(self, request, obj, form, change):
        handling.settle(obj, form.initial.get("state", obj.state), site_address(request))


def one_above_other(words, more):
    if not more:
        return words or "–"
    return format_html('{} <span class="below">{}</span>', words or "–", more)


def age_of(enquiry):
    return format_html(
        '<time datetime="{}">{}</time>',
        enquiry.created.isoformat(),
        timesince(enquiry.created, depth=1),
    )


def assigned_in_words(enquiry):
    if enquiry.assigned_to:
        return name_of(enquiry.assigned_to)
    return gettext("nobody yet") if enquiry.state == Enquiry.State.NEW else "–"


def state_shown(enquiry):
    return format_html(
        '<span class="state state--{}">{}</span>', enquiry.state, enquiry.get_state_display()
    )


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(RecordAdmin):
    section = "enquiries"
    position = 1
    list_display = ["name", "subject", "order", "languages"]
    list_editable = ["order"]
    fields = ["name", "subject", "body", "order"]


class MailboxForm(ParallelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "sector" in self.fields:
            only_chosen(self.fields["sector"], gettext("all others"))


@admin.register(Mailbox)
class MailboxAdmin(ListMixin, ParallelMixin, SoundMixin, admin.ModelAdmin):
    section = "enquiries"
    position = 2
    form = MailboxForm
    list_display = ["for_sector", "email"]
    list_select_related = ["sector"]
    fields = ["sector", "email"]

    @admin.display(description=_("sector"), ordering="sector__order")
    def for_sector(self, mailbox):
        return str(mailbox.sector or _("all others"))


@admin.register(ConsentText)
class ConsentTextAdmin(RecordAdmin):
    """A version that somebody has consented to stays as it is; another one is added instead."""

    is_record = False  # an older version is not missing anything that could be mended
    section = "enquiries"
    position = 3
    list_display = ["__str__", "text", "created", "languages"]
    list_filter = []
    actions = None
    fieldsets = [
        (
            None,
            {
                "fields": ["text"],
                "description": _(
                    "As soon as it is saved, the form asks for consent in these words. Whoever "
                    "has consented before, has consented to the version of that time."
                ),
            },
        )
    ]

    def has_edit_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
