"""Whoever guesses has to wait, and learns nothing about the accounts."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone

from guizhou_portal.backoffice.roles import Role

from .signing_in import (
    PASSWORD,
    WAIT,
    account,
    give_password,
    is_in,
    text,
    visitor,
)

GENERIC = "User name and password do not belong together"


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


def test_the_old_password_cannot_be_guessed_where_it_is_changed(anna):
    client = visitor()
    give_password(client, "anna")
    change = "/admin/password_change/"
    new = {"new_password1": "my-secret-new-one", "new_password2": "my-secret-new-one"}
    answers = [client.post(change, {"old_password": "guessed", **new}) for _ in range(5)]
    assert "entered incorrectly" in text(answers[0])
    assert [one.status_code for one in answers] == [200] * 4 + [429]
    assert WAIT in text(answers[-1])
    assert client.post(change, {"old_password": PASSWORD, **new}).status_code == 429
    assert give_password(visitor(), "anna").status_code == 429
    stored = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert "guessed" not in str(stored)
    assert "my-secret" not in str(stored)


@pytest.mark.parametrize("variant", ["ａｎｎａ", " anna ", "anna\u3000"])
def test_another_way_to_write_the_name_gives_no_further_attempts(anna, variant):
    for name in ["anna"] * 3 + [variant] * 2:
        answer = give_password(visitor(), name, "guessed")
    assert answer.status_code == 429
    assert give_password(visitor(), "anna").status_code == 429


def test_an_address_that_the_visitor_claims_gives_no_further_attempts(anna, settings):
    settings.HTTPS = True
    for number in range(5):
        claimed = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9", "X-Real-IP": "1.2.3.4"}
        answer = give_password(visitor(), "anna", "guessed", headers=claimed)
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "proxy",
    [
        "127.0.0.1",
        *(
            pytest.param(one, marks=pytest.mark.thorough)
            for one in ("172.18.0.2", "10.1.2.3", "fd00::2")
        ),
    ],
)
def test_a_proxy_that_hides_its_visitors_does_not_shut_all_of_them_out(anna, settings, proxy):
    """Set up wrongly, it passes on no address, or only one of its own network."""
    settings.HTTPS = True
    for number in range(13):
        for _ in range(4):
            give_password(visitor(REMOTE_ADDR=proxy), f"name{number}", "guessed")
    assert give_password(visitor(REMOTE_ADDR=proxy), "anna").status_code == 302


def test_an_attack_from_several_addresses_shuts_out_nobody_at_another(anna):
    for number in range(4):
        for _ in range(6):
            give_password(visitor(REMOTE_ADDR=f"203.0.113.{number}"), "anna", "guessed")
    assert give_password(visitor(REMOTE_ADDR="198.51.100.7"), "anna").status_code == 302
