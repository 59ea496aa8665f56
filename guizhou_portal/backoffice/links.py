"""Outgoing links in the records: which there are, and which of them are broken."""

import hashlib
import html
import re

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Replace, StrIndex
from django.utils import timezone

from guizhou_portal.richtext import RichTextField
from guizhou_portal.translated import linking, translated_fields

from .models import LinkCheck

TEXT = models.TextField()
HREF = re.compile(r'href="([^"]*)"')


def link_fields(model):
    """The columns of ``model`` that hold addresses or formatted text, in each language."""
    repeated = translated_fields(model)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (models.URLField, RichTextField)) and field.name not in repeated
    ]


def is_outgoing(address):
    return bool(re.match(r"https?:", address, re.IGNORECASE))


def links_in(field, value):
    """The outgoing addresses in one column of a record."""
    if not value:
        return set()
    if isinstance(field, models.URLField):
        found = {value.strip()}
    else:
        found = {html.unescape(one) for one in HREF.findall(value)}
    return {one for one in found if is_outgoing(one)}


def links_of(record):
    """All outgoing addresses of one record."""
    return set().union(
        *(links_in(field, getattr(record, field.attname)) for field in link_fields(type(record)))
    )


def all_links():
    """Every outgoing address the records hold, each once."""
    found = set()
    for model in apps.get_models():
        for field in link_fields(model):
            filled = model._base_manager.exclude(**{f"{field.attname}__isnull": True})
            values = filled.exclude(**{field.attname: ""}).values_list(field.attname, flat=True)
            for value in values.order_by().iterator():
                found |= links_in(field, value)
    return found


def is_any_broken():
    """The condition that there is a broken link at all."""
    return Q(Exists(LinkCheck.objects.broken()))


def with_link(model):
    """The condition that a record holds an outgoing link; an index knows which do."""
    addresses, columns = [], []
    for field in link_fields(model):
        (addresses if isinstance(field, models.URLField) else columns).append(field.name)
    return linking(columns, addresses)


def with_broken_link(model):
    """The condition that a record holds a broken link now."""
    broken = LinkCheck.objects.broken()
    condition = Q()
    for field in link_fields(model):
        if isinstance(field, models.URLField):
            condition |= Q(**{f"{field.attname}__in": broken.values("address")})
            continue
        # As it stands in sanitised HTML, quotes included: no address is a part of another.
        ampersands = (Value("&", TEXT), Value("&amp;", TEXT))
        address = Replace(F("address"), *ampersands, output_field=TEXT)
        written = Concat(Value('href="', TEXT), address, Value('"', TEXT), output_field=TEXT)
        held = StrIndex(OuterRef(field.attname), written)
        condition |= Q(Exists(broken.annotate(place=held).filter(place__gt=0)))
    # Asked first, and once: mostly there is none, and no text need be looked through.
    return is_any_broken() & with_link(model) & condition


def broken_links_of(record):
    """The :class:`LinkCheck` list of a record's broken links."""
    digests = [digest(address) for address in links_of(record)]
    return list(LinkCheck.objects.broken().filter(digest__in=digests)) if digests else []


def digest(address):
    return hashlib.sha256(address.encode()).hexdigest()


def store(address, outcome):
    """Keep what became of ``address``; ``outcome``: see :mod:`.link_probe`. The stored check."""
    now = timezone.now()
    check = LinkCheck.objects.filter(digest=digest(address)).first() or LinkCheck(
        address=address, digest=digest(address)
    )
    check.reason, check.status, check.checked = outcome.reason, outcome.status, now
    check.failures = min(check.failures + 1, 1000) if outcome.reason else 0
    check.failing_since = (check.failing_since or now) if outcome.reason else None
    check.save()
    return check
