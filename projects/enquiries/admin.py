"""The enquiries of the back office: their list, the page of each, and what handling needs."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guizhou_portal.backoffice.admin import ChoicesInUseFilter, RecordAdmin
from guizhou_portal.backoffice.forged import SoundMixin, is_key
from guizhou_portal.backoffice.lists import ListMixin
from guizhou_portal.backoffice.parallel import ParallelForm, ParallelMixin
from guizhou_portal.context import site_address

from . import handling
from .answering import AnswerForm, first_words, template_named
from .inbox import (
    CHECKS,
    AssignedFilter,
    Inbox,
    MailFilter,
    SectorFilter,
    StateFilter,
    subject_of,
)
from .models import AnswerTemplate, ConsentText, Enquiry, Mail, Mailbox
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
class EnquiryAdmin(ListMixin, ParallelMixin, SoundMixin, admin.ModelAdmin):
    section = "enquiries"
    checks_for_editors = CHECKS
    form = HandlingForm
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
        "subject",
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

    def get_fieldsets(self, request, obj=None):
        suspected = ["suspicions_in_words"] if obj and obj.suspicions else []
        times = [("created", "answered_at")]
        return [
            (_("What was sent"), {"fields": [*suspected, *self.SENT, *times]}),
            (_("Handling"), {"fields": self.HANDLED}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name not in self.HANDLED] + [
            "subject",
            "message_shown",
            "files",
            "consent",
            "suspicions_in_words",
        ]

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

    def mails_of(self, request, enquiry):
        may_send = self.has_change_permission(request, enquiry)
        return {
            "mails": [
                (
                    one,
                    self.address("mail", enquiry.pk, one.pk)
                    if may_send and one.state in handling.SENT_ON_REQUEST
                    else "",
                )
                for one in enquiry.mails.select_related("author")
            ]
        }

    def save_model(self, request, obj, form, change):
        handling.settle(obj, form.initial.get("state", obj.state), site_address(request))

    # --- its further pages -----------------------------------------------------------------------

    def get_urls(self):
        view, name = self.admin_site.admin_view, "projects_enquiry"
        return [
            path("<path:key>/handle/", view(self.handle_view), name=f"{name}_handle"),
            path("<path:key>/answer/", view(self.answer_view), name=f"{name}_answer"),
            path("<path:key>/mails/<int:mail>/", view(self.mail_view), name=f"{name}_mail"),
            path("<path:key>/files/<int:file>/", view(self.file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def address(self, page, *args):
        return reverse(f"{self.admin_site.name}:projects_enquiry_{page}", args=args)

    def asked_for(self, request, key, may):
        """The enquiry with this key; ``may``: the method that says whether it may be seen."""
        key = unquote(key)
        enquiry = self.get_object(request, key) if is_key(key) else None
        if not may(request, enquiry):
            raise PermissionDenied
        if enquiry is None:
            raise Http404
        return enquiry

    def back_to(self, enquiry):
        return HttpResponseRedirect(self.address("change", enquiry.pk))

    def handle_view(self, request, key):
        enquiry = self.asked_for(request, key, self.has_change_permission)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        name = request.POST.get("step")
        if name not in handling.STEPS:
            raise Http404
        self.do(request, name, [enquiry.pk])
        return self.back_to(enquiry)

    def do(self, request, name, keys):
        """Carry out a step of :data:`.handling.STEPS`, note it in the log and say so."""
        if name == "take" and not may_take(request.user):
            raise PermissionDenied
        changed = handling.carry_out(name, keys, request.user, site_address(request))
        for enquiry, field in changed:
            self.log_change(request, enquiry, [{"changed": {"fields": [field]}}])
        number = len(changed)
        if not number:
            self.message_user(request, _("There was nothing to change."), messages.INFO)
            return
        words = ngettext("%(number)d enquiry was changed.", "%(number)d enquiries were changed.",
                         number)  # fmt: skip
        self.message_user(request, words % {"number": number}, messages.SUCCESS)

    def answer_view(self, request, key):
        if request.method == "POST":
            with transaction.atomic():  # to look must not take SQLite's lock for writing
                return self.answered(request, self.to_be_answered(request, key))
        enquiry = self.to_be_answered(request, key)
        if not handling.may_be_answered(enquiry):
            return self.refuse_answer(request, enquiry)
        template = template_named(request.GET.get("template", ""))
        number = number_of_answers(enquiry)
        initial = {**first_words(enquiry, template), "answers": number}
        form = AnswerForm(initial=initial, enquiry=enquiry, number=number)
        return self.answer_page(request, enquiry, form, template)

    def to_be_answered(self, request, key):
        return self.asked_for(request, key, self.has_change_permission)

    def refuse_answer(self, request, enquiry):
        words = _("Spam is not answered. If this is none, say so first.")
        self.message_user(request, words, messages.WARNING)
        return self.back_to(enquiry)

    def answered(self, request, enquiry):
        if not handling.may_be_answered(enquiry):
            return self.refuse_answer(request, enquiry)
        form = AnswerForm(request.POST, enquiry=enquiry, number=number_of_answers(enquiry))
        is_valid = form.is_valid()
        words = {name: form.cleaned_data.get(name, "") for name in WRITTEN}
        # A button that was pressed twice: that somebody has answered meanwhile, is oneself.
        if handling.answered_alike(enquiry, **words):
            self.message_user(request, _("This answer was stored already."), messages.INFO)
            return self.back_to(enquiry)
        if not is_valid:
            return self.answer_page(request, enquiry, form)
        handling.answer(enquiry, request.user, **words, site=site_address(request))
        added = {"name": "answer", "object": enquiry.reference}
        self.log_change(request, enquiry, [{"added": added}])
        self.message_user(request, _("The answer is stored and on its way."), messages.SUCCESS)
        return self.back_to(enquiry)

    def answer_page(self, request, enquiry, form, template=None):
        return TemplateResponse(
            request,
            "admin/enquiry_answer.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Answer %(name)s") % {"name": enquiry.name},
                "trail": _("Answer"),
                "opts": self.opts,
                "original": enquiry,
                "form": form,
                "templates": AnswerTemplate.objects.all(),
                "template": template,
                "media": self.media,
                **self.mails_of(request, enquiry),
            },
        )

    def mail_view(self, request, key, mail):
        enquiry = self.asked_for(request, key, self.has_change_permission)
        one = enquiry.mails.filter(pk=mail).first()
        if one is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if handling.send_again(one):
            fields = {"name": "mail", "object": one.kind, "fields": ["State"]}
            self.log_change(request, enquiry, [{"changed": fields}])
            self.message_user(request, _("The mail is on its way."), messages.SUCCESS)
        else:
            words = _("The mail was not sent again: it is sent already, or being sent.")
            self.message_user(request, words, messages.WARNING)
        return self.back_to(enquiry)

    def file_view(self, request, key, file):
        enquiry = self.asked_for(request, key, self.has_view_permission)
        attachment = enquiry.attachments.filter(pk=file).first()
        if attachment is None:
            raise Http404
        try:
            content = attachment.file.open("rb")
        except (OSError, ValueError):
            words = _("The file “%(name)s” is not there any more.") % {"name": attachment.name}
            self.message_user(request, words, messages.ERROR)
            return self.back_to(enquiry)
        return FileResponse(
            content,
            as_attachment=True,
            filename=attachment.name,
            content_type="application/octet-stream",
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
        )


WRITTEN = ("subject", "body")


def number_of_answers(enquiry):
    return enquiry.mails.filter(kind=Mail.Kind.ANSWER).count()


def may_take(user):
    return handling.handlers().filter(pk=user.pk).exists()


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
