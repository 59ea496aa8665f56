"""docs/deployment.md, followed word by word on a bare Debian machine with systemd and no network.

By hand, as root, with what was last committed: ``GUIDE_MACHINE=/var/tmp/guide make rehearse
ARGS="-k guide"``. The folder takes two gigabytes; what was fetched stays there for the next time.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from .servers import ROOT, adapted, needs, until

FOLDER = Path(os.environ.get("GUIDE_MACHINE", "/nonexistent"))
pytestmark = [
    pytest.mark.rehearsal,
    needs("debootstrap", "systemd-nspawn", "nsenter", "git"),
    pytest.mark.skipif("GUIDE_MACHINE" not in os.environ, reason="by hand, with GUIDE_MACHINE"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can start a machine"),
]
MODULES = "systemd,systemd-sysv,dbus,adduser,ca-certificates,curl,openssl,procps"
PAGES = ("/de/", "/en/projects/", "/zh-hans/events/", "/admin/login/", "/en/data/projects.xlsx")
#: What stands in the guide, and what a machine without a network and an editor does in its place.
IN_ITS_PLACE = {
    "apt-get update\n": "",
    "editor /etc": "sed -i s,^EMAIL_URL=.*,EMAIL_URL=smtp://127.0.0.1:2525, /etc",
    "certbot certonly --webroot -w /var/www/html -d YOUR.DOMAIN"
    ' --deploy-hook "systemctl reload nginx"': (
        "mkdir -p /etc/letsencrypt/live/portal.example; cd /etc/letsencrypt/live/portal.example\n"
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=portal.example -addext"
        " subjectAltName=DNS:portal.example -keyout privkey.pem -out fullchain.pem"
    ),
    "YOUR.DOMAIN": "portal.example",
}
ASK = "curl -sS -o /dev/null -w %{http_code}, --cacert /etc/letsencrypt/live/*/fullchain.pem"


def run(*command, **options):
    done = subprocess.run(  # noqa: S603  (Debian's own programs)
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def steps():
    guide = (ROOT / "docs" / "deployment.md").read_text()
    part = guide.split("## From a bare machine")[1].split("\n## ")[0]
    found = re.findall(r"^   ```sh\n(.*?)^   ```", part, re.M | re.S)
    return adapted("\0".join(map(textwrap.dedent, found)), IN_ITS_PLACE).split("\0")


class Machine:
    """A folder that starts like a computer; its network is its own and leads nowhere."""

    def __init__(self, base):
        self.root = base / "machine"
        self.base, self.process = base, None

    def fetch(self, first_step):
        """A bare system, the packages of the first step, and those of the release."""
        bare, wheels = self.base / "bare", self.base / "wheels"
        fetched = self.base / "fetched"
        if not fetched.exists() or fetched.read_text() != first_step:
            shutil.rmtree(bare, ignore_errors=True)
            run("debootstrap", "--variant=minbase", f"--include={MODULES}", "bookworm", bare)
            shutil.copy("/etc/resolv.conf", bare / "etc")
            run("chroot", bare, "apt-get", "update")
            programs = first_step.replace("install -y", "install -y --download-only")
            run("chroot", bare, "sh", "-euc", programs)
            fetched.write_text(first_step)
        shutil.rmtree(self.root, ignore_errors=True)
        run("cp", "-a", bare, self.root)
        locked = (ROOT / "requirements" / "runtime.txt").read_text().replace("\\\n", " ")
        one_by_one = [
            Requirement(line.split(" --hash")[0])
            for line in locked.splitlines()
            if line and not line.lstrip().startswith("#")
        ]
        debians = {"python_version": "3.11", "python_full_version": "3.11.2"}
        wanted = [
            f"{one.name}{one.specifier}"
            for one in one_by_one
            if not one.marker or one.marker.evaluate(debians)
        ]
        options = ("-qq", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11")
        run(sys.executable, "-m", "pip", "download", *options, "-d", wheels, *wanted)
        shutil.copytree(wheels, self.root / "opt" / "wheels")
        (self.root / "etc" / "hosts").write_text("127.0.0.1 localhost portal.example\n")
        archive = self.root / "root" / "portal.tar.gz"
        run("git", "archive", "--format=tar.gz", "-o", archive, "HEAD", cwd=ROOT)

    def start(self):
        own = [] if Path("/run/systemd/system").exists() else ["--register=no", "--keep-unit"]
        self.process = subprocess.Popen(  # noqa: S603  (Debian's own program)
            [
                *("systemd-nspawn", "--boot", "--quiet", "--private-network", *own),
                *("--resolv-conf=off", "--link-journal=no", "--console=read-only"),
                *("--directory", str(self.root)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=(self.base / "console").open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until(self.is_running, 120, pause=1)

    def is_running(self):
        if not self.first():
            return False
        asked = [*self.inside(), "systemctl", "is-system-running"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603  (its own)
        return done.stdout.strip() in ("running", "degraded")

    def first(self):
        """The number of its first process, seen from here; none while it is not systemd's yet."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for one in children.read_text().split():
            process = Path("/proc") / one
            another = os.readlink(process / "ns" / "pid") != os.readlink("/proc/self/ns/pid")
            if another and (process / "comm").read_text() == "systemd\n":
                return one
        return None

    def inside(self):
        first = self.first()
        assert first, "the machine is not running"
        return [
            *("nsenter", "-t", first, "-m", "-u", "-i", "-n", "-p", "-r", "--wdns=/root"),
            *("env", "-i", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"),
            *("PIP_NO_INDEX=1", "PIP_FIND_LINKS=/opt/wheels"),
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]

    def does(self, script):
        return run(*self.inside(), "sh", "-euc", script, timeout=900)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()  # it shuts down in order
            self.process.wait(120)


@pytest.fixture
def machine():
    FOLDER.mkdir(parents=True, exist_ok=True)
    one = Machine(FOLDER)
    yield one
    one.stop()


def shows_its_pages(machine):
    asked = " ".join(f"https://portal.example{page}" for page in PAGES)
    answers = machine.does(f"{ASK} {' -o /dev/null '.join(asked.split())}")
    return answers == "200," * len(PAGES)


def test_whoever_follows_the_guide_has_a_portal_that_runs_is_updated_and_comes_back(machine):
    machine.fetch(steps()[0])
    machine.start()
    assert not machine.does("ls /srv")
    said = [machine.does(step) for step in steps()]
    assert re.search(r"First account for /admin/: admin, password \S+ \(shown only now\)", said[3])
    until(lambda: shows_its_pages(machine), 30, pause=1)
    # What timers start, and what only a night would have shown.
    timers = machine.does("grep -h ^Unit= /etc/systemd/system/guizhou-portal-*.timer | cut -d= -f2")
    assert len(timers.split()) == 5
    machine.does(f"systemctl start {' '.join(timers.split())}")
    assert machine.does("ls /var/lib/guizhou-portal-backups").endswith(".backup\n")
    # Whoever visits meanwhile notices nothing.
    machine.does(
        "touch /root/visiting; while [ -e /root/visiting ]; do"
        f" {ASK} https://portal.example/en/search/?q=$(date +%N) >>/root/visits 2>&1; done"
        " >/dev/null 2>&1 </dev/null &"
    )
    machine.does(
        "systemctl restart guizhou-portal-web@8001; systemctl restart guizhou-portal-web@8002\n"
        "cd /srv/guizhou-portal; ./current/deploy/update /root/portal.tar.gz\n"
        "./current/deploy/update --back; rm /root/visiting; sleep 1"
    )
    visits = machine.does("cat /root/visits").strip(",").split(",")
    assert len(visits) > 20
    assert set(visits) == {"200"}
    # The power goes and comes.
    machine.stop()
    machine.start()
    until(lambda: shows_its_pages(machine), 60, pause=1)
    assert machine.does("systemctl --failed --no-legend") == ""
