"""Atom (RFC 4287) as Django writes it, and what it leaves out: several languages and pages."""

from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from .words import plain

TYPE = "application/atom+xml"


class AtomFeed(Atom1Feed):
    """A feed that takes more than Django's, all optional.

    For the feed: ``updated`` (a point in time), ``icon``, ``logo`` (absolute addresses) and
    ``links`` (attributes of more ``link`` elements). For an entry: ``texts`` (``{element: (text,
    language, type)}``), ``links`` likewise, and ``terms`` (attributes of ``category`` elements).
    A language is said where it is not the feed's.
    """

    def latest_post_date(self):
        return self.feed["updated"] or super().latest_post_date()

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        for name in ("icon", "logo"):
            if self.feed.get(name):
                handler.addQuickElement(name, self.feed[name])
        self._add_each(handler, "link", self.feed.get("links"))

    def add_item_elements(self, handler, item):
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        for name, (text, language, kind) in item["texts"].items():
            is_foreign = language not in (None, self.feed["language"])
            attributes = {"type": kind, **({"xml:lang": language} if is_foreign else {})}
            handler.addQuickElement(name, plain(text), attributes)
        self._add_each(handler, "link", item["links"])
        self._add_each(handler, "category", item["terms"])

    @staticmethod
    def _add_each(handler, name, elements):
        for attributes in elements or ():
            handler.addQuickElement(
                name, "", {key: plain(text) for key, text in attributes.items()}
            )
