import gc
import os
import shutil

import pytest
from django.template import Template
from django.utils import translation

# The browser's event loop and the test database share a process in the live-server tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Pages make many small objects that are gone at once: to look for cycles less often saves a tenth.
gc.set_threshold(100_000, 50, 100)

#: Templates as on the site. Django's test environment copies the context of each, and of each field
#: of a form, for tests that look at contexts; ours look at pages, and go without the copies.
RENDER = Template._render

CHROMIUM = shutil.which("chromium")
NOTHING_KEPT = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}


@pytest.fixture(scope="session", autouse=True)
def empty_static_root(tmp_path_factory):
    """Nobody has collected files, but the live server of the browser tests looks for the folder."""
    from django.conf import settings

    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session", autouse=True)
def plain_templates(django_test_environment):
    Template._render = RENDER


@pytest.fixture(autouse=True)
def plain_site(settings, tmp_path):
    """Static files straight from the source, uploads in a folder of the test's own."""
    from guizhou_portal.search.changes import forget

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ENQUIRY_FILES = tmp_path / "enquiries"
    settings.CACHES = {**settings.CACHES, "fact_sheets": NOTHING_KEPT}
    settings.PAGE_CACHE = False  # tests of kept pages ask for it themselves
    settings.REMEMBER_CONTENT = False
    settings.CONTENT_VERSION_FILE = tmp_path / "content-version"
    settings.REQUIRE_2FA = False  # tests of signing in ask for it themselves
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    forget()
    # A request leaves its language active on the thread; the next test starts in the default one.
    with translation.override("de"):
        yield


@pytest.fixture(scope="module")
def same_connection():
    """Requests past Django's test client, which does the same, go on in the test's transaction.

    Otherwise the connection to a database server ends with the request.
    """
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """``with commit(): …`` what is changed there is for good at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def kept(settings, db):
    """The cache in which pages are kept: on, and empty."""
    from django.core.cache import caches

    from guizhou_portal.operations.remembered import forget

    settings.PAGE_CACHE = settings.REMEMBER_CONTENT = True
    forget()
    caches["pages"].clear()
    yield caches["pages"]
    caches["pages"].clear()


@pytest.fixture
def clock(monkeypatch):
    """``clock(hours=1)`` sets the clock on, ``clock(hours=-1)`` back."""
    import time
    from datetime import timedelta

    from django.utils import timezone

    passed = timedelta()
    real_time, real_now = time.time, timezone.now

    def move(**by):
        nonlocal passed
        passed += timedelta(**by)

    monkeypatch.setattr(time, "time", lambda: real_time() + passed.total_seconds())
    monkeypatch.setattr(timezone, "now", lambda: real_now() + passed)
    return move


@pytest.fixture
def portal(db):
    """The portal as a newcomer finds it: with its own content."""
    from .content import content

    with content() as counts:
        yield counts


@pytest.fixture
def editor(db, django_user_model):
    return django_user_model.objects.create_superuser("editor", "", "a-long-password")


@pytest.fixture
def backoffice(client, editor):
    """A test client signed in as an editor, with the interface in English."""
    client.force_login(editor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def signed_in(client, django_user_model):
    """Signs somebody in who has the roles given, and nothing else."""
    from django.contrib.auth.models import Group

    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def sign_in(*roles):
        user = django_user_model.objects.create_user(
            "-".join(role.name for role in roles) or "nobody", "", "a-long-password", is_staff=True
        )
        user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def handler(signed_in):
    """A test client signed in as somebody who handles enquiries."""
    from guizhou_portal.backoffice.roles import Role

    return signed_in(Role.ENQUIRY_HANDLER)


@pytest.fixture
def anna(db):
    """An editor: may sign in with the password alone."""
    from guizhou_portal.backoffice.roles import Role

    from .signing_in import account

    return account("anna", Role.EDITOR)


@pytest.fixture
def paul(db, settings):
    """A publisher, where two steps are required."""
    from guizhou_portal.backoffice.roles import Role

    from .signing_in import account

    settings.REQUIRE_2FA = True
    return account("paul", Role.PUBLISHER)
