"""What is asked when somebody signs in, and before the second step is changed."""

from django import forms
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import factors, journal
from .throttle import must_wait, words_of_refusal


class SignInForm(AuthenticationForm):
    """User name and password. Unknown name, wrong password, switched-off account: one answer."""

    error_messages = {
        "invalid_login": _(
            "User name and password do not belong together. Mind capital and small letters."
        ),
        "inactive": "",  # never said: such accounts do not get this far
    }

    def get_invalid_login_error(self):
        if getattr(self.request, "axes_locked_out", False):
            return ValidationError(words_of_refusal(self.request), code="refused")
        return super().get_invalid_login_error()

    def confirm_login_allowed(self, user):
        """Said only to somebody who knows the account's password."""
        super().confirm_login_allowed(user)
        if not user.is_staff:
            journal.note("no access", self.request, user.get_username())
            raise ValidationError(
                _("This account has no role in the back office. Please ask an administrator."),
                code="no_access",
            )


class CodeField(forms.CharField):
    """Six digits from the app, or the ten of a recovery code; returns the digits."""

    def __init__(self, *, lengths, **kwargs):
        self.lengths = lengths
        super().__init__(max_length=40, **kwargs)

    def widget_attrs(self, widget):
        return {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autocapitalize": "off",
            "spellcheck": "false",
        }

    def to_python(self, value):
        return factors.digits_of(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if not (value.isascii() and value.isdecimal() and len(value) in self.lengths):
            raise ValidationError(
                _("A code from the app has 6 digits.")
                if len(self.lengths) == 1
                else _("A code from the app has 6 digits, a recovery code has 10.")
            )


ANY_CODE = (factors.CODE_DIGITS, factors.RECOVERY_DIGITS)


class ThrottledMixin:
    """For a form about the account ``user``: wrong passwords count as those of signing in do."""

    request = user = None

    def refuse_if_too_many(self):
        if must_wait(self.request, self.user.get_username()):
            raise ValidationError(words_of_refusal(self.request), code="refused")

    def is_password(self, password):
        name = self.user.get_username()
        if authenticate(self.request, username=name, password=password) == self.user:
            return True
        self.refuse_if_too_many()
        return False


class OfPerson(ThrottledMixin, forms.Form):
    """A form about the account of ``user``, who need not be the one who is signed in."""

    def __init__(self, request, user, *args, **kwargs):
        self.request, self.user = request, user
        super().__init__(*args, label_suffix="", **kwargs)


class CodeForm(OfPerson):
    code = CodeField(label=_("Code"), lengths=ANY_CODE)
    device = None

    def clean_code(self):
        code = self.cleaned_data["code"]
        self.refuse_if_too_many()
        if seconds := factors.seconds_to_wait(self.user, code):
            raise ValidationError(
                ngettext(
                    "After wrong codes, please wait %(n)d second.",
                    "After wrong codes, please wait %(n)d seconds.",
                    seconds,
                )
                % {"n": seconds}
            )
        self.device = factors.verified(self.user, code)
        if self.device:
            return code
        user_login_failed.send(
            journal.SECOND_STEP,
            credentials={"username": self.user.get_username()},
            request=self.request,
        )
        self.refuse_if_too_many()
        raise ValidationError(
            _("This code is not right, or it was used already. Please take the next one.")
        )


class PasswordForm(OfPerson):
    """Is it still the same person at the desk?"""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_password(self):
        password = self.cleaned_data["password"]
        if not self.is_password(password):
            raise ValidationError(_("This is not your password."))
        return password


class OwnNewPasswordForm(ThrottledMixin, AdminPasswordChangeForm):
    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if not self.is_password(password):
            raise ValidationError(self.error_messages["password_incorrect"])
        return password


class ConfirmForm(PasswordForm, CodeForm):
    """Password and code, before the second step is changed."""

    field_order = ("password", "code")

    def clean_code(self):
        """A code is not used up for a wrong password."""
        if "password" not in self.cleaned_data:
            return self.cleaned_data["code"]
        return super().clean_code()


class SetUpForm(OfPerson):
    code = CodeField(label=_("Code from the app"), lengths=(factors.CODE_DIGITS,))
