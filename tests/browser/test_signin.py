"""Signing in with a browser: the first set-up, the code, the pages in light, dark and narrow."""

import re
from base64 import b32decode

import pytest
from django.contrib.auth.models import User
from django_otp.oath import totp
from playwright.sync_api import expect

from .accessibility import ADMIN, violations, wrong_with


@pytest.fixture
def first_account(db, settings):
    settings.REQUIRE_2FA = True
    return User.objects.create_superuser("boss", "", "a-long-password")


@pytest.mark.thorough
def test_a_first_account_sets_up_two_steps_and_signs_in_with_them(
    first_account, live_server, page, console
):
    site = live_server.url
    page.goto(f"{site}/admin/projects/project/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "guessed")
    page.keyboard.press("Enter")
    expect(page.locator(".errornote")).to_be_visible()
    assert wrong_with(page) == [], "login"
    page.fill("#id_password", "a-long-password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/two-steps/set-up/")
    key = b32decode(page.locator(".sign-in-key code").inner_text().replace(" ", ""))
    expect(page.locator("svg.sign-in-code")).to_be_visible()
    assert wrong_with(page) == [], "set up"
    page.fill("#id_code", f"{totp(key):06d}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    assert wrong_with(page) == [], "recovery codes"
    with page.expect_download() as file:
        page.get_by_role("link", name="Download as text").click()
    assert all(code in file.value.path().read_text() for code in codes)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.locator("h1")).to_have_text("Hello boss")

    page.locator(".admin-account summary").click()
    page.locator(".admin-account").get_by_text("Two-step sign-in").click()
    page.wait_for_url("**/two-steps/")
    for path in (f"auth/user/{first_account.pk}/change/", "sign-ins/"):
        page.goto(f"{site}/admin/{path}")
        assert wrong_with(page) == [], path
    page.locator(".admin-account summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Logged out")

    page.goto(f"{site}/admin/projects/project/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "a-long-password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code/**")
    assert violations(page, ADMIN) == []
    page.locator(".admin-languages button", has_text="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#content")).to_contain_text("boss")  # still halfway in
    page.fill("#id_code", codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/projects/project/$"))
    assert console == []
