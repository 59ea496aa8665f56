"""The files in deploy/ as the programs they are for read them."""

import re
import shutil
import subprocess

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands

from guizhou_portal import environment

from .servers import ROOT, needs

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"


def accepted_by_nginx(folder, site, changes):
    """Let nginx read a configuration with only its folders and certificate replaced."""
    for path in (DEPLOY / "nginx").glob("*.conf"):
        text = path.read_text()
        for given, ours in changes.items():
            text = text.replace(given, str(ours))
        (folder / path.name).write_text(text)
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; "
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"pid {folder}/pid; error_log stderr; events {{}} "
        f"http {{ include /etc/nginx/mime.types; {temporary} include {folder / site}; }}"
    )
    done = subprocess.run(  # noqa: S603
        ["nginx", "-t", "-c", whole],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr, done.stderr


@pytest.fixture
def certificate(tmp_path):
    made = subprocess.run(  # noqa: S603
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=portal.example"),
            *("-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"),
        ],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0
    return tmp_path


@needs("nginx", "openssl")
@pytest.mark.parametrize("kept", [False, True])
def test_nginx_takes_the_configuration_of_one_machine(certificate, kept):
    include = "include /etc/nginx/snippets/guizhou-portal-page-cache.conf;"
    changes = {
        "/etc/nginx/snippets": certificate,
        "/etc/letsencrypt/live/portal.example": certificate,
        "/var/cache/nginx/guizhou-portal": certificate / "cache",
        "/var/log/nginx": certificate,
        "listen 80;": "listen 127.0.0.1:18080;",
        "listen 443 ": "listen 127.0.0.1:18443 ",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
    }
    if kept:  # as an administrator turns it on
        assert f"# {include}" in (DEPLOY / "nginx" / "guizhou-portal-locations.conf").read_text()
        changes = {f"# {include}": include, **changes}
    accepted_by_nginx(certificate, "guizhou-portal.conf", changes)


@needs("nginx", "openssl")
def test_nginx_takes_the_configuration_of_compose(certificate):
    changes = {
        "/etc/nginx/snippets": certificate,
        "/run/secrets/tls_certificate": certificate / "fullchain.pem",
        "/run/secrets/tls_key": certificate / "privkey.pem",
        "/var/cache/nginx": certificate,
        "listen 8080;": "listen 127.0.0.1:18080;",
        "listen 8443 ": "listen 127.0.0.1:18443 ",
    }
    accepted_by_nginx(certificate, "compose.conf", changes)


@needs("caddy")
def test_caddy_takes_its_configuration(tmp_path):
    done = subprocess.run(  # noqa: S603  (Debian's own program)
        [
            *(shutil.which("caddy"), "validate", "--adapter", "caddyfile"),
            *("--config", DEPLOY / "Caddyfile"),
        ],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def units(tmp_path):
    """The units, with a program that is there in the place of the installed portal's."""
    shutil.copytree(UNITS, tmp_path / "units")
    for path in (tmp_path / "units").glob("*.service"):
        text = path.read_text().replace("/srv/guizhou-portal/current/.venv/bin/python", "/bin/true")
        path.write_text(text)
    return tmp_path / "units"


def analyze(units, *arguments):
    return subprocess.run(  # noqa: S603
        ["systemd-analyze", *arguments],  # noqa: S607
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        check=False,
    )


@needs("systemd-analyze")
def test_systemd_takes_the_units_without_complaint(units):
    names = [
        *("guizhou-portal-web@8001.service", "guizhou-portal-task@purge_deleted.service"),
        *(path.name for path in units.glob("*.timer")),
        *(path.name for path in units.glob("*.service") if "@" not in path.name),
    ]
    done = analyze(units, "verify", *(units / name for name in names))
    assert (done.returncode, done.stderr.strip()) == (0, "")


@needs("systemd-analyze")
def test_a_server_process_can_do_little_else(units):
    """By systemd's own measure, from 0 (nothing) to 10 (everything)."""
    done = analyze(
        units,
        "security",
        "--offline=true",
        "--threshold=15",
        units / "guizhou-portal-web@1.service",
    )
    assert done.returncode == 0, done.stdout[-300:]


def test_every_timer_starts_a_unit_and_every_unit_a_command_of_the_portal():
    timers = sorted(UNITS.glob("*.timer"))
    assert len(timers) == 5
    for path in timers:
        unit = re.search(r"^Unit=(.+)$", path.read_text(), re.M)[1]
        file, _, instance = unit.partition("@")
        name = f"{file}@.service" if instance else file
        assert (UNITS / name).exists(), unit
        if instance:
            assert instance.removesuffix(".service") in get_commands()


@pytest.mark.parametrize(
    ("options", "asked"),
    [("", ""), ("--recipient age1a --no-media", "--recipient age1a --no-media ")],
)
def test_the_backup_goes_into_its_own_folder_with_the_options_of_the_server(
    tmp_path, options, asked
):
    """The unit's own command, as systemd hands it to the shell."""
    unit = (UNITS / "guizhou-portal-backup.service").read_text()
    command = re.search(r"^ExecStart=/bin/sh -euc '(.+)'$", unit, re.M)[1]
    for given, handed in (("$$", "$"), ("%%", "%"), ("%S", "/var/lib")):
        command = command.replace(given, handed)
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(  # noqa: S603  (the command of our own unit)
        ["/bin/sh", "-euc", command],
        cwd=tmp_path,
        # Both folders, of account.conf and of this unit; no options unless the server has some.
        env={
            "PATH": "/usr/bin:/bin",
            "STATE_DIRECTORY": "/var/lib/guizhou-portal:/var/lib/guizhou-portal-backups",
            **({"BACKUP_OPTIONS": options} if options else {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        rf"manage.py backup {re.escape(asked)}/var/lib/guizhou-portal-backups/"
        r"portal-\d{4}-\d\d-\d\d-\d{4}\.backup",
        done.stdout.strip(),
    )


def test_variables_of_the_examples_are_the_portals(monkeypatch):
    told = (ROOT / "README.md").read_text()
    for line in (DEPLOY / "environment.example").read_text().splitlines():
        if line and not line.startswith("#"):
            assert f"`{line.split('=')[0]}`" in told, line
    monkeypatch.setenv("BIND", "::")
    assert environment.address("BIND", "127.0.0.1") == "::"
    monkeypatch.setenv("BIND", "portal.example")
    with pytest.raises(ImproperlyConfigured, match="BIND must be an IP address such as"):
        environment.address("BIND", "127.0.0.1")
