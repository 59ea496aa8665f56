"""deploy/update: a release comes online process by process, or the earlier one is put back."""

import os
import subprocess
import tarfile
import time

import pytest

from .servers import ROOT

PYTHON = """#!/bin/sh
# Stands for Python: makes an environment, installs into it, and asks whether a process is ready.
case "$*" in
*" venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
*" pip "*) [ ! -e "${0%/.venv/*}/uninstallable" ] ;;
*ready.py) echo "ready? $PORT $ALLOWED_HOSTS" >>"$LOG"; [ ! -e "$PORTAL_ROOT/current/broken" ] ;;
*) echo "python $*" >>"$LOG" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "systemctl $* $(cat "$PORTAL_ROOT/current/name")" >>"$LOG"
[ ! -e "$PORTAL_ROOT/current/unprepared" ] || [ "$2" != guizhou-portal-prepare ]
"""


@pytest.fixture
def machine(tmp_path):
    """A machine with nothing but the programs the script calls, each writing down how."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("python", PYTHON), ("systemctl", SYSTEMCTL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / "environment").write_text("ALLOWED_HOSTS=portal.example\nHTTPS=true\n")
    (tmp_path / "state").mkdir()
    (tmp_path / "root").mkdir()
    return tmp_path


def release(machine, name, *flaws):
    folder = machine / name
    (folder / "requirements").mkdir(parents=True, exist_ok=True)
    (folder / "requirements" / "runtime.txt").touch()
    (folder / "name").write_text(name)
    for one in flaws:
        (folder / one).touch()
    archive = machine / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, ".")
    return archive


def update(machine, *arguments):
    """``(exit status, what was called since)``."""
    log = machine / "log"
    log.write_text("")
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", ROOT / "deploy" / "update", *arguments],
        env={
            "PATH": f"{machine / 'programs'}:{os.environ['PATH']}",
            "PORTAL_ROOT": str(machine / "root"),
            "PORTAL_STATE": str(machine / "state"),
            "PORTAL_VARIABLES": str(machine / "environment"),
            "PORTAL_PATIENCE": "2",
            "PYTHON": str(machine / "programs" / "python"),
            "LOG": str(log),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    time.sleep(1 - time.time() % 1)  # releases are named by the second
    (machine / "said").write_text(done.stdout + done.stderr)
    return done.returncode, log.read_text().splitlines()


def online(machine):
    return (machine / "root" / "current" / "name").read_text()


def restarts(calls):
    return [" ".join(line.split()[2:]) for line in calls if line.startswith("systemctl restart")]


@pytest.mark.thorough
def test_releases_come_one_after_the_other_and_one_can_go_back(machine):
    status, calls = update(machine, release(machine, "first"))
    assert status == 0
    assert online(machine) == "first"
    assert (machine / "root" / "current" / "var").resolve() == machine / "state"
    assert restarts(calls) == [
        "guizhou-portal-prepare first",
        "guizhou-portal-web@8001 first",
        "guizhou-portal-web@8002 first",
    ]
    # The second is not touched before the first serves again.
    assert calls[-3:-1] == [
        "ready? 8001 portal.example",
        "systemctl restart guizhou-portal-web@8002 first",
    ]
    assert update(machine, release(machine, "second"))[0] == 0
    assert online(machine) == "second"
    status, calls = update(machine, "--back")
    assert (status, online(machine)) == (0, "first")
    assert restarts(calls) == ["guizhou-portal-web@8001 first", "guizhou-portal-web@8002 first"]
    assert update(machine, "--back")[0] == 1
    assert online(machine) == "first"


@pytest.mark.thorough
@pytest.mark.parametrize("flaw", ["broken", "unprepared"])
def test_a_release_that_does_not_start_gives_way_to_the_earlier_one(machine, flaw):
    update(machine, release(machine, "good"))
    status, calls = update(machine, release(machine, "bad", flaw))
    assert status == 1
    assert online(machine) == "good"
    assert len(list((machine / "root" / "releases").iterdir())) == 1
    touched = restarts(calls)
    assert "guizhou-portal-web@8002 bad" not in touched
    assert touched[-2:] == ["guizhou-portal-web@8001 good", "guizhou-portal-web@8002 good"]


def test_a_release_that_cannot_be_installed_leaves_nothing_behind(machine):
    update(machine, release(machine, "good"))
    status, calls = update(machine, release(machine, "bad", "uninstallable"))
    assert status == 1
    assert restarts(calls) == []
    assert online(machine) == "good"
    assert len(list((machine / "root" / "releases").iterdir())) == 1
    assert "could not be installed; nothing has changed" in (machine / "said").read_text()


def test_it_says_what_an_update_does_not_bring_along(machine):
    """Units and the web server's configuration are copies in /etc."""
    for name, unit in (("first", "one"), ("second", "one"), ("third", "another")):
        units = machine / name / "deploy" / "systemd"
        units.mkdir(parents=True)
        (units / "guizhou-portal-web@.service").write_text(unit)
        assert update(machine, release(machine, name))[0] == 0
        assert ("Note: deploy/systemd" in (machine / "said").read_text()) is (name == "third")


@pytest.mark.thorough
def test_the_five_newest_releases_are_kept(machine):
    for number in range(7):
        assert update(machine, release(machine, f"release-{number}"))[0] == 0
    kept = [path / "name" for path in (machine / "root" / "releases").iterdir()]
    assert sorted(path.read_text() for path in kept) == [f"release-{n}" for n in range(2, 7)]
