"""An app is set up, replaced and removed only by whom it belongs to."""

import re
import time
from base64 import b32decode

from django.contrib.admin.models import LogEntry
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from guizhou_portal.backoffice.signin import factors

from .signing_in import (
    CODE,
    CODES,
    LOGIN,
    PASSWORD,
    SET_UP,
    TWO_STEPS,
    app_code,
    give_password,
    is_in,
    signed_in,
    text,
    visitor,
    with_app,
)


def every_address(patterns=None, prefix="/"):
    """An address of each page below ``/admin/``, with something in place of its parameters."""
    for one in patterns or get_resolver().url_patterns:
        part = re.sub(r"<[^>]+>|\(\?P[^)]*\)", "1", str(one.pattern)).strip("^$")
        if isinstance(one, URLResolver):
            if (prefix + part).startswith("/admin/"):
                yield from every_address(one.url_patterns, prefix + part)
        elif isinstance(one, URLPattern) and prefix.startswith("/admin/"):
            yield prefix + part.replace(".*", "1")


def test_until_it_is_set_up_no_page_is_open_but_that_one(paul):
    client = visitor()
    assert give_password(client, "paul").url == SET_UP
    open_to_all = {LOGIN, "/admin/language/setlang/"}
    addresses = set(every_address()) - open_to_all - {"/admin/logout/", SET_UP}
    assert len(addresses) > 100
    for address in addresses:
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, address
            assert answer.url.startswith((LOGIN, TWO_STEPS)), address
    page = text(client.get("/admin/events/event/", follow=True))
    assert "Your role requires two-step sign-in" in page
    assert "/admin/events/" not in page  # the menu is not shown either


def test_it_is_set_up_with_the_apps_first_code_and_then_asked_for(paul):
    client = visitor()
    give_password(client, "paul")
    page = client.get(SET_UP)
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", text(page))[1]
    assert "no-store" in page["Cache-Control"]
    assert "style=" not in text(page)
    assert "sign-in-code" in text(page)
    totp = TOTP(b32decode(key.replace(" ", "")))
    wrong = client.post(SET_UP, {"code": f"{(totp.token() + 1) % 10**6:06d}"})
    assert "not the code that the app shows" in text(wrong)
    assert key in text(wrong)  # the same one: the app has it already
    assert not TOTPDevice.objects.exists()

    code = f"{totp.token():06d}"
    assert client.post(SET_UP, {"code": code}).url == CODES
    codes = re.findall(r"<code>(\d{5} \d{5})</code>", text(client.get(CODES)))
    assert len(set(codes)) == 10
    file = client.get("/admin/two-steps/recovery-codes.txt")
    assert all(one in file.content.decode() for one in codes)
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    assert client.post(CODES).url == "/admin/"
    for address in (CODES, "/admin/two-steps/recovery-codes.txt"):
        assert client.get(address).url == TWO_STEPS  # shown once
    assert is_in(client)

    again = visitor()
    give_password(again, "paul")
    assert "used already" in text(again.post(CODE, {"code": code}))
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    again.post(CODE, {"code": app_code(paul, step=1)})
    assert is_in(again)


def test_whoever_sat_down_at_an_open_desk_needs_the_password(anna, client):
    client.force_login(anna)
    session = client.session
    session["signed_in"] = time.time() - 700
    session.save()
    page = text(client.get(SET_UP, headers={"accept-language": "en"}))
    assert "enter your password first" in page
    assert "<code>" not in page
    assert "not your password" in text(
        client.post(SET_UP, {"password": "guessed"}, headers={"accept-language": "en"})
    )
    client.post(SET_UP, {"password": PASSWORD})
    assert "<code>" in text(client.get(SET_UP))


def test_it_is_changed_only_with_password_and_code(anna):
    codes = with_app(anna)
    client = signed_in(anna, codes[0])
    for wrong in (
        {"password": "guessed", "code": codes[1]},
        {"password": PASSWORD, "code": "1" * 10},
    ):
        answer = client.post(TWO_STEPS, {**wrong, "action": "off"})
        assert 'class="errorlist"' in text(answer)
    assert TOTPDevice.objects.exists()
    assert codes[1] in factors.recovery_codes(anna)  # not used up for a wrong password
    assert client.get(SET_UP).url == TWO_STEPS
    StaticDevice.objects.update(throttling_failure_timestamp=None)

    asked = {"password": PASSWORD, "code": codes[1]}
    assert client.post(TWO_STEPS, {**asked, "action": "codes"}).url == CODES
    new = factors.recovery_codes(anna)
    assert not set(codes) & set(new)

    asked["code"] = new[0]
    assert client.post(TWO_STEPS, {**asked, "action": "replace"}).url == SET_UP
    other, key = signed_in(anna), re.search(r"<code>(.+?)</code>", text(client.get(SET_UP)))[1]
    code = TOTP(b32decode(key.replace(" ", ""))).token()
    assert client.post(SET_UP, {"code": f"{code:06d}"}).url == CODES
    assert TOTPDevice.objects.count() == 1
    assert is_in(client)
    assert not is_in(other)  # opened with the former app

    asked["code"] = factors.recovery_codes(anna)[0]
    assert client.post(TWO_STEPS, {**asked, "action": "off"}).url == "/admin/"
    assert not StaticDevice.objects.exists()
    assert is_in(client)
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert len(told) == 2  # another app, none any more


def test_it_cannot_be_turned_off_where_it_is_required(paul):
    codes = with_app(paul)
    client = signed_in(paul)
    assert 'value="off"' not in text(client.get(TWO_STEPS))
    forced = {"password": PASSWORD, "code": codes[0], "action": "off"}
    assert "Your role requires" in text(client.post(TWO_STEPS, forced))
    assert TOTPDevice.objects.exists()


def test_a_session_ends_when_its_app_is_removed(paul):
    with_app(paul)
    client = signed_in(paul)
    factors.turn_off(paul)
    assert client.get("/admin/").url.startswith(LOGIN)
    assert client.get(SET_UP).url.startswith(LOGIN)  # no new one with a stolen session
    assert client.session.is_empty()
