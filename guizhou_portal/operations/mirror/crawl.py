"""Goes through the public site from its sitemap on, link by link, and gives each document."""

from collections import deque
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import override

from guizhou_portal.publishing.models import FormerSlug, if_published

from . import own_pages
from .addresses import LIVE_ONLY, route
from .link_check import LinkCheck
from .rewriting import Rewriting

#: What nothing need lead to. All else is found by its links.
BEGINNINGS = (
    *("/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/security.txt"),
    *("/favicon.ico", "/api/v1/", "/api/v1/openapi.json"),
)
#: Answer 404 while nothing is published that they could hold.
MAY_BE_MISSING = ("/api/v1/oc4ids.json",)
MOST_REDIRECTS = 5
LEADS_ON = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{url}</title>
<meta name="robots" content="noindex"><link rel="canonical" href="{url}">
<meta http-equiv="refresh" content="0; url={url}"></head>
<body><p><a href="{url}">{url}</a></p></body></html>
"""


@dataclass(frozen=True)
class Document:
    """One file of the copy; ``file``: its path in the folder, ``kind``: its media type."""

    file: str
    kind: str
    body: bytes


class Crawl:
    """All documents of the public site, and what is wrong with its links.

    ``portal``: whom to ask (:mod:`~.asking`); ``site``: the :class:`~.addresses.Site`. While
    :meth:`documents` goes on, ``found`` counts the documents known so far. Afterwards, ``faults``
    has the addresses the portal itself failed at, with the status, and ``links`` the
    :class:`~.link_check.LinkCheck`.
    """

    def __init__(self, portal, site):
        self.portal, self.site = portal, site
        self.waiting, self.known = deque(), set()
        self.links, self.faults = LinkCheck(), {}

    @property
    def found(self):
        return len(self.known)

    def documents(self):
        """Yields each :class:`Document` once."""
        for name, body in own_pages.entrances(self.portal):
            yield self.document(f"/{name}", name, "text/html", body)
        for address in BEGINNINGS:
            self.follow(self.site.lead(address, "/")[1], "the export itself")
        for address in former_addresses():
            self.follow(self.site.lead(address, "/")[1], "a former address")
        while self.waiting:
            target = self.waiting.popleft()
            document = self.copied(target)
            if document:
                yield document

    def follow(self, target, page):
        self.links.add(target, page)
        if target.is_public and target.address not in self.known and target.path != "/":
            self.known.add(target.address)
            self.waiting.append(target)

    def copied(self, target):
        """The document of ``target``; None if there is none, which is noted."""
        name = route(target.path)
        if name in LIVE_ONLY and not self.site.live:
            body = own_pages.stand_in(self.portal, self.site, target.path, name)
            return self.document(target.address, target.file, "text/html", body)
        answer = self.portal.ask(target.path, target.query)
        if answer.status in (301, 302, 307, 308):
            return self.led_on(target, answer.location)
        if answer.status != 200:
            if answer.status >= 500:
                self.faults[target.address] = answer.status
            elif target.path not in MAY_BE_MISSING:
                self.links.broken[target.address] = f"answers {answer.status}"
            return None
        return self.document(target.address, target.file, answer.kind, answer.body)

    def document(self, address, file, kind, body):
        rewriting = Rewriting(self.site, address)
        text = rewriting.text(kind, body)
        for target in sorted(rewriting.targets, key=lambda one: (one.address, one.fragment)):
            self.follow(target, address)
        if kind == "text/html":
            self.links.anchors[address] = rewriting.anchors
        return Document(file, kind, text)

    def led_on(self, asked, location):
        """A copy cannot redirect: a page that leads on, or the file that is meant."""
        page = asked.address
        for _hop in range(MOST_REDIRECTS):
            written, target = self.site.lead(location, page)
            if asked.file.endswith(".html"):
                if target:
                    self.follow(target, asked.address)
                language = asked.path.split("/")[1]
                text = LEADS_ON.format(url=escape(written), language=escape(language))
                return Document(asked.file, "text/html", text.encode())
            if target is None or suffix(target.file) != suffix(asked.file):
                break
            answer = self.portal.ask(target.path, target.query)
            if answer.status == 200:
                return self.document(asked.address, asked.file, answer.kind, answer.body)
            location, page = answer.location, target.address
            if not location:
                break
        self.links.broken[asked.address] = f"leads to {location or 'nothing'}"
        return None


def former_addresses():
    """Addresses records had before, which may be printed somewhere, in each language."""
    for former in FormerSlug.objects.prefetch_related("record"):
        record = if_published(former.record)
        if record is None or not hasattr(record, "get_absolute_url"):
            continue
        record.slug = former.slug
        for language, _name in settings.LANGUAGES:
            with override(language):
                address = record.get_absolute_url()
            if "#" not in address:  # a place on a page that is there anyway
                yield address


def suffix(file):
    return PurePosixPath(file).suffix
