"""Texts machines look for at fixed addresses: robots.txt (RFC 9309), security.txt (RFC 9116)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from guizhou_portal.pages.models import Operator
from guizhou_portal.publishing.views import read_only

PLAIN_TEXT = "text/plain; charset=utf-8"


@read_only
def robots(request, filters):
    """Everything may be found, once each: not the same list in every selection and order.

    ``filters``: the classes of the filters lists have; what they are called in addresses is kept
    out, and so are the projects somebody compares. Later pages of a list stay open.
    """
    names = {facet.name for one in filters for facet in one.facets} | {"sort", "q", "project"}
    lines = [
        "User-agent: *",
        *(f"Disallow: /{path}/" for path in ("admin", "preview")),
        "Disallow: /api/*?",
        *(f"Disallow: /*{sign}{name}=" for name in sorted(names) for sign in "?&"),
        "",
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN_TEXT)


@read_only
def security_txt(request):
    """Whom to tell of a weakness: the operator's mail, and the imprint, which is always there.

    Addresses are secure ones, as the standard asks, whatever this one was asked by.
    """
    site = f"https://{request.get_host()}"
    with override("en"):
        imprint = site + reverse("imprint")
    mail = Operator.current().email
    contacts = [*([f"mailto:{quote(mail, safe='@+')}"] if mail else []), imprint]
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {end_of_next_quarter(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en, zh",
        f"Canonical: {site}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN_TEXT)


def end_of_next_quarter(now):
    """The last second of the calendar quarter after the one of ``now``, in UTC.

    Three to six months ahead, and the same text for three months: it can be kept.
    """
    now = now.astimezone(UTC)
    quarters = now.year * 4 + (now.month - 1) // 3 + 2
    after = datetime(quarters // 4, quarters % 4 * 3 + 1, 1, tzinfo=UTC)
    return after - timedelta(seconds=1)
