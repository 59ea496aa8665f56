"""The bill of materials names what a server runs, in the locked versions, the same each time."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def made(file):
    """What ``make sbom`` writes, with the interpreter at hand and nothing installed anew."""
    subprocess.run(  # noqa: S603  (our own Makefile)
        [
            shutil.which("make"),
            "sbom",
            f"SBOM={file}",
            f"BIN={Path(sys.executable).parent}",
            "--assume-old=.venv/.dev",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return file.read_bytes()


@pytest.mark.thorough
def test_the_bill_of_materials_lists_every_locked_requirement_with_its_version(tmp_path):
    first = made(tmp_path / "first.json")
    bill = json.loads(first)
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "guizhou-portal"
    listed = {(one["name"].lower(), one["version"]) for one in bill["components"]}
    lock = (ROOT / "requirements" / "runtime.txt").read_text()
    locked = set(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([\w.]+)", lock, re.MULTILINE))
    assert listed == {(name.lower(), version) for name, version in locked}
    assert any(name == "django" and version.startswith("5.2.") for name, version in listed)
    wanted = (ROOT / "requirements" / "runtime.in").read_text().split()
    names = {re.match(r"[\w.-]+", one)[0].lower() for one in wanted}
    assert names <= {name for name, _version in listed}
    # Reproducible: no time, no random number; and with hashes, so that a file can be told.
    assert b"timestamp" not in first
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
    assert made(tmp_path / "second.json") == first
