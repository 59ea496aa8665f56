"""What a backup says about itself: made by which release, of what, and how large each part is."""

import json
import tomllib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import django
from django.conf import settings

from .faults import BackupError, DamagedError
from .states import check_known

NAME = "manifest.json"
#: Counts up whenever a release writes what older ones cannot read.
FORMAT = 1
MOST_BYTES = 256 << 20


@dataclass
class Manifest:
    """``parts``: ``{name: [bytes, SHA-256]}``; ``records``: ``{table: how many}``."""

    format: int
    made: str  # ISO 8601, UTC
    release: str
    django: str
    database: str  # "sqlite" or "postgresql"
    has_media: bool
    migrations: list  # [[app, name], …], all that were applied
    newest: dict  # {app: name of its last migration}, for people
    records: dict
    parts: dict

    @classmethod
    def read(cls, text):
        """From the text of ``manifest.json``; :class:`DamagedError` if it is none."""
        try:
            found = json.loads(text)
            if found["format"] > FORMAT:
                raise BackupError(
                    f"The backup was made by a newer release ({found.get('release')}): this one "
                    f"({release()}) does not know its format. Restore it with that release."
                )
            one = cls(**found)
            one.migrations = [(app, name) for app, name in one.migrations]
            one.parts = {name: (int(size), sha256) for name, (size, sha256) in one.parts.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedError(f"The backup's {NAME} cannot be read ({error}).") from error
        return one

    @property
    def text(self):
        return json.dumps(asdict(self), indent=1)  # in ASCII: names of files need not be texts

    def check_release(self):
        """Raise :class:`BackupError` if only a newer release can restore it."""
        check_known(
            self.migrations,
            f"The backup ({self.release}, this is {release()})",
            "Restore it with the release that made it.",
        )

    def check_parts(self, found):
        """Raise :class:`DamagedError` unless ``found`` are exactly the parts it names."""
        if missing := sorted(self.parts.keys() - found.keys()):
            raise DamagedError(f"The backup is not whole: {missing[0]} is missing.")
        for name, part in sorted(found.items()):
            if self.parts.get(name) != part:
                raise DamagedError(f"The backup is damaged: {name} is not what was saved.")


def release():
    """The release's name, as pyproject.toml has it."""
    try:
        with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
            return tomllib.load(file)["project"]["version"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"


def written(**content):
    return Manifest(
        format=FORMAT,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        release=release(),
        django=django.__version__,
        **content,
    )
