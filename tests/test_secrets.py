"""Secrets come from the environment or from files, and weak ones do not get online."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from guizhou_portal import environment
from guizhou_portal.operations.weak_secrets import fault_of_key

from .test_start import manage, place  # noqa: F401  (a fixture)

GOOD = "Zb5-o1Hq_8vRk2LwXc9TnYd4GsMf7JpAe3UyKi6QhVt0BxNzWr"  # no key of any portal


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "CACHE_URL", "EMAIL_URL", "ADMIN_PASSWORD", "METRICS_TOKEN"],
)
def test_any_secret_may_stand_in_a_file(monkeypatch, tmp_path, name):
    file = tmp_path / "secret"
    file.write_text("käse: with spaces \n")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert environment.read("str", name, "default") == "käse: with spaces "
    file.write_text("another\r\n")
    assert environment.read("str", name, "default") == "another"


def test_what_is_no_secret_is_not_read_from_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("ALLOWED_HOSTS_FILE", str(tmp_path / "hosts"))
    assert environment.hosts("ALLOWED_HOSTS", ["portal.example"]) == ["portal.example"]


def test_the_portal_starts_with_its_secrets_in_files(place, tmp_path):  # noqa: F811
    for name in ("SECRET_KEY", "DATABASE_URL"):
        (tmp_path / name).write_text(f"{place.pop(name)}\n")
        place[f"{name}_FILE"] = tmp_path / name
    result = manage("check", **place)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_file_that_gives_no_secret_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.delenv("EMAIL_URL", raising=False)

    def said(file):
        monkeypatch.setenv("EMAIL_URL_FILE", str(file))
        with pytest.raises(ImproperlyConfigured) as refused:
            environment.email("EMAIL_URL")
        return str(refused.value)

    nothing, empty, bytes_ = (tmp_path / name for name in ("nothing", "empty", "bytes"))
    empty.write_text(" \n")
    bytes_.write_bytes(b"\xff\xfe\x00")
    reason = "cannot be read (No such file or directory)."
    assert said(nothing) == f"EMAIL_URL_FILE names {nothing}, which {reason}"
    assert said(tmp_path).endswith("cannot be read (Is a directory).")
    assert said(empty).endswith("which is empty.")
    assert said(bytes_).endswith("cannot be read (not a text).")
    monkeypatch.setenv("EMAIL_URL", "smtp://user:hunter2@host")
    both = said(empty)
    assert both == "Both EMAIL_URL and EMAIL_URL_FILE are set; leave one of them out."


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("short-but-random-4f9a", "it has 21 characters, at least 50 are needed"),
        ("x" * 64, "it is made of too few different characters"),
        ("0123456789ab" + "z" * 40, "it is made of too few different characters"),
        ("django-insecure-" + GOOD, "it holds the words of a placeholder"),
        ("please-CHANGE-ME-" + GOOD, "it holds the words of a placeholder"),
        (GOOD, ""),
        ("5512447b2a0ff8d5c39d556dcd2db54aef11761c1614bdd47a694b4f31723c99", ""),
    ],
)
def test_a_key_that_can_be_guessed_is_known_as_such(key, fault):
    assert fault_of_key(key) == fault


def test_a_weak_key_stops_a_server_and_not_a_developer(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "a-weak-one")
    assert environment.secret_key("SECRET_KEY", tmp_path / "key", debug=True) == "a-weak-one"
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is too weak: it has 10") as refused:
        environment.secret_key("SECRET_KEY", tmp_path / "key", debug=False)
    assert "a-weak-one" not in str(refused.value)


def test_a_weak_key_is_one_sentence(place):  # noqa: F811
    result = manage("check", **{**place, "SECRET_KEY": "hunter2"})
    assert result.returncode == 1
    assert "SECRET_KEY is too weak: it has 7 characters" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "hunter2" not in result.stderr


@pytest.mark.thorough
def test_a_weak_first_password_is_refused_on_a_public_server_alone(place):  # noqa: F811
    weak = {**place, "ADMIN_PASSWORD": "letmein"}
    refused = manage("serve", "--prepare-only", HTTPS="true", **weak)
    assert refused.returncode == 1
    assert "ADMIN_PASSWORD is too weak for a public server." in refused.stderr
    assert "letmein" not in refused.stderr + refused.stdout
    taken = manage("serve", "--prepare-only", **weak)
    assert taken.returncode == 0
    assert "Note: ADMIN_PASSWORD is weak." in taken.stdout
