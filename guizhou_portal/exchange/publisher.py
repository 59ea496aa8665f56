"""Who publishes the site, as far as the operator has said so."""

from django.core.cache import cache

from guizhou_portal.operations import content_version
from guizhou_portal.pages.models import Operator

KEY = "exchange.publisher"
SECONDS = 3600


def publisher():
    """``{property: value}`` of a schema.org ``Organization``; empty while no name is given.

    Every page names it, and it changes once in years: it is kept in Django's cache, for as long
    as nothing on the site changes.
    """
    version = content_version.current()
    return _read() if version is None else cache.get_or_set(f"{KEY}-{version}", _read, SECONDS)


def _read():
    operator = Operator.current()
    if not operator.name:
        return {}
    facts = {
        "name": operator.name,
        "address": ", ".join(filter(None, map(str.strip, operator.address.splitlines()))),
        "email": operator.email,
        "telephone": operator.telephone,
        "vatID": operator.vat_id,
    }
    return {name: value for name, value in facts.items() if value}
