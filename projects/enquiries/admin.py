"""The enquiries of the back office: their list, the page of each, and what handling needs."""

from django.contrib import admin
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import ChoicesInUseFilter, RecordAdmin
from guizhou_portal.backoffice.deletion import DeletionMixin
from guizhou_portal.backoffice.forged import SoundMixin
from guizhou_portal.backoffice.lists import ListMixin
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
    subject_of,
)
from .models import AnswerTemplate, ConsentText, Enquiry, Mailbox
from .pages import PagesMixin, may_take
from .suspicion import REASONS


class HandlingForm(ParallelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if assigned := self.fields.get("assigned_to"):
            present = type(self.instance).objects.filter(pk=self.instance.pk)
            own = assigned.queryset.model.objects.filter(pk__in=present.values("assigned_to"))
            assigned.queryset = (handling.handlers() | own.distinct()).distinct()
            assigned.label_from_instance = name_of
            assigned.empty_label = gettext("nobody yet")
            for what in ("add", "change", "delete", "view"):
                setattr(assigned.widget, f"can_{what}_related", False)


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
    list_display = [
        "reference",
        "sender",
        "age",
        "state_shown",
        "interest",
        "origin",
        "subject",
        "assigned",
    ]
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
    SENT = [
        "interest",
        "whole_subject",
        "message_shown",
        ("name", "organisation"),
        ("email", "telephone"),
        ("country", "language"),
        "files",
        "consent",
    ]
    HANDLED = ["state", "assigned_to", "internal_note"]

    class Media:
        css = {"all": ["css/admin-enquiries.css"]}
        js = ["js/admin-unsaved.js"]

    # --- the list --------------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return Inbox

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("shortlist")

    @admin.display(description=_("sender"), ordering="name")
    def sender(self, enquiry):
        return one_above_other(enquiry.name, enquiry.organisation)

    @admin.display(description=_("country and language"), ordering="country")
    def origin(self, enquiry):
        return one_above_other(enquiry.country.name, enquiry.get_language_display())

    @admin.display(description=_("age"), ordering="-created")
    def age(self, enquiry):
        return format_html(
            '<time datetime="{}">{}</time>',
            enquiry.created.isoformat(),
            timesince(enquiry.created, depth=1),
        )

    @admin.display(description=_("about"))
    def subject(self, enquiry):
        return one_above_other(*subject_of(enquiry))

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, enquiry):
        return state_shown(enquiry)

    @admin.display(description=_("assigned to"), ordering="assigned_to__last_name")
    def assigned(self, enquiry):
        return name_of(enquiry.assigned_to) if enquiry.assigned_to else None

    # --- the page of an enquiry ------------------------------------------------------------------

    def has_add_permission(self, request):
        return False  # they come by the form of the site

    def has_change_permission(self, request, obj=None):
        """Not once it is anonymous: a note about a person would never go again."""
        is_anonymous = obj is not None and obj.anonymised_at
        return super().has_change_permission(request, obj) and not is_anonymous

    def get_fieldsets(self, request, obj=None):
        suspected = ["suspicions_in_words"] if obj and obj.suspicions else []
        anonymised = ["anonymised_at"] if obj and obj.anonymised_at else []
        times = [("created", "answered_at", *anonymised)]
        return [
            (_("What was sent"), {"fields": [*suspected, *self.SENT, *times]}),
            (_("Handling"), {"fields": self.HANDLED}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name not in self.HANDLED] + [
            "whole_subject",
            "message_shown",
            "files",
            "consent",
            "suspicions_in_words",
        ]

    @admin.display(description=_("about"))
    def whole_subject(self, enquiry):
        shown = render_to_string("admin/enquiry_subject.html", {"enquiry": enquiry})
        return shown if shown.strip() else None

    @admin.display(description=_("message"))
    def message_shown(self, enquiry):
        """In its own language, which also decides the shape of Chinese characters."""
        words = linebreaksbr(enquiry.message)
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
        return format_html_join("", "{}", ((one,) for one in shown)) or pgettext(
            "attachments", "none"
        )

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
        may_answer = may_change and handling.may_be_answered(enquiry)
        return {
            "state": state_shown(enquiry),
            "is_spam": is_spam,
            "may_handle": may_change,
            "may_close": not is_spam and enquiry.state != Enquiry.State.CLOSED,
            "may_take": enquiry.assigned_to_id != request.user.pk and may_take(request.user),
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
            self.fields["sector"].empty_label = gettext("all others")
            for what in ("add", "change", "delete", "view"):
                setattr(self.fields["sector"].widget, f"can_{what}_related", False)


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
    fields = ["text"]

    def has_edit_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
