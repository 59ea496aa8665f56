"""Dockerfile and compose.yaml: read as Docker reads them, and the commands really run."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from .servers import KEY, ROOT, Portal, needs

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("web1", "web2", "migrate", "jobs")
#: Those without which a site on compose does not live.
LASTING = ("proxy", "web1", "web2", "jobs", "postgres", "valkey")


def stages():
    """``[[(instruction, argument), …], …]`` of the Dockerfile, one list for each FROM."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.M))
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, argument = line.split(None, 1)
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, argument))
    return found


def given(stage, name):
    return [argument for instruction, argument in stage if instruction == name]


def is_sent(path):
    """Whether .dockerignore lets a file of the repository into the build."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = [line[1:] for line in lines if line.startswith("!")]
    return any(path == one or path.startswith(f"{one}/") for one in let_in)


def test_the_image_runs_as_an_account_of_its_own_without_what_built_it():
    _build, final = stages()
    assert given(final, "USER") == ["10001:10001"]
    # Neither a compiler nor a package manager's work in the stage that runs.
    runs = " ".join(given(final, "RUN"))
    assert "install" not in runs.replace("uninstall", "")
    assert "apt" not in runs
    assert not any("requirements" in one for one in given(final, "COPY"))
    # All that is written to is a volume; the code belongs to root.
    (volume,) = json.loads(given(final, "VOLUME")[0])
    assert volume == "/app/var"
    assert not any("--chown" in one for one in given(final, "COPY"))
    # The folder itself, too: COPY --chown leaves one that is there already to root.
    (owned,) = [one for one in given(final, "RUN") if "chown" in one]
    assert owned.endswith(f"&& chown -R 10001:10001 {volume}")


def test_the_image_says_whether_it_is_healthy_without_other_programs():
    _build, final = stages()
    command = given(final, "HEALTHCHECK")[0].split("CMD", 1)[1]
    assert json.loads(command) == ["python", "deploy/ready.py"]
    assert "curl" not in DOCKERFILE
    assert "wget" not in DOCKERFILE


def test_what_the_image_needs_is_sent_and_nothing_else_is():
    for path in ("manage.py", "requirements/runtime.txt", "guizhou_portal/settings.py"):
        assert is_sent(path)
    for path in ("events/models/event.py", "locale/de/LC_MESSAGES/django.mo", "deploy/ready.py"):
        assert is_sent(path)
    for path in (".git/config", "var/secret_key", "secrets/secret_key", "tests/conftest.py"):
        assert not is_sent(path)


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_is_read_only_limited_and_cannot_gain_rights(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
    assert "privileged" not in service
    # What is not the portal's own is of one version, and nobody outside reaches it but the proxy.
    assert re.search(r":[\w${}.:-]+$", service["image"])
    assert ("ports" in service) == (name == "proxy")
    assert service["restart"] == ("unless-stopped" if name in LASTING else "no")


def test_the_image_of_all_four_is_built_once():
    """Four builds of the same would end under one name at random, and leave three without one."""
    assert [name for name in OURS if "build" in COMPOSE["services"][name]] == ["migrate"]
    assert len({COMPOSE["services"][name]["image"] for name in OURS}) == 1


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_service_tells_its_health(name):
    service = COMPOSE["services"][name]
    said = service.get("healthcheck", {})
    assert "disable" not in said
    assert said.get("test") or name in ("web1", "web2")  # the image tells it


def test_secrets_come_from_files_and_never_from_variables():
    for name, service in COMPOSE["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search("SECRET|PASSWORD|DATABASE_URL|EMAIL_URL", variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    assert all(set(one) == {"file"} for one in COMPOSE["secrets"].values())
    assert not any(is_sent(one["file"].removeprefix("./")) for one in COMPOSE["secrets"].values())


def test_what_is_sent_waits_on_a_volume_and_not_in_the_memory_of_the_proxy():
    """Its /tmp is memory, which the unfinished enclosures of one visitor would fill."""
    proxy = (ROOT / "deploy" / "nginx" / "compose.conf").read_text()
    volumes = [one.split(":")[1] for one in COMPOSE["services"]["proxy"]["volumes"]]
    for folder in re.findall(r"_temp_path (\S+);", proxy):
        assert str(Path(folder).parent) in volumes
    assert "client_body_temp_path" in proxy


def test_a_process_whose_container_is_gone_is_passed_over_at_once_and_never_left_out():
    """Nobody refuses a connection to its address; and one left out may be the only one there is."""
    proxy = (ROOT / "deploy" / "nginx" / "compose.conf").read_text()
    assert proxy.count(":8000 max_fails=0;") == 2
    (wait,) = re.findall(r"proxy_connect_timeout (\d+)ms;", proxy)
    assert int(wait) <= 500


def test_what_a_service_names_is_there():
    named = set()
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file(), source
            else:
                named.add(source)
        networks = service["networks"]
        assert set(networks) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
    assert named == set(COMPOSE["volumes"])
    # The database and the cache are out of reach from outside.
    for name in ("postgres", "valkey"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_two_processes_prepare_nothing_and_are_where_the_proxy_looks_for_them():
    proxy = (ROOT / "deploy" / "nginx" / "compose.conf").read_text()
    for name in ("web1", "web2"):
        service = COMPOSE["services"][name]
        address = service["networks"]["inside"]["ipv4_address"]
        assert f"server {address}:8000 " in proxy
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert "command" not in service  # the image's own: serve --no-prepare
    assert given(stages()[-1], "CMD") == ['["serve", "--no-prepare"]']
    assert COMPOSE["services"]["migrate"]["command"] == ["serve", "--prepare-only"]
    folders = {one.split(":")[1] for one in COMPOSE["services"]["web1"]["volumes"]}
    assert folders == set(json.loads(given(stages()[-1], "VOLUME")[0]))


def test_jobs_run_at_their_time_and_a_failure_is_said(monkeypatch, capsys, tmp_path):
    from deploy import jobs

    monkeypatch.setattr(jobs, "FAILED", tmp_path / "failed")
    assert not jobs.is_healthy()
    ran_now = dict.fromkeys(jobs.JOBS, 0)
    assert jobs.due({}, set(), 0) == list(jobs.JOBS)
    assert jobs.due(ran_now, set(), 301) == ["send_pending_mail"]
    # One that failed, perhaps because the database started after it, does not wait for a week.
    assert jobs.due(ran_now, {"check_links"}, 301) == ["send_pending_mail"]
    assert jobs.due(ran_now, {"check_links"}, 3601) == ["send_pending_mail", "check_links"]
    ran = []

    def enough(_seconds):
        raise SystemExit

    monkeypatch.setattr(jobs.time, "sleep", enough)
    monkeypatch.setattr(jobs, "run", lambda name: ran.append(name) or name != "check_links")
    with pytest.raises(SystemExit):
        jobs.main()
    assert ran == list(jobs.JOBS)
    assert capsys.readouterr().out.startswith("check_links failed; it runs again in")
    assert not jobs.is_healthy()

    monkeypatch.setattr(jobs, "run", lambda name: True)
    with pytest.raises(SystemExit):
        jobs.main()
    assert jobs.is_healthy()
    long_ago = time.time() - jobs.HOUR - 2 * jobs.MINUTE
    os.utime(jobs.FAILED, (long_ago, long_ago))
    assert not jobs.is_healthy()


def test_every_job_is_a_command_of_the_portal_and_has_its_timer_on_a_machine():
    from django.core.management import get_commands

    from deploy.jobs import JOBS

    timers = {path.stem for path in (ROOT / "deploy" / "systemd").glob("*.timer")}
    for name in JOBS:
        assert name in get_commands()
        assert f"guizhou-portal-{name}" in timers


# --- every command of the Dockerfile, in an empty folder -----------------------------------------


class ByHand:
    """Runs a Dockerfile's instructions in a folder that stands for the image's root."""

    def __init__(self, root):
        self.root = root
        self.variables = {
            name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")
        }
        # pip's settings of this machine: where packages come from is no matter of the image.
        self.variables |= {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_"))}
        self.variables["PATH"] = os.environ["PATH"]

    def inside(self, text):
        return re.sub(r"(?<![\w.])/app\b", str(self.root / "app"), text)

    def copy(self, argument, earlier):
        *words, target = argument.split()
        options = [word for word in words if word.startswith("--")]
        (source,) = [word for word in words if not word.startswith("--")]
        target = self.root / self.inside(target).lstrip("/") if target != "." else self.folder
        target = Path(self.inside("/app")) / target if not target.is_absolute() else target
        if any(option.startswith("--from=build") for option in options):
            source = Path(earlier.inside(source))
            # As it lies, links and times included: the environment names its own place.
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        elif source == ".":
            for path in tracked():
                if is_sent(path):
                    (target / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / path, target / path)
        else:
            target = Path(self.inside("/app")) / argument.split()[-1]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / source, target)

    def run(self, command):
        done = subprocess.run(  # noqa: S603  (the Dockerfile's own commands)
            ["/bin/sh", "-c", self.inside(command)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def set(self, argument):
        for name, value in re.findall(r"(\w+)=(\S+)", argument):
            self.variables[name] = self.inside(value.replace("$PATH", self.variables["PATH"]))

    def follow(self, stage):
        for instruction, argument in stage:
            if instruction == "WORKDIR":
                self.folder = Path(self.inside(argument))
                self.folder.mkdir(parents=True, exist_ok=True)
            elif instruction == "ENV":
                self.set(argument)
            elif instruction == "COPY":
                self.copy(argument, self)
            elif instruction == "RUN":
                self.run(argument)


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in listed.stdout.splitlines() if (ROOT / path).is_file()]


@pytest.mark.rehearsal
@needs("git")
def test_every_command_of_the_dockerfile_works_in_an_empty_folder(tmp_path):
    """The last stage's one command takes pip from the base image: it is not for this machine."""
    build, final = stages()
    image = ByHand(tmp_path)
    image.variables["PATH"] = f"{Path(sys._base_executable).parent}:{image.variables['PATH']}"
    image.follow(build)
    app = tmp_path / "app"
    assert not list(app.glob(".venv/lib/python*/site-packages/pip"))
    assert not (app / "tests").exists()
    assert list(app.glob("collected/css/portal.*.css.gz"))
    # From here on as the running image: its variables, nothing of the code to be written to.
    for argument in given(final, "ENV"):
        image.set(argument)
    place = {
        **{name: image.variables[name] for name in ("PYTHONDONTWRITEBYTECODE", "STATIC_ROOT")},
        "DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "portal.example,127.0.0.1",
    }
    python = app / ".venv" / "bin" / "python"
    for folder in ("guizhou_portal", "events", "projects", "templates", "static"):
        for path in (app / folder).rglob("*"):
            path.chmod(path.stat().st_mode & ~0o222)
    prepared = subprocess.run(  # noqa: S603
        [python, "manage.py", *COMPOSE["services"]["migrate"]["command"]],
        cwd=app,
        env={"PATH": os.environ["PATH"], **place},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert prepared.returncode == 0, prepared.stderr
    assert "Collecting static files" not in prepared.stdout  # that was done while it was built
    portal = Portal(place, tmp_path / "log", app)
    portal.python, portal.arguments = python, json.loads(given(final, "CMD")[0])
    try:
        portal.start().ready()
        healthy = subprocess.run(  # noqa: S603
            [python, "deploy/ready.py"],
            cwd=app,
            env={**place, "PORT": str(portal.port), "BIND": "0.0.0.0"},  # noqa: S104
            check=False,
            timeout=20,
        )
        assert healthy.returncode == 0
    finally:
        portal.stop()
    unhealthy = subprocess.run(  # noqa: S603
        [python, "deploy/ready.py"],
        cwd=app,
        env={**place, "PORT": str(portal.port)},
        check=False,
        timeout=20,
    )
    assert unhealthy.returncode == 1
