"""What a text of the copy refers to, and how its addresses read there.

Our own pages are well formed and their attributes quoted, and formatted text is cleaned before it
is stored, so that tags are found by their form.
"""

import html
import json
import re

from django.utils.html import escape

from guizhou_portal.exchange.page_data import script_of

TAG = re.compile(
    r"""<(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:\s+[\w:@.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*/?>"""
)
ATTRIBUTE = re.compile(r"""(?P<name>[\w:@.-]+)(?:\s*=\s*(?P<quoted>"[^"]*"|'[^']*'))?""")
ADDRESSES = ("href", "src", "action", "poster", "xlink:href")
LINKED_DATA = re.compile(r'(<script type="application/ld\+json">)(.*?)(</script>)', re.DOTALL)
TEXTAREA = re.compile(r"<textarea\b[^>]*>(.*?)</textarea>", re.DOTALL)
#: Elements with ``data-live`` only work on the portal; with ``data-moment``, only when asked for.
ONLY_LIVE, ONLY_NOW = "data-live", "data-moment"
VOID = ("img", "input", "link", "meta", "source", "br", "hr")
STYLE_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")
SCRIPT_ADDRESS = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


class Rewriting:
    """The text of one document for the copy; collects what it leads to.

    ``site``: the :class:`~.addresses.Site`. ``page``: the document's address on the portal.
    After :meth:`text`: ``targets`` (what is referred to) and ``anchors`` (ids of the document).
    """

    def __init__(self, site, page):
        self.site, self.page = site, page
        self.targets, self.anchors = set(), set()
        self.absolute = re.compile(re.escape(site.base) + r"/[^\s\"'<>&\\,]*")

    def text(self, kind, body):
        """``body`` (bytes) of media type ``kind`` as bytes for the copy."""
        ways = {
            "text/html": self.of_page,
            "text/css": self.of_style,
            "text/javascript": self.of_script,
            "application/javascript": self.of_script,
            "application/json": self.of_json,
            "application/manifest+json": self.of_manifest,
            "application/xml": self.of_sitemap,
            "text/xml": self.of_sitemap,
            "application/atom+xml": self.of_feed,
        }
        if kind not in ways:
            return body
        return ways[kind](body.decode()).encode()

    def lead(self, url):
        written, target = self.site.lead(url, self.page)
        if target:
            self.targets.add(target)
        return written

    # --- pages -----------------------------------------------------------------------------------

    def of_page(self, text):
        text = without(text, ONLY_NOW)
        if not self.site.live:
            text = without(text, ONLY_LIVE)
        for code in TEXTAREA.findall(text):  # such as that of a card for other sites
            for url in self.absolute.findall(html.unescape(code)):
                self.lead(url)
        text = LINKED_DATA.sub(self.linked_data, text)
        return TAG.sub(self.tag, text)

    def tag(self, match):
        name = match["name"].lower()
        given = {
            one["name"]: html.unescape((one["quoted"] or '""')[1:-1])
            for one in ATTRIBUTE.finditer(match["attributes"])
        }
        if given.get("id"):
            self.anchors.add(given["id"])
        changed = {key: self.lead(value) for key, value in given.items() if key in ADDRESSES}
        if "srcset" in given:
            changed["srcset"] = self.srcset(given["srcset"])
        if name == "form":
            # A selection is made where the records are; suggestions cannot be asked from here.
            changed["action"] = self.live(given.get("action") or self.page.partition("?")[0])
            changed["data-suggestions"] = None
        elif name == "meta" and given.get("content", "").startswith(self.site.base):
            changed["content"] = self.lead(given["content"])
        if self.site.live and is_identity(name, given):
            key = "content" if name == "meta" else "href"
            changed[key] = self.live(given[key])
        return with_attributes(match, changed)

    def live(self, url):
        return self.site.live + url.removeprefix(self.site.base)

    def srcset(self, value):
        parts = (one.split(maxsplit=1) for one in value.split(",") if one.strip())
        return ", ".join(" ".join([self.lead(url), *size]) for url, *size in parts)

    def linked_data(self, match):
        described = json.loads(match[2])
        for value in strings(described, but=("@id", "urlTemplate")):  # names, no links
            if value.startswith(self.site.base):
                self.lead(value)
        if self.site.live:
            ours = re.escape(self.site.base)
            # The form of a search address: of the portal, which has the search.
            text = re.sub(rf"{ours}(/[^\"]*\{{)", rf"{self.site.live}\1", match[2])
        else:
            drop_search(described)
            text = script_of(described["@graph"])
        return match[1] + text + match[3]

    # --- files -----------------------------------------------------------------------------------

    def of_style(self, text):
        for url in STYLE_ADDRESS.findall(text):
            self.lead(url)
        return text

    def of_script(self, text):
        for url in SCRIPT_ADDRESS.findall(text):
            self.lead(url)
        return text

    def of_manifest(self, text):
        for value in strings(json.loads(text)):
            if value.startswith("/"):
                self.lead(value)
        return text

    def of_json(self, text):
        """Addresses stay the portal's, but for later pages: a copy knows no query strings."""
        document = json.loads(text)
        if "openapi" in document:
            # The description is of the portal: parameters work there.
            return text.replace(self.site.base, self.site.live) if self.site.live else text
        for value in set(strings(document)):
            if value.startswith(f"{self.site.base}/"):
                written = self.lead(value)
                if "?" in value:
                    text = text.replace(json.dumps(value), json.dumps(written))
        return text

    def of_sitemap(self, text):
        def loc(match):
            url = html.unescape(match[2])
            written = self.lead(url)
            return match[1] + (escape(written) if "?" in url else match[2])

        return re.sub(r"(<loc>)([^<]*)", loc, text)

    def of_feed(self, text):
        """Nothing is changed: readers know entries and feeds by their addresses."""
        for url in self.absolute.findall(html.unescape(html.unescape(text))):
            self.lead(url)
        return text


def is_identity(name, given):
    """Whether a tag names the page's own address, or what it is called in another language."""
    if name == "meta":
        return given.get("property") == "og:url"
    if name != "link" or "type" in given:
        return False
    return given.get("rel") == "canonical" or "hreflang" in given


def with_attributes(match, changed):
    """The tag with those attributes that are ``changed``; None takes one away."""
    if not changed:
        return match[0]
    kept = dict(changed)

    def written(one):
        if one["name"] not in kept:
            return one[0]
        value = kept.pop(one["name"])
        return "" if value is None else f'{one["name"]}="{escape(value)}"'

    attributes = ATTRIBUTE.sub(written, match["attributes"])
    attributes += "".join(
        f' {key}="{escape(value)}"' for key, value in kept.items() if value is not None
    )
    head = f"<{match['name']}"
    return head + attributes + match[0][len(head) + len(match["attributes"]) :]


def without(text, attribute):
    """``text`` of a page without the elements that have ``attribute``."""
    if attribute not in text:
        return text
    kept, end = [], 0
    for match in TAG.finditer(text):
        if match.start() >= end and re.search(rf"\s{attribute}(?=[\s=]|$)", match["attributes"]):
            kept.append(text[end : match.start()])
            end = end_of(text, match)
    return "".join([*kept, text[end:]])


def end_of(text, match):
    """Where the element ends that begins with the tag ``match``."""
    name = match["name"]
    if name in VOID:
        return match.end()
    depth = 1
    for tag in re.compile(rf"<(/?){name}\b[^>]*>").finditer(text, match.end()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    raise ValueError(f"<{name}> is not closed")


def strings(value, but=()):
    """All texts in what JSON holds, names of fields and the fields ``but`` excepted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one, but)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in but:
                yield from strings(one, but)


def drop_search(described):
    """Take from linked data what it says of the site's search."""
    for one in described.values() if isinstance(described, dict) else described:
        if isinstance(one, dict | list):
            drop_search(one)
    if isinstance(described, dict):
        described.pop("potentialAction", None)
