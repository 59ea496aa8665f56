"""The further pages of an enquiry: its steps, its answer, its mails and its files."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from guizhou_portal.backoffice.forged import is_key
from guizhou_portal.context import site_address

from . import handling
from .answering import AnswerForm, first_words, is_missing, template_named
from .inbox import subject_of
from .models import AnswerTemplate, Mail

WRITTEN = ("subject", "body")
#: What is said after a step of :data:`.handling.STEPS`.
DONE = {
    "take": ngettext_lazy(
        "%(number)d enquiry is assigned to you now.",
        "%(number)d enquiries are assigned to you now.",
        "number",
    ),
    "close": ngettext_lazy(
        "%(number)d enquiry is closed now.", "%(number)d enquiries are closed now.", "number"
    ),
    "mark_spam": ngettext_lazy(
        "%(number)d enquiry counts as spam now.",
        "%(number)d enquiries count as spam now.",
        "number",
    ),
    "clear_of_spam": ngettext_lazy(
        "%(number)d enquiry is no spam any more; its mails go out now.",
        "%(number)d enquiries are no spam any more; their mails go out now.",
        "number",
    ),
}


def number_of_answers(enquiry):
    return enquiry.mails.filter(kind=Mail.Kind.ANSWER).count()


class PagesMixin:
    """Adds these pages to the admin class of enquiries."""

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
        """The enquiry with this key; ``may``: the method that says who comes here."""
        if not may(request):
            raise PermissionDenied
        key = unquote(key)
        enquiry = self.get_object(request, key) if is_key(key) else None
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
        if name == "take" and not handling.may_take(request.user):
            raise PermissionDenied
        changed = handling.carry_out(name, keys, request.user, site_address(request))
        for enquiry, field in changed:
            self.log_change(request, enquiry, [{"changed": {"fields": [field]}}])
        number = len(changed)
        if not number:
            self.message_user(request, _("There was nothing to change."), messages.INFO)
            return
        self.message_user(request, DONE[name] % {"number": number}, messages.SUCCESS)

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
        if enquiry.anonymised_at:
            words = _("This enquiry is anonymous by now: nobody is left to be answered.")
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
                "subject": self.subject(enquiry) if any(subject_of(enquiry)) else "",
                "templates": AnswerTemplate.objects.all(),
                "template": template,
                "is_incomplete": template is not None and is_missing(template, enquiry.language),
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

    def mails_of(self, request, enquiry):
        may_send = self.has_change_permission(request, enquiry)
        return {
            "mails": [
                (
                    one,
                    self.address("mail", enquiry.pk, one.pk)
                    if may_send and handling.may_be_sent(one)
                    else "",
                )
                for one in enquiry.mails.select_related("author")
            ]
        }
