"""Starting the portal: settings that are wrong, a busy port, the second start, the commands."""

import os
import re
import secrets
import socket
import sqlite3
import sys
import time
from functools import partial

import pytest
from django.db import connection

from guizhou_portal.management.commands import serve

from . import servers

manage = partial(servers.manage, timeout=90)


@pytest.fixture
def place(tmp_path):
    """A database, uploads and a key of this test's own, as environment variables."""
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "MEDIA_ROOT": tmp_path / "media",
        "SECRET_KEY": secrets.token_urlsafe(60),
    }


@pytest.fixture
def free_port():
    return servers.free_port()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "perhaps", "DEBUG must be true or false, not “perhaps”."),
        ("HTTPS", "2", "HTTPS must be true or false, not “2”."),
        ("PORT", "eighty", "PORT must be a whole number, not “eighty”."),
        ("PORT", "99999", "PORT must be between 1 and 65535, not “99999”."),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be between 1 and 64, not “0”."),
        (
            "ENQUIRY_RETENTION_DAYS",
            "two",
            "ENQUIRY_RETENTION_DAYS must be a whole number, not “two”.",
        ),
        ("ENQUIRY_RETENTION_DAYS", "0", "ENQUIRY_RETENTION_DAYS must be between 1 and 36500, not"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL is not understood; it must look like"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not understood; it must look like"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL is not understood; it must look like"),
        ("ALLOWED_HOSTS", ",", "ALLOWED_HOSTS must be host names separated by commas"),
        ("ALLOWED_HOSTS", "http://portal.example", "ALLOWED_HOSTS must be host names"),
        ("CACHE_URL", "memcached://x", "CACHE_URL is not understood; it must look like"),
        ("EMAIL_URL", "pigeon://x", "EMAIL_URL is not understood; it must look like"),
        ("EMAIL_URL", "smtp://host:port", "EMAIL_URL is not understood; it must look like"),
        ("OC4IDS_PREFIX", "ours", "OC4IDS_PREFIX must be a registered prefix such as oc4ids-"),
    ],
)
def test_a_wrong_setting_is_one_sentence(place, name, value, sentence):
    result = manage("check", **{**place, name: value})
    said = result.stderr.strip()
    assert result.returncode == 1
    assert sentence in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_a_password_in_a_wrong_address_is_not_repeated(place):
    result = manage("check", **{**place, "DATABASE_URL": "oracle://user:hunter2@host/name"})
    assert result.returncode == 1
    assert "hunter2" not in result.stderr + result.stdout


def test_a_busy_port_is_one_sentence(place):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = manage("serve", PORT=port, **place)
    assert result.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)." in result.stderr
    assert f"make run PORT={port + 1}" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(place, tmp_path, free_port):
    (tmp_path / "file").write_text("in the way")
    blocked = {**place, "MEDIA_ROOT": tmp_path / "file" / "media"}
    result = manage("serve", "--prepare-only", PORT=free_port, **blocked)
    assert result.returncode == 1
    assert "cannot be written to (Not a directory)." in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_database_that_cannot_be_reached_is_one_sentence(place):
    nowhere = {**place, "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal"}
    result = manage("serve", "--prepare-only", **nowhere)
    assert result.returncode == 1
    assert "The database in DATABASE_URL cannot be used: " in result.stderr
    assert "Connection refused" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.thorough
def test_the_second_start_is_quick_and_changes_nothing(place, tmp_path):
    first = manage("serve", "--prepare-only", **place)
    assert first.returncode == 0, first.stderr
    assert "project: 6 created" in first.stdout
    password = re.search(r"admin, password (\S+) \(shown only now\)", first.stdout)[1]
    assert len(password) >= 12

    def content():
        with sqlite3.connect(tmp_path / "portal.sqlite3") as database:
            return list(database.iterdump())

    before = content()
    started = time.monotonic()
    second = manage("serve", "--prepare-only", **place)
    assert time.monotonic() - started < 20  # seconds; five on a machine with nothing else to do
    assert "created" not in second.stdout
    assert password not in second.stdout
    assert content() == before


@pytest.mark.thorough
def test_the_first_account_can_be_named_and_its_weak_password_is_said_to_be_weak(place, tmp_path):
    result = manage(
        "serve",
        "--prepare-only",
        ADMIN_USERNAME="anna",
        ADMIN_PASSWORD="from-out",
        **place,
    )
    assert "anna, the password in ADMIN_PASSWORD" in result.stdout
    assert "from-out" not in result.stdout
    assert "Note: ADMIN_PASSWORD is weak. This password is too short." in result.stdout
    with sqlite3.connect(tmp_path / "portal.sqlite3") as database:
        assert database.execute("select username from auth_user").fetchall() == [("anna",)]


def test_a_secret_key_is_made_once_and_is_ours_alone_to_read(tmp_path):
    from guizhou_portal.environment import secret_key

    file = tmp_path / "var" / "secret_key"
    key = secret_key("NO_SUCH_VARIABLE", file, debug=False)
    assert len(key) >= 50
    assert file.stat().st_mode & 0o077 == 0
    assert secret_key("NO_SUCH_VARIABLE", file, debug=False) == key


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda file: file.mkdir(parents=True), "Is a directory"),
        (lambda file: file.parent.write_text("in the way"), "Not a directory"),
        (lambda file: file.parent.mkdir() or file.write_bytes(b"\xff\xfe"), "not a text"),
    ],
)
def test_a_secret_key_that_cannot_be_kept_is_one_sentence(tmp_path, spoil, reason):
    from django.core.exceptions import ImproperlyConfigured

    from guizhou_portal.environment import secret_key

    file = tmp_path / "var" / "secret_key"
    spoil(file)
    with pytest.raises(ImproperlyConfigured, match=reason):
        secret_key("NO_SUCH_VARIABLE", file, debug=False)


def test_an_empty_secret_key_is_made_anew(tmp_path):
    from guizhou_portal.environment import secret_key

    file = tmp_path / "secret_key"
    file.write_text("\n")
    assert len(secret_key("NO_SUCH_VARIABLE", file, debug=False)) >= 50
    assert not list(tmp_path.glob(".secret_key*"))


@pytest.mark.thorough
def test_two_first_starts_at_once_do_not_disturb_each_other(place):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor() as both:
        starts = [both.submit(manage, "serve", "--prepare-only", **place) for _ in range(2)]
    for one in starts:
        assert one.result().returncode == 0, one.result().stderr


def test_sqlite_runs_as_a_server_database(place):
    asked = (
        "from django.db import connection as c; u = c.cursor();"
        "print([u.execute(f'PRAGMA {p}').fetchone()[0] for p in"
        " ('journal_mode', 'busy_timeout', 'foreign_keys')], c.transaction_mode)"
    )
    result = manage("shell", "--no-imports", "-c", asked, **place)
    assert result.stdout.strip() == "['wal', 20000, 1] IMMEDIATE", result.stderr


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("", {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}),
        ("dummycache://", {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}),
        (
            "redis://127.0.0.1:6379/1",
            {
                "BACKEND": "guizhou_portal.operations.tolerant_cache.TolerantRedisCache",
                "LOCATION": "redis://127.0.0.1:6379/1",
            },
        ),
    ],
)
def test_the_cache_is_chosen_by_its_address(monkeypatch, url, names):
    from guizhou_portal import environment

    monkeypatch.setenv("CACHE_URL", url)
    assert environment.cache("CACHE_URL").items() >= names.items()


def test_what_a_shared_cache_needs_is_installed():
    from django.core.cache.backends.redis import RedisCache
    from redis.exceptions import ConnectionError as NobodyThere

    with pytest.raises(NobodyThere):
        RedisCache("redis://127.0.0.1:1/0", {}).get("anything")


def test_mail_is_chosen_by_its_address(monkeypatch):
    from guizhou_portal import environment

    monkeypatch.setenv("EMAIL_URL", "smtp+tls://anna:p%40ss@mail.example:2587")
    old = environment.email_settings("EMAIL_URL", (5, 2))
    assert old["EMAIL_HOST"] == "mail.example"
    assert old["EMAIL_PORT"] == 2587
    assert old["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert old["EMAIL_USE_TLS"]
    new = environment.email_settings("EMAIL_URL", (6, 1))["MAILERS"]["default"]
    assert new["OPTIONS"]["host"] == "mail.example"
    monkeypatch.setenv("EMAIL_URL", "")
    assert "console" in environment.email_settings("EMAIL_URL", (5, 2))["EMAIL_BACKEND"]


def test_postgresql_uses_the_pool_of_psycopg(monkeypatch):
    from guizhou_portal import environment

    monkeypatch.setenv("DATABASE_URL", "postgres://portal:secret@db.example:5433/portal")
    settings = environment.database("DATABASE_URL", "unused")
    assert settings["ENGINE"] == "guizhou_portal.operations.postgresql"
    assert settings["OPTIONS"]["pool"]["max_size"] > 1
    assert settings["OPTIONS"]["connect_timeout"] <= 5  # seconds
    assert settings["CONN_MAX_AGE"] == 0
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", 5433, "portal")


@pytest.mark.thorough
def test_every_message_of_every_language_is_translated():
    result = manage("catalogues", "--check", SECRET_KEY=secrets.token_urlsafe(60))
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_database_at_hand_is_the_one_that_was_asked_for(db):
    wanted = os.environ.get("DATABASE_URL", "sqlite")
    assert wanted.startswith("postgres") == (connection.vendor == "postgresql")


@pytest.mark.thorough
def test_a_migration_half_way_is_no_fault(tmp_path):
    half = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'half.sqlite3'}",
        "SECRET_KEY": secrets.token_urlsafe(60),
    }
    result = manage("migrate", "projects", "0005", **half)
    assert result.returncode == 0, result.stderr
    assert manage("migrate", **half).returncode == 0


def test_a_server_keeps_to_the_packages_it_was_started_with(tmp_path, monkeypatch):
    """Not to those of the next release, to which the link leads before it is restarted."""
    for release in ("first", "second"):
        (tmp_path / release / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / release / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "current").symlink_to("first")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "current" / ".venv" / "bin" / "python"))
    assert serve.Command.python() == str(tmp_path / "first" / ".venv" / "bin" / "python")
