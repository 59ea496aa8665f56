"""What the parts of an OC4IDS document have in common: identifiers, dates, sums, parties."""

import datetime
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django_countries import countries

from guizhou_portal.exchange.languages import tag

#: Begins the identifiers and names the schemes of our own. It is no registered prefix.
OWN = "guizhou-portal"
MEDIA_TYPES = {
    "PDF": "application/pdf",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "PPTX": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ODT": "application/vnd.oasis.opendocument.text",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "JPG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}


@dataclass(frozen=True)
class Edition:
    """One language of the data, at one site; ``site`` is scheme and host without a slash."""

    site: str
    language: str

    @property
    def tag(self):
        return tag(self.language)

    def url(self, path):
        return urljoin(f"{self.site}/", path)


def filled(**fields):
    """``fields`` without what is not known: the standard leaves such out, key and value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def own_identifier(kind, key):
    return f"{OWN}-{kind}-{key}"


def project_identifier(key):
    """Of a project: begins with the prefix the standard's registry gave, if it gave one."""
    return f"{settings.OC4IDS_PREFIX}-project-{key}"


def date_time(moment, ends=False):
    """A day or a moment as RFC 3339 in UTC; None stays None.

    The standard knows no days: one begins at midnight and ``ends`` in its last second.
    """
    if moment is None:
        return None
    if isinstance(moment, datetime.datetime):
        return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{moment.isoformat()}T{'23:59:59' if ends else '00:00:00'}Z"


def value(amount, currency):
    """An amount of money and its currency (ISO 4217); empty if the amount is not known."""
    if amount is None:
        return {}
    whole = amount == amount.to_integral_value()
    return {"amount": int(amount) if whole else float(amount), "currency": currency}


def page_document(record, edition):
    """The portal's own page of a record, in the language of the edition."""
    return {
        "id": "page",
        "title": str(record),
        "url": edition.url(record.get_absolute_url()),
        "format": "text/html",
        "language": edition.tag,
    }


class Parties:
    """The organisations a project names, each once, with the parts they have in it."""

    def __init__(self):
        self._found = {}

    def add(self, organisation, role=""):
        """Note an organisation, perhaps in a further role; what refers to it elsewhere."""
        party = filled(
            id=own_identifier("organisation", organisation.pk),
            name=str(organisation),
            address=filled(
                locality=organisation.city,
                countryName=country_name(organisation.country),
            ),
            contactPoint=filled(url=organisation.website),
        )
        return self._noted(party, role)

    def add_unnamed(self, identifier, country, role=""):
        """Note a party of which the country alone is published: it has no name here, either."""
        address = filled(countryName=country_name(country))
        return self._noted(filled(id=identifier, address=address), role)

    def _noted(self, party, role):
        party = self._found.setdefault(party["id"], party)
        if role and role not in party.get("roles", []):
            party.setdefault("roles", []).append(role)
        return {name: party[name] for name in ("id", "name") if name in party}

    def __iter__(self):
        return iter(self._found.values())


def country_name(country):
    return countries.name(str(country)) if country else ""
