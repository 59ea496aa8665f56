"""The password, then the code: each step is needed, each code works once."""

import time

import pytest
from axes.models import AccessFailureLog
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from .signing_in import (
    CODE,
    CODES,
    LOGIN,
    SET_UP,
    TWO_STEPS,
    WAIT,
    app_code,
    give_password,
    is_in,
    signed_in,
    text,
    visitor,
    with_app,
)


def test_an_editor_without_an_app_signs_in_with_the_password_alone(anna, settings):
    settings.REQUIRE_2FA = True
    client = visitor()
    answer = give_password(client, "anna", address=f"{LOGIN}?next=/admin/projects/project/")
    assert answer.url == "/admin/projects/project/"
    assert is_in(client)


def test_whoever_has_an_app_is_asked_for_its_code_even_where_none_is_required(anna):
    with_app(anna)
    client = visitor()
    answer = give_password(client, "anna", address=f"{LOGIN}?next=/admin/projects/project/")
    assert answer.url == f"{CODE}?next=%2Fadmin%2Fprojects%2Fproject%2F"
    page = text(client.get(answer.url))
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    done = client.post(answer.url, {"code": app_code(anna)})
    assert done.url == "/admin/projects/project/"
    assert is_in(client)


def test_the_second_step_cannot_be_skipped_by_an_address(anna):
    with_app(anna)
    client = visitor()
    give_password(client, "anna")
    assert "_auth_user_id" not in client.session  # nobody is signed in between the steps
    for address in ("/admin/", "/admin/events/event/", TWO_STEPS, SET_UP, CODES):
        assert client.get(address).url.startswith(LOGIN), address


def test_a_session_from_before_the_app_is_asked_for_the_code_too(anna, client):
    client.force_login(anna)
    with_app(anna)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == CODE
    assert client.get(SET_UP, follow=True).request["PATH_INFO"] == CODE
    client.post(CODE, {"code": app_code(anna)})
    assert is_in(client)


def test_a_code_works_once(anna):
    with_app(anna)
    code = app_code(anna)
    signed_in(anna, code)
    thief = visitor()
    give_password(thief, "anna")
    assert "it was used already" in text(thief.post(CODE, {"code": code}))
    assert not is_in(thief)


def test_a_recovery_code_works_once_and_in_the_form_it_was_written_down(anna):
    codes = with_app(anna)
    client = signed_in(anna, codes[0].replace(" ", "-"))
    assert "it is used up. Left: 9." in text(client.get("/admin/"))
    thief = visitor()
    give_password(thief, "anna")
    assert "it was used already" in text(thief.post(CODE, {"code": codes[0]}))
    assert not is_in(thief)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５", "-1-2-3", "1" * 60]
)
def test_what_cannot_be_a_code_is_said_to_be_none_and_not_counted(anna, typed):
    with_app(anna)
    client = visitor()
    give_password(client, "anna")
    assert 'class="errorlist"' in text(client.post(CODE, {"code": typed}))
    assert TOTPDevice.objects.get().throttling_failure_count == 0
    assert not AccessFailureLog.objects.exists()


def test_guessing_codes_is_slowed_down_and_then_refused(anna):
    with_app(anna)
    client = visitor()
    give_password(client, "anna")
    assert "not right" in text(client.post(CODE, {"code": "000000"}))
    assert "please wait 1 second" in text(client.post(CODE, {"code": app_code(anna)}))
    assert not is_in(client)
    for _ in range(4):
        TOTPDevice.objects.update(throttling_failure_timestamp=None)  # a patient attacker
        answer = client.post(CODE, {"code": "000000"})
    assert answer.status_code == 429
    assert WAIT in text(answer)
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    assert client.post(CODE, {"code": app_code(anna)}).status_code == 429
    assert give_password(visitor(), "anna").status_code == 429
    assert not is_in(client)


def test_a_recovery_code_lets_in_whom_others_wrong_codes_keep_waiting(anna):
    codes = with_app(anna)
    TOTPDevice.objects.update(
        throttling_failure_count=20, throttling_failure_timestamp=timezone.now()
    )
    assert is_in(signed_in(anna, codes[3]))
    assert is_in(signed_in(anna))  # the app may be used again


def test_the_second_step_has_to_follow_soon_and_with_the_same_password(anna):
    with_app(anna)
    late, changed = visitor(), visitor()
    for client in (late, changed):
        give_password(client, "anna")
    session = late.session
    session["sign_in_halfway"] = {**session["sign_in_halfway"], "since": time.time() - 700}
    session.save()
    assert late.post(CODE, {"code": app_code(anna)}).url == LOGIN
    anna.set_password("another-long-password")
    anna.save()
    assert changed.post(CODE, {"code": app_code(anna)}).url == LOGIN
    assert not is_in(late)
    assert not is_in(changed)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_no_step_leads_to_another_site(anna, target):
    client = visitor()
    assert give_password(client, "anna", address=f"{LOGIN}?next={target}").url == "/admin/"
    with_app(anna)
    client = visitor()
    assert give_password(client, "anna", address=f"{LOGIN}?next={target}").url == CODE
    done = client.post(f"{CODE}?next={target}", {"code": app_code(anna), "next": target})
    assert done.url == "/admin/"


def test_forms_from_other_sites_are_refused(anna):
    with_app(anna)
    strict = Client(enforce_csrf_checks=True)
    assert give_password(strict, "anna").status_code == 403
    strict.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    for address in (CODE, TWO_STEPS, SET_UP, CODES, "/admin/logout/"):
        assert strict.post(address, {"code": app_code(anna)}).status_code in (302, 403), address
    assert strict.post(CODE, {"code": app_code(anna)}).status_code == 403
    assert TOTPDevice.objects.get().last_used_at is None
