"""Who publishes the site, as far as the operator has said so."""

from django.core.cache import cache
from django.db.models.signals import post_delete, post_save

from guizhou_portal.pages.models import Operator

KEY = "exchange.publisher"
SECONDS = 60  # until every process knows of a change; the one it was made in knows at once


def publisher():
    """``{property: value}`` of a schema.org ``Organization``; empty while no name is given.

    Every page names it, and it changes once in years: it is kept in Django's cache.
    """
    return cache.get_or_set(KEY, _read, SECONDS)


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


def forget(**kwargs):
    cache.delete(KEY)


def follow():
    """Let this process know at once of what it changes."""
    for signal in (post_save, post_delete):
        signal.connect(forget, sender=Operator, dispatch_uid=KEY)
