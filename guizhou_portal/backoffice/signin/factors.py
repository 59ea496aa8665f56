"""The second step of signing in: an app's one-time codes (RFC 6238), and recovery codes."""

import re
import secrets
import time
import unicodedata
from base64 import b32encode
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.safestring import mark_safe
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from guizhou_portal.backoffice.roles import needs_one_time_password

CODE_DIGITS = 6
RECOVERY_DIGITS = 10  # digits alone: a phone shows one keyboard for both kinds of code
RECOVERY_CODES = 10

new_key = default_key


class Missing(Enum):
    """What stands between a signed-in person and the back office."""

    CODE = "code"
    SET_UP = "set up"


def missing_step(user):
    """The :class:`Missing` step of a signed-in ``user``; None if there is none.

    Asked several times for one page; the answer is kept with the user, who lives as long.
    """
    if not hasattr(user, "_missing_step"):
        user._missing_step = _missing_step(user)
    return user._missing_step


def _missing_step(user):
    if getattr(user, "otp_device", None):
        return None
    if has_factor(user):
        return Missing.CODE
    return Missing.SET_UP if is_required(user) else None


def has_factor(user):
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def is_required(user):
    return settings.REQUIRE_2FA and needs_one_time_password(user)


# --- codes ---------------------------------------------------------------------------------------


def digits_of(typed):
    """A code as it is compared, however it was typed: in groups, or with full-width digits."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))


def verified(user, code):
    """The device that accepts ``code`` (its digits), which then is used up; None if none does."""
    kind = TOTPDevice if len(code) == CODE_DIGITS else StaticDevice
    device = kind.objects.filter(user=user, confirmed=True).first()
    device = verify_token(user, device.persistent_id, code) if device else None
    if kind is StaticDevice and device:
        # Others may have tried codes until the app's had to wait for days.
        TOTPDevice.objects.filter(user=user).update(
            throttling_failure_timestamp=None, throttling_failure_count=0
        )
    return device


def seconds_to_wait(user, code):
    """How long after wrong codes no further one is looked at; 0 if it is looked at."""
    kind = TOTPDevice if len(code) == CODE_DIGITS else StaticDevice
    device = kind.objects.filter(user=user, confirmed=True).first()
    allowed, reason = device.verify_is_allowed() if device else (True, None)
    if allowed:
        return 0
    return max(1, round((reason["locked_until"] - timezone.now()).total_seconds()))


def in_groups(text, size):
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def new_recovery_codes(user):
    """Replace the recovery codes, used or not."""
    codes = set()
    while len(codes) < RECOVERY_CODES:
        codes.add(f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}")
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "recovery"})
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(StaticToken(device=device, token=one) for one in codes)


def recovery_codes(user):
    """The unused recovery codes as a person reads them."""
    codes = StaticToken.objects.filter(device__user=user).order_by("pk")
    return [in_groups(code, 5) for code in codes.values_list("token", flat=True)]


# --- setting it up and turning it off ------------------------------------------------------------


def key_in_groups(key):
    """The secret (hexadecimal) as apps let one type it: base 32, in groups of four."""
    return in_groups(b32encode(bytes.fromhex(key)).decode(), 4)


def key_as_picture(user, key):
    """The secret as a QR code for an app's camera, an SVG; kept nowhere."""
    import segno

    address = TOTPDevice(user=user, key=key).config_url
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="sign-in-code", lineclass=None, dark="#000", light="#fff"
    )
    return mark_safe(drawn)  # noqa: S308  (squares)


def set_up(user, key, code):
    """Make ``key`` the person's app if ``code`` proves that it has it; the device or None.

    The code is used up with it. A former app and its recovery codes end.
    """
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if len(code) != CODE_DIGITS or not totp.verify(int(code), tolerance=1):
        return None
    with transaction.atomic():
        turn_off(user)
        device = TOTPDevice.objects.create(
            user=user, name="app", key=key, drift=totp.drift, last_t=totp.t()
        )
        new_recovery_codes(user)
    return device


def turn_off(user):
    """Remove app and recovery codes. Every session that was opened with them ends."""
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=user).delete()
