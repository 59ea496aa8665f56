"""Password, then code; and the pages on which a person sets up, renews or turns off the second."""

import time

from django.contrib import messages
from django.contrib.auth import load_backend
from django.contrib.auth import login as begin_session
from django.contrib.auth.views import (
    LoginView,
    PasswordChangeView,
    RedirectURLMixin,
    redirect_to_login,
)
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp import login as end_second_step

from . import factors, forms, journal
from .factors import Missing, missing_step
from .middleware import SIGNED_IN

#: Keys of the session.
HALFWAY = "sign_in_halfway"  # who gave the right password and has not given the code
CONFIRMED = "sign_in_confirmed"  # when password and code were asked again
NEW_KEY = "sign_in_new_key"  # the secret that is being set up
NEW_CODES = "sign_in_new_codes"  # when recovery codes were made that may still be shown
FRESH = 600  # seconds for which each of them counts


def is_fresh(moment):
    return time.time() - (moment or 0) < FRESH


class SitePage(View):
    """A page in the dress of the admin site ``site``."""

    site = None

    @method_decorator([never_cache, sensitive_post_parameters()])
    def dispatch(self, request):
        return super().dispatch(request)

    def get_context_data(self, **kwargs):
        self.request.current_app = self.site.name
        return super().get_context_data(**{**self.site.each_context(self.request), **kwargs})

    def get_default_redirect_url(self):
        return reverse("admin:index")


def is_staff(user):
    return user.is_active and user.is_staff


class SignIn(SitePage, LoginView):
    authentication_form = forms.SignInForm
    template_name = "admin/login.html"

    def get(self, request):
        if is_staff(request.user):
            step = missing_step(request.user)
            if step is None:
                return redirect("admin:index")
            return self.on_to(step)
        return super().get(request)

    def on_to(self, step):
        if step is Missing.SET_UP:
            return redirect("admin:two_steps_set_up")
        target = urlencode({"next": self.get_redirect_url()}) if self.get_redirect_url() else ""
        return HttpResponseRedirect(f"{reverse('admin:login_code')}?{target}".rstrip("?"))

    def form_valid(self, form):
        user = form.get_user()
        if not factors.has_factor(user):
            response = super().form_valid(form)
            return self.on_to(Missing.SET_UP) if missing_step(user) else response
        journal.note("code asked", self.request, user.get_username())
        # Nobody is signed in yet: until the code is given, the session names no user.
        self.request.session.flush()
        self.request.session[HALFWAY] = {
            "user": user.pk,
            "backend": user.backend,
            "hash": user.get_session_auth_hash(),
            "since": time.time(),
        }
        return self.on_to(Missing.CODE)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"title": _("Log in"), **kwargs})


def halfway(request):
    """The person who gave the right password a short while ago; None if there is none."""
    known = request.session.get(HALFWAY)
    if not known or not is_fresh(known["since"]):
        return None
    user = load_backend(known["backend"]).get_user(known["user"])
    if not user or not is_staff(user) or user.get_session_auth_hash() != known["hash"]:
        return None
    user.backend = known["backend"]
    return user


class SignInCode(SitePage, RedirectURLMixin, FormView):
    """The second step of whoever is halfway, or whose session has not taken it yet."""

    form_class = forms.CodeForm
    template_name = "admin/login_code.html"

    def dispatch(self, request):
        self.person = halfway(request)
        self.is_halfway = self.person is not None
        if not self.is_halfway:
            user = request.user
            if not is_staff(user) or missing_step(user) is not Missing.CODE:
                return redirect("admin:login")
            self.person = user
        return super().dispatch(request)

    def get_form_kwargs(self):
        return {"request": self.request, "user": self.person, **super().get_form_kwargs()}

    def get_form(self):
        form = super().get_form()
        form.fields["code"].widget.attrs["autofocus"] = True
        return form

    def form_valid(self, form):
        if self.is_halfway:
            self.request.session.pop(HALFWAY)
            self.person.otp_device = form.device
            begin_session(self.request, self.person)
        else:
            self.request.session.cycle_key()
            end_second_step(self.request, form.device)
            journal.note("code given", self.request, self.person.get_username())
        if len(form.cleaned_data["code"]) == factors.RECOVERY_DIGITS:
            self.say_how_many_are_left()
        return HttpResponseRedirect(self.get_success_url())

    def say_how_many_are_left(self):
        left = len(factors.recovery_codes(self.person))
        messages.warning(
            self.request,
            _("You signed in with a recovery code; it is used up. Left: %(n)d.") % {"n": left},
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{
                "title": _("Two-step sign-in"),
                "person": self.person,
                "next": self.get_redirect_url(),
                **kwargs,
            }
        )


class OwnNewPassword(SitePage, PasswordChangeView):
    form_class = forms.OwnNewPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self):
        return {"request": self.request, **super().get_form_kwargs()}


class OwnAccount(SitePage):
    """A page about one's own second step; open also to whoever must set it up first."""

    def dispatch(self, request):
        if not is_staff(request.user) or missing_step(request.user) is Missing.CODE:
            return redirect_to_login(request.path, reverse("admin:login"))
        return super().dispatch(request)

    def get_form_kwargs(self):
        return {
            "request": self.request,
            "user": self.request.user,
            **super().get_form_kwargs(),
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{
                "title": _("Two-step sign-in"),
                "is_required": factors.is_required(self.request.user),
                **kwargs,
            }
        )

    def show_new_codes(self):
        self.request.session[NEW_CODES] = time.time()
        return redirect("admin:recovery_codes")


class TwoSteps(OwnAccount, FormView):
    """How one's account signs in; with password and code this can be changed."""

    form_class = forms.ConfirmForm
    template_name = "admin/two_steps.html"

    def dispatch(self, request):
        if is_staff(request.user) and not factors.has_factor(request.user):
            return redirect("admin:two_steps_set_up")
        return super().dispatch(request)

    def form_valid(self, form):
        action = self.request.POST.get("action")
        if action == "codes":
            factors.new_recovery_codes(self.request.user)
            journal.note("new recovery codes", self.request, self.request.user.get_username())
            return self.show_new_codes()
        if action == "replace":
            self.request.session[CONFIRMED] = time.time()
            return redirect("admin:two_steps_set_up")
        if action == "off":
            return self.turn_off(form)
        return redirect("admin:two_steps")

    def turn_off(self, form):
        if factors.is_required(self.request.user):
            form.add_error(None, _("Your role requires two-step sign-in."))
            return self.form_invalid(form)
        self.request.session.pop(DEVICE_ID_SESSION_KEY, None)
        factors.turn_off(self.request.user)
        journal.tell(self.request, "two steps turned off", "deleted")
        messages.success(self.request, _("From now on your password is enough to sign in."))
        return redirect("admin:index")

    def get_context_data(self, **kwargs):
        left = len(factors.recovery_codes(self.request.user))
        return super().get_context_data(**{"codes_left": left, **kwargs})


class SetUp(OwnAccount, FormView):
    """The secret for the app, proved with its first code; the password before, if that is old."""

    template_name = "admin/two_steps_set_up.html"

    def dispatch(self, request):
        has_factor = is_staff(request.user) and factors.has_factor(request.user)
        # Another app needs password and code anew; the first one a password that is fresh.
        enough = (CONFIRMED,) if has_factor else (CONFIRMED, SIGNED_IN)
        self.is_confirmed = any(is_fresh(request.session.get(key)) for key in enough)
        if has_factor and not self.is_confirmed:
            return redirect("admin:two_steps")
        return super().dispatch(request)

    def get_form_class(self):
        return forms.SetUpForm if self.is_confirmed else forms.PasswordForm

    def form_valid(self, form):
        session = self.request.session
        if not self.is_confirmed:
            session[CONFIRMED] = time.time()
            return redirect("admin:two_steps_set_up")
        device = factors.set_up(self.request.user, self.key, form.cleaned_data["code"])
        if device is None:
            form.add_error("code", _("This is not the code that the app shows now."))
            return self.form_invalid(form)
        for key in (NEW_KEY, CONFIRMED):
            session.pop(key, None)
        session.cycle_key()
        end_second_step(self.request, device)
        journal.tell(self.request, "two steps set up", "added")
        return self.show_new_codes()

    @property
    def key(self):
        return self.request.session.setdefault(NEW_KEY, factors.new_key())

    def get_context_data(self, **kwargs):
        shown = {}
        if self.is_confirmed:
            shown = {
                "picture": factors.key_as_picture(self.request.user, self.key),
                "key": factors.key_in_groups(self.key),
            }
        return super().get_context_data(
            **{"title": _("Set up two-step sign-in"), **shown, **kwargs}
        )


class RecoveryCodes(OwnAccount, TemplateView):
    """The new codes, until it is said that they are kept, and ten minutes at most."""

    template_name = "admin/recovery_codes.html"
    as_text = False

    def dispatch(self, request):
        if is_staff(request.user) and not is_fresh(request.session.get(NEW_CODES)):
            return redirect("admin:two_steps")
        return super().dispatch(request)

    def get(self, request):
        if not self.as_text:
            return super().get(request)
        lines = [_("Recovery codes for signing in: %(site)s") % {"site": request.get_host()}]
        lines += [request.user.get_username(), "", *factors.recovery_codes(request.user), ""]
        return HttpResponse(
            "\r\n".join(lines),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="recovery-codes.txt"'},
        )

    def post(self, request):
        del request.session[NEW_CODES]
        messages.success(request, _("Two-step sign-in protects your account now."))
        return redirect("admin:index")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{
                "title": _("Recovery codes"),
                "codes": factors.recovery_codes(self.request.user),
                **kwargs,
            }
        )
