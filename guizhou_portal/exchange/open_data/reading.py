"""For whom a record is written, and how texts and points in time are."""

from dataclasses import dataclass
from datetime import UTC, datetime

from modeltranslation.utils import build_localized_fieldname, resolution_order

from guizhou_portal.translated import LANGUAGES


@dataclass(frozen=True)
class Reading:
    """For whom a record is written: ``site`` is scheme and host, ``language`` None for all."""

    site: str
    language: str | None = None

    def texts(self, record, name):
        """A translated field as JSON, and the language it is in (None where all are given)."""
        if self.language is None:
            found = {code: of_language(record, name, code) for code in LANGUAGES}
            return (found if any(found.values()) else None), None
        for code in resolution_order(self.language):
            if text := of_language(record, name, code):
                return text, code
        return None, None


def of_language(record, name, code):
    return getattr(record, build_localized_fieldname(name, code), None) or None


def in_zone(moment, zone=UTC):
    """A point in time as JSON has it, for example ``2031-06-05T10:00:00+02:00``."""
    written = moment.astimezone(zone).isoformat()
    return written.replace("+00:00", "Z") if zone is UTC else written


def moment_of(value):
    """The later of several points in time, some of which may be None."""
    return max((one for one in value if isinstance(one, datetime)), default=None)
