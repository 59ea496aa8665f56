"""Accounts in the admin: people, their roles in words, and the second step of signing in."""

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from .account_forms import (
    DETAILS,
    AccountForm,
    NewAccountForm,
    NewPasswordForm,
    administrators,
    roles_of,
)
from .deletion import DeletionMixin
from .forged import SoundMixin
from .lists import ListMixin
from .parallel import ParallelMixin
from .roles import Role
from .signin import factors, journal


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [
            *((role.name.lower(), role.label) for role in Role),
            ("superuser", _("Superuser")),
            ("none", _("No role")),
        ]

    def queryset(self, request, queryset):
        names = {role.name.lower(): role.value for role in Role}
        if self.value() in names:
            return queryset.filter(groups__name=names[self.value()])
        if self.value() == "superuser":
            return queryset.filter(is_superuser=True)
        if self.value() == "none":
            return queryset.filter(is_superuser=False).exclude(groups__name__in=names.values())
        return queryset


class AccountAdmin(ListMixin, ParallelMixin, DeletionMixin, SoundMixin, UserAdmin):
    section = "accounts"
    form = AccountForm
    add_form = NewAccountForm
    change_password_form = NewPasswordForm
    add_form_template = change_form_template = "admin/account.html"
    change_user_password_template = "admin/account_password.html"  # noqa: S105  (a file)

    list_display = [
        "username",
        "full_name",
        "roles_in_words",
        "two_steps",
        "is_active",
        "last_login",
    ]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    actions = None  # accounts are not deleted by the dozen
    readonly_fields = [
        "roles_in_words",
        "superuser_in_words",
        "second_step",
        "last_login",
        "date_joined",
    ]
    filter_horizontal = ()

    def get_fieldsets(self, request, obj=None):
        person = list(DETAILS if obj else DETAILS[:-1])
        if obj is None:
            person += ["password1", "password2"]
        may_grant = request.user.is_superuser and self.has_change_permission(request, obj)
        superuser = "is_superuser" if may_grant else "superuser_in_words"
        roles = "roles" if self.has_change_permission(request, obj) else "roles_in_words"
        return [
            (None, {"fields": person}),
            (_("What this person may do"), {"fields": [roles, superuser] if obj else [roles]}),
            *([(_("Signing in"), {"fields": self.readonly_fields[2:]})] if obj else []),
        ]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.editor = request.user  # the class is made for this request
        return form

    def get_queryset(self, request):
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return (
            super().get_queryset(request).prefetch_related("groups").annotate(app=Exists(devices))
        )

    # --- who may do what to whom -----------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        """Superusers are changed only by superusers: their passwords and names, too."""
        permitted = super().has_change_permission(request, obj)
        return permitted and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def has_delete_permission(self, request, obj=None):
        """Only an account that never did anything; what others did must stay on record."""
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        return (
            obj != request.user
            and self.has_change_permission(request, obj)
            and not LogEntry.objects.filter(user=obj).exists()
            and set(administrators().values_list("pk", flat=True)) != {obj.pk}
        )

    # --- what is shown ---------------------------------------------------------------------------

    @admin.display(description=_("full name"), ordering="last_name")
    def full_name(self, account):
        return account.get_full_name()

    @admin.display(description=_("roles"))
    def roles_in_words(self, account):
        words = [role.label for role in roles_of(account)]
        if account.is_superuser:
            words.insert(0, _("Superuser"))
        return format_html_join(", ", "{}", ((word,) for word in words))

    @admin.display(description=_("two steps"), boolean=True, ordering="app")
    def two_steps(self, account):
        return account.app

    @admin.display(description=_("Superuser"))
    def superuser_in_words(self, account):
        if account.is_superuser:
            return _("Yes: only another superuser can change this account.")
        return _("No")

    @admin.display(description=_("two-step sign-in"))
    def second_step(self, account):
        if account.app:
            return _("Set up: password and code")
        if factors.is_required(account):
            return _("Not set up yet; asked for at the next sign-in")
        return _("Not set up: password alone")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_change = obj and self.has_change_permission(request, obj)
        context["may_set_password"] = may_change
        context["may_turn_off"] = may_change and obj.app and obj != request.user
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # --- what is kept on record ------------------------------------------------------------------

    def construct_change_message(self, request, form, formsets, add=False):
        """Roles one by one and by name, besides the fields that were changed."""
        message = super().construct_change_message(request, form, formsets, add)
        if "roles" not in form.changed_data:
            return message
        for part in message:
            if "changed" in part:
                part["changed"]["fields"].remove("Roles")
        message = [part for part in message if part.get("changed") != {"fields": []}]
        before, after = form["roles"].initial, form.cleaned_data["roles"]
        for role in Role:
            if (role.value in before) != (role.value in after):
                action = "added" if role.value in after else "deleted"
                message.append({action: {"name": "role", "object": str(role.label)}})
        return message

    # --- passwords, and a lost phone -------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.turn_off_view)
        return [path("<id>/two-steps/", view, name="auth_user_two_steps"), *super().get_urls()]

    def user_change_password(self, request, id, form_url=""):
        """One's own password is changed where the old one is asked."""
        if unquote(id) == str(request.user.pk):
            return redirect("admin:password_change")
        return super().user_change_password(request, id, form_url)

    def turn_off_view(self, request, id):
        account = self.get_object(request, unquote(id))
        if account is None:
            raise Http404
        if not self.has_change_permission(request, account) or account == request.user:
            raise PermissionDenied
        address = reverse("admin:auth_user_change", args=[account.pk])
        if not account.app:
            return HttpResponseRedirect(address)
        if request.method == "POST":
            factors.turn_off(account)
            journal.tell(request, "two steps turned off by administrator", "deleted", account)
            self.message_user(
                request,
                _("Two-step sign-in of %(name)s is turned off.") % {"name": account},
                messages.SUCCESS,
            )
            return HttpResponseRedirect(address)
        return TemplateResponse(
            request,
            "admin/account_turn_off.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Turn off two-step sign-in"),
                "opts": self.opts,
                "original": account,
                "is_required": factors.is_required(account),
            },
        )


def register():
    """Put these accounts in the place of Django's, and secrets and permissions out of sight."""
    admin.site.unregister([User, Group, TOTPDevice, StaticDevice])
    admin.site.register(User, AccountAdmin)
