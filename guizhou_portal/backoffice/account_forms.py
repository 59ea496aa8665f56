"""The forms of an account: who it is, what the person may do, how the person signs in."""

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm, UsernameField
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .labels import PlainForm
from .parallel import ParallelForm
from .roles import Role

DETAILS = ("username", "first_name", "last_name", "email", "is_active")


def in_words(role):
    return format_html("<strong>{}</strong> <span>{}</span>", role.label, role.description)


ROLES = [(role.value, lazy(in_words, str)(role)) for role in Role]


def roles_of(user):
    """The roles given to ``user``, in the order of :class:`Role`."""
    names = {group.name for group in user.groups.all()} if user.pk else set()
    return [role for role in Role if role.value in names]


def administrators():
    """The accounts that can keep accounts."""
    name = Role.ADMINISTRATOR.value
    return User.objects.filter(
        Q(is_superuser=True) | Q(pk__in=User.objects.filter(groups__name=name)), is_active=True
    )


class RolesMixin(PlainForm):
    """Roles instead of groups and permissions. Groups that are no roles stay as they are."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=ROLES, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:  # not for somebody who may only look
            self.fields["roles"].initial = [role.value for role in roles_of(self.instance)]
        if "email" in self.fields:
            self.fields["email"].widget.attrs["autocomplete"] = "off"

    def _post_clean(self):
        super()._post_clean()
        # Whoever has a task in the back office may enter it.
        if {"roles", "is_superuser"} & set(self.changed_data):
            roles = self.cleaned_data.get("roles")
            self.instance.is_staff = bool(roles) or self.instance.is_superuser

    def _save_m2m(self):
        super()._save_m2m()
        if "roles" in self.changed_data:
            chosen = self.cleaned_data["roles"]
            groups = Group.objects.filter(name__in=[role.value for role in Role])
            self.instance.groups.remove(*groups.exclude(name__in=chosen))
            self.instance.groups.add(*groups.filter(name__in=chosen))


class AccountForm(RolesMixin, ParallelForm):
    class Meta:
        model = User
        fields = (*DETAILS, "is_superuser")
        field_classes = {"username": UsernameField}
        help_texts = {
            "is_active": _(
                "Untick this to end the person's access. What they did stays on record."
            ),
            "is_superuser": _("Everything, the accounts of other superusers included."),
        }
        labels = {"is_superuser": _("Superuser")}

    #: The account of the person who fills in the form; set by the admin class.
    editor = None

    def clean_username(self):
        """As for new accounts, no two names may differ only in capital and small letters."""
        name = self.cleaned_data["username"]
        others = User.objects.exclude(pk=self.instance.pk)
        if "username" in self.changed_data and others.filter(username__iexact=name).exists():
            raise self.instance.unique_error_message(User, ["username"])
        return name

    def clean(self):
        super().clean()
        if self.instance == self.editor and not self.value("is_active"):
            self.add_error("is_active", _("You cannot end your own access."))
        elif not self.keeps_accounts() and self.is_last_administrator():
            raise ValidationError(
                _("This is the last administrator: give somebody else the role first.")
            )
        return self.cleaned_data

    def value(self, name):
        return self.cleaned_data.get(name, getattr(self.instance, name))

    def keeps_accounts(self):
        roles = self.cleaned_data.get("roles", ())
        is_administrator = self.value("is_superuser") or Role.ADMINISTRATOR.value in roles
        return self.value("is_active") and is_administrator

    def is_last_administrator(self):
        # Locked until this form is saved: two who demote each other must not both succeed.
        keys = set(administrators().order_by("pk").select_for_update().values_list("pk", flat=True))
        return keys == {self.instance.pk}


class NewAccountForm(RolesMixin, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = ("username", "first_name", "last_name", "email")


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password for a colleague; an account without any is no choice here."""

    def __init__(self, user, *args, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.fields.pop("usable_password", None)
        for field in self.fields.values():
            field.required = True
