"""In the admin: what is stored about a person, its erasure, and the log of erasures."""

import json

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from guizhou_portal.backoffice.audit.log import Kind, note
from guizhou_portal.backoffice.forged import SoundMixin
from guizhou_portal.backoffice.lists import ListMixin
from guizhou_portal.backoffice.signin.views import SitePage
from guizhou_portal.backoffice.site import ExtraPage

from .models import Erasure
from .privacy import erase, report, stored_about


def may_erase(user):
    return user.has_perm("projects.add_erasure")


class PersonForm(forms.Form):
    """The steps are buttons of one form, so that no address is ever part of the page's own."""

    email = forms.EmailField(
        label=_("E-mail address of the person"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
    )


class PersonalData(SitePage, FormView):
    form_class = PersonForm
    template_name = "admin/personal_data.html"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request):
        if not may_erase(request.user):
            raise PermissionDenied
        return super().dispatch(request)

    def form_valid(self, form):
        address, step = form.cleaned_data["email"], self.request.POST.get("step")
        if step == "download":
            return self.download(address)
        is_confirmed = self.request.POST.get("confirmed") == "on"
        if step == "erase" and is_confirmed:
            return self.erase(address)
        context = self.get_context_data(
            form=form,
            address=address,
            found=stored_about(address),
            is_unconfirmed=step == "erase",
        )
        return self.render_to_response(context)

    def download(self, address):
        note(self.request.user, Kind.DATA_GIVEN)
        told = json.dumps(
            report(stored_about(address)), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2
        )
        return HttpResponse(
            told,
            content_type="application/json; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="personal-data.json"'},
        )

    def erase(self, address):
        outcome = erase(address, by=self.request.user.get_username())
        note(self.request.user, Kind.DATA_ERASED)
        if outcome.is_empty:
            messages.info(self.request, _("Nothing is stored under this address."))
        else:
            messages.success(
                self.request,
                _("Erased. Enquiries: %(enquiries)d, mails: %(mails)d, files: %(files)d.")
                % {
                    "enquiries": outcome.enquiries,
                    "mails": outcome.mails,
                    "files": outcome.files,
                },
            )
        if outcome.left:
            messages.warning(
                self.request,
                _("Files that could not be removed: %(number)d. It is tried again every day.")
                % {"number": len(outcome.left)},
            )
        return redirect(f"{self.site.name}:personal_data")

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("Personal data"), **kwargs)


@admin.register(Erasure)
class ErasureAdmin(ListMixin, SoundMixin, admin.ModelAdmin):
    section = "enquiries"
    position = 9
    extra_pages = [
        ExtraPage("personal-data/", "personal_data", _("Personal data"), PersonalData, may_erase)
    ]
    list_display = ["at", "reason", "enquiries", "files", "by"]
    list_display_links = None
    list_filter = ["reason"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
