"""Signing in: two steps, the first set-up, recovery codes, throttling, and what is on record."""

import re
import time
from base64 import b32decode
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from guizhou_portal.backoffice.roles import Role
from guizhou_portal.backoffice.signin import factors

from .facts import LANGUAGES

PASSWORD = "a-long-password"
LOGIN, CODE, TWO_STEPS = "/admin/login/", "/admin/login/code/", "/admin/two-steps/"
SET_UP, CODES = "/admin/two-steps/set-up/", "/admin/two-steps/recovery-codes/"
GENERIC = "User name and password do not belong together"
WAIT = "Too many attempts to sign in. Please wait 15 minutes, then try again."


@pytest.fixture
def anna(db):
    """An editor: may sign in with the password alone."""
    return account("anna", Role.EDITOR)


@pytest.fixture
def paul(db, settings):
    """A publisher, where two steps are required."""
    settings.REQUIRE_2FA = True
    return account("paul", Role.PUBLISHER)


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


# --- the two steps -------------------------------------------------------------------------------


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


# --- setting it up -------------------------------------------------------------------------------


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
    addresses = set(every_address()) - {LOGIN, "/admin/logout/", SET_UP}
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


# --- throttling, and what strangers learn --------------------------------------------------------


def test_five_wrong_passwords_make_account_and_address_wait(anna):
    client = visitor()
    answers = [give_password(client, "anna", "guessed") for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 4 + [429]
    right = give_password(client, "anna")
    assert right.status_code == 429
    assert int(right["Retry-After"]) == 900
    assert WAIT in text(right)
    assert not is_in(client)
    elsewhere = visitor(REMOTE_ADDR="198.51.100.7")
    give_password(elsewhere, "anna")
    assert is_in(elsewhere)
    account("carl", Role.EDITOR)
    colleague = visitor()
    give_password(colleague, "carl")
    assert is_in(colleague)


def test_the_pause_ends_by_itself_and_signing_in_forgets_the_failures(anna):
    client = visitor()
    for _ in range(4):
        give_password(client, "anna", "guessed")
    give_password(client, "anna")
    for _ in range(4):
        assert give_password(client, "anna", "guessed").status_code == 200
    assert give_password(client, "anna", "guessed").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert give_password(client, "anna").status_code == 302


def test_one_address_cannot_try_one_account_after_the_other(anna):
    attacker = {"REMOTE_ADDR": "203.0.113.9"}
    for number in range(12):
        for _ in range(4):
            give_password(visitor(**attacker), f"name{number}", "guessed")
    assert give_password(visitor(**attacker), "name99", "guessed").status_code == 200
    assert give_password(visitor(**attacker), "name98", "guessed").status_code == 429
    assert give_password(visitor(**attacker), "anna").status_code == 429
    assert give_password(visitor(), "anna").status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(settings):
    from guizhou_portal.backoffice.signin.addresses import client_address, counted_address

    def request(forwarded, remote="127.0.0.1"):
        return RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR=remote)

    assert client_address(request("198.51.100.7")) == "127.0.0.1"  # nobody vouches for it
    settings.HTTPS = True
    assert client_address(request("198.51.100.7")) == "198.51.100.7"
    assert client_address(request("10.0.0.1, 198.51.100.7")) == "198.51.100.7"  # claimed, seen
    assert client_address(request("198.51.100.7, nonsense\n")) == "127.0.0.1"
    assert client_address(request("", remote="")) == ""
    assert client_address(request("::ffff:198.51.100.7")) == "198.51.100.7"
    assert counted_address(request("2001:db8:1:2:3:4:5:6")) == "2001:db8:1:2::"


def without_what_differs(page, name):
    """A page less the name that was typed and the token of its form."""
    return re.sub(rf"{name}|[A-Za-z0-9]{{64}}", "", page.content.decode())


@pytest.mark.parametrize("password", [PASSWORD, "guessed"])
def test_unknown_known_and_closed_accounts_get_the_same_answer(anna, password, monkeypatch):
    account("gone", Role.EDITOR, is_active=False)
    hashed, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *args: hashed.append(args) or encode(*args)
    )
    pages, costs = set(), []
    for name in ("anna", "gone", "nobody"):
        hashed.clear()
        answer = give_password(visitor(), name, "guessed" if name == "anna" else password)
        pages.add(without_what_differs(answer, name))
        costs.append(len(hashed))
    assert len(pages) == 1
    assert GENERIC in pages.pop()
    assert costs == [1, 1, 1]  # the time a password takes is spent for each


def test_the_pause_is_the_same_for_accounts_that_do_not_exist(anna):
    def last(name):
        client = visitor()
        *_before, answer = [give_password(client, name, "guessed") for _ in range(5)]
        return answer.status_code, without_what_differs(answer, name)

    assert last("anna") == last("nobody")


def test_a_person_without_a_role_is_told_so(db, client):
    User.objects.create_user("guest", password=PASSWORD)
    answer = text(give_password(visitor(), "guest"))
    assert "This account has no role in the back office." in answer
    client.force_login(User.objects.get())
    page = text(client.get("/admin/", follow=True, headers={"accept-language": "en"}))
    assert "You are signed in as guest, but this account has no role" in page


# --- sessions and passwords ----------------------------------------------------------------------


def test_a_session_ends_with_the_browser_after_eight_hours_and_after_twelve(anna):
    client = visitor()
    give_password(client, "anna")
    cookie = client.cookies["sessionid"]
    assert cookie["expires"] == ""
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"]
    assert client.session.get_expiry_age() == 8 * 3600
    session = client.session
    session["signed_in"] = time.time() - 11 * 3600
    session.save()
    assert is_in(client)
    assert client.session["active"] > time.time() - 60  # eight hours from now on
    session = client.session
    session["signed_in"] = time.time() - 13 * 3600
    session.save()
    assert client.get("/admin/").url.startswith(LOGIN)


def test_a_new_password_ends_the_other_sessions_and_has_to_be_good(anna):
    here, there = visitor(), visitor()
    for client in (here, there):
        give_password(client, "anna")
    change = "/admin/password_change/"
    new = {"old_password": PASSWORD, "new_password1": "elevenchars", "new_password2": "elevenchars"}
    assert "at least 12 characters" in text(here.post(change, new))
    new = {**new, "new_password1": "quite-another-one", "new_password2": "quite-another-one"}
    assert here.post(change, new).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_signing_out_works_between_the_steps_too(paul):
    client = visitor()
    give_password(client, "paul")
    assert "You are signed out." in text(client.post("/admin/logout/"))
    assert client.get(SET_UP).url.startswith(LOGIN)


# --- what is kept on record ----------------------------------------------------------------------


def test_each_attempt_is_one_line_that_nobody_can_forge(anna, caplog):
    codes = with_app(anna)
    client = signed_in(anna, codes[0])
    give_password(
        visitor(), "x\n2026 INFO guizhou_portal.signin: signed in: user='anna'" + "y" * 60
    )
    give_password(visitor(), "anna", "my-secret-guess")
    client.post("/admin/logout/")
    lines = [record.getMessage() for record in caplog.records if "signin" in record.name]
    assert lines[0] == "code asked: user='anna' address=127.0.0.1"
    assert lines[1] == "signed in: user='anna' address=127.0.0.1"
    assert lines[-1] == "signed out: user='anna' address=127.0.0.1"
    assert "wrong password: user='anna' address=127.0.0.1" in lines
    assert not [line for line in lines if "\n" in line or "my-secret" in line or len(line) > 250]
    stored = [*AccessLog.objects.values(), *AccessFailureLog.objects.values()]
    assert "my-secret" not in str(stored)
    assert codes[0].replace(" ", "") not in str(stored)


def test_administrators_read_who_signed_in_and_nobody_else_does(anna):
    account("boss", Role.ADMINISTRATOR)
    give_password(visitor(), "<script>", "guessed")
    client, other = visitor(), visitor()
    give_password(client, "boss")
    page = text(client.get("/admin/sign-ins/"))
    assert "&lt;script&gt;" in page
    assert re.search(r"boss</th><td>Signed in", page)
    assert "boss</th>" not in text(client.get("/admin/sign-ins/?event=password"))
    assert "boss</th>" in text(client.get("/admin/sign-ins/?q=bos&p=999&event=nonsense"))
    give_password(other, "anna")
    assert other.get("/admin/sign-ins/").status_code == 403
    assert "/admin/sign-ins/" not in text(other.get("/admin/"))


def test_old_entries_are_removed(anna):
    give_password(visitor(), "anna", "guessed")
    for age, left in ((89, 1), (91, 0)):
        AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(days=age))
        give_password(visitor(), "anna")
        assert AccessFailureLog.objects.count() == left


# --- the pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_speaks_three_languages_and_offers_them(db, client, language):
    page = text(client.get(LOGIN, headers={"accept-language": language}))
    assert f'<html lang="{language}"' in page
    for name in ("Deutsch", "English", "中文"):
        assert name in page
    client.post("/admin-language/setlang/", {"language": "zh-hans", "next": LOGIN})
    assert '<html lang="zh-hans"' in text(client.get(LOGIN))


def test_the_second_step_costs_a_page_one_query(anna):
    def queries(client):
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/projects/sector/").status_code == 200
        return [one["sql"] for one in captured if "otp_" in one["sql"]]

    plain = visitor()
    give_password(plain, "anna")
    assert len(queries(plain)) == 1
    with_app(anna)
    assert len(queries(signed_in(anna))) == 1
