"""Signing in as people do it: the forms, the codes of an app, and whether they are in."""

import re
import time

from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from guizhou_portal.backoffice.signin import factors

PASSWORD = "a-long-password"
LOGIN, CODE, TWO_STEPS = "/admin/login/", "/admin/login/code/", "/admin/two-steps/"
SET_UP, CODES = "/admin/two-steps/set-up/", "/admin/two-steps/recovery-codes/"
WAIT = "Too many attempts to sign in. Please wait 15 minutes, then try again."


def account(name, *roles, **values):
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **values)
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return user


def visitor(**options):
    return Client(headers={"accept-language": "en"}, **options)


def app_code(user, step=0):
    """The code an app shows now, or ``step`` times 30 seconds later."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * step
    return f"{totp.token():06d}"


def with_app(user):
    """The recovery codes of ``user``, who has set up an app a while ago."""
    TOTPDevice.objects.create(user=user, name="app", key=factors.new_key())
    factors.new_recovery_codes(user)
    return factors.recovery_codes(user)


def give_password(client, name, password=PASSWORD, address=LOGIN, **options):
    return client.post(address, {"username": name, "password": password}, **options)


def signed_in(user, code=None):
    """A browser in which ``user`` took both steps."""
    client = visitor()
    assert give_password(client, user.username).url == CODE
    assert client.post(CODE, {"code": code or app_code(user)}).status_code == 302
    return client


def is_in(client):
    return client.get("/admin/").status_code == 200


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())
