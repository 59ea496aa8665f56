"""The part of the admin site that decides who gets in."""

from django.contrib import admin
from django.urls import path

from . import views
from .factors import missing_step
from .sign_ins import SignIns


class SignInSite(admin.AdminSite):
    """Every page of the site asks :meth:`has_permission`; these are its pages for signing in."""

    def has_permission(self, request):
        return super().has_permission(request) and missing_step(request.user) is None

    def get_urls(self):
        return [
            path("login/", self.login, name="login"),
            path("login/code/", views.SignInCode.as_view(site=self), name="login_code"),
            # Open to whoever has not taken the second step, as well.
            path("logout/", self.logout, name="logout"),
            path("two-steps/", views.TwoSteps.as_view(site=self), name="two_steps"),
            path("two-steps/set-up/", views.SetUp.as_view(site=self), name="two_steps_set_up"),
            path(
                "two-steps/recovery-codes/",
                views.RecoveryCodes.as_view(site=self),
                name="recovery_codes",
            ),
            path(
                "two-steps/recovery-codes.txt",
                views.RecoveryCodes.as_view(site=self, as_text=True),
                name="recovery_codes_text",
            ),
            path("sign-ins/", self.admin_view(SignIns.as_view(site=self)), name="sign_ins"),
            *super().get_urls(),
        ]

    def password_change(self, request, extra_context=None):
        view = views.OwnNewPassword.as_view(site=self, extra_context=extra_context)
        return view(request)

    def login(self, request, extra_context=None):
        return views.SignIn.as_view(site=self, extra_context=extra_context)(request)
