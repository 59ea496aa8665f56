"""Debian's Chromium on the running portal. Without a Chromium these tests are not collected."""

import shutil

import pytest
from django.conf import settings

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


def pytest_ignore_collect(collection_path):
    return True if CHROMIUM is None else None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture
def site(live_server):
    """The address of the running portal with its own content."""
    from tests.content import load_content

    load_content()
    return live_server.url


@pytest.fixture
def console(page):
    """What the pages complain of: errors in the console, and requests to other hosts."""
    said = []

    def hear(words):
        # A slow machine shows a page before its cross-fade is ready, and goes without: no fault.
        if not words.startswith("Transition was aborted"):
            said.append(words)

    page.on("console", lambda line: hear(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: hear(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://localhost", "http://127.0.0.1", "data:"))
            else said.append(f"asks {request.url}")
        ),
    )
    return said


@pytest.fixture
def quick_hands(monkeypatch, settings, tmp_path):
    """Enquiries are taken though the browser of a test types faster than people."""
    monkeypatch.setattr("projects.enquiries.suspicion.QUICKEST", 0)
    settings.ENQUIRY_FILES = tmp_path / "enquiries"


@pytest.fixture
def desk(site, page, client, editor):
    """A browser page signed in as an editor; how people sign in: test_signin.py."""
    client.force_login(editor)
    name, cookie = settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": site}])
    page.goto(f"{site}/admin/")
    return page
