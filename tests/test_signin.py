"""The pages of signing in, how long a session lasts, and what is on record."""

import re
import time
from datetime import timedelta

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guizhou_portal.backoffice.roles import Role

from .facts import LANGUAGES
from .signing_in import (
    LOGIN,
    PASSWORD,
    SET_UP,
    account,
    give_password,
    is_in,
    signed_in,
    text,
    visitor,
    with_app,
)


def test_a_session_ends_with_the_browser_after_eight_hours_and_after_twelve(anna, settings):
    client = visitor()
    give_password(client, "anna")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["expires"] == ""
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/admin/"
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_speaks_three_languages_and_offers_them(db, client, language):
    page = text(client.get(LOGIN, headers={"accept-language": language}))
    assert f'<html lang="{language}"' in page
    for name in ("Deutsch", "English", "中文"):
        assert name in page
    client.post("/admin/language/setlang/", {"language": "zh-hans", "next": LOGIN})
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


@pytest.mark.parametrize("key", [r"\000" * 32, "Ü" * 32, "x" * 5000, "' or 1=1; --"])
def test_a_made_up_session_is_none(db, settings, key):
    client, name = visitor(), settings.SESSION_COOKIE_NAME
    for address in (LOGIN, "/admin/"):
        answer = client.get(address, follow=True, headers={"cookie": f'{name}="{key}"'})
        assert 'name="password"' in text(answer)
