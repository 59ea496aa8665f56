"""What each answer lets a browser do: one table of policies, and the middleware that applies it.

Why each policy is as it is, and what it scores: docs/security.md. Sources: Content Security Policy
Level 3, Fetch (CORP, nosniff), HTML (COOP), Permissions Policy, RFC 6797 (HSTS).
"""

from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings

CSP = "Content-Security-Policy"
FRAMES = "X-Frame-Options"
#: Powers of a browser that no page of ours asks for, nor may any frame in it.
UNUSED_POWERS = (
    *("accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
    *("hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "serial"),
    *("publickey-credentials-get", "screen-wake-lock", "sync-xhr", "usb", "xr-spatial-tracking"),
)


class Kind(Enum):
    """What an answer is, as far as its policy is concerned."""

    PAGE = "page"  # of the public site
    CARD = "card"  # for the frames of other sites
    PREVIEW = "preview"  # a public page in a frame of the back office
    ADMIN = "admin"  # a page of the back office
    PRIVATE = "private"  # what the back office hands out besides pages
    DATA = "data"  # JSON, feeds, calendars, sheets, fact sheets, social cards: for everybody
    UPLOAD = "upload"
    STATIC = "static"


# --- the table -----------------------------------------------------------------------------------


def headers_for(kind):
    """The headers of a :class:`Kind` as a dict of name and value; HSTS is not among them."""
    policy = {**NOTHING, **SOURCES.get(kind, {})}
    if "img-src" in policy and (store := store_of_uploads()):
        policy["img-src"] += f" {store}"
    if settings.HTTPS and kind in (Kind.PAGE, Kind.PREVIEW, Kind.CARD, Kind.ADMIN):
        policy["upgrade-insecure-requests"] = ""
    headers = {
        CSP: "; ".join(f"{name} {value}".strip() for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if kind in FOR_OTHERS else "same-origin",
        "Referrer-Policy": "same-origin" if kind in WITHIN else "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if kind in SOURCES:
        headers["Permissions-Policy"] = ", ".join(f"{power}=()" for power in UNUSED_POWERS)
    frames = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
    if policy["frame-ancestors"] in frames:
        headers[FRAMES] = frames[policy["frame-ancestors"]]
    return headers


NOTHING = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
OWN_LOOKS = {"style-src": "'self'", "img-src": "'self'", "font-src": "'self'"}
OF_PAGES = {
    **OWN_LOOKS,
    "script-src": "'self'",
    "connect-src": "'self'",  # suggestions while somebody types a search
    "manifest-src": "'self'",
    "form-action": "'self'",
}
SOURCES = {
    Kind.PAGE: OF_PAGES,
    Kind.PREVIEW: {**OF_PAGES, "frame-ancestors": "'self'"},
    Kind.CARD: {**OWN_LOOKS, "frame-ancestors": "*"},
    Kind.ADMIN: {
        **OF_PAGES,
        "frame-src": "'self'",  # the preview of a record
    },
    Kind.UPLOAD: {"sandbox": ""},
}
#: No address of the back office is told to other sites.
WITHIN = (Kind.ADMIN, Kind.PRIVATE)
#: Others may show them on their pages; so may a frame in a sandbox, to which we are another origin.
FOR_OTHERS = (Kind.CARD, Kind.DATA, Kind.UPLOAD, Kind.STATIC)


def store_of_uploads():
    """The origin that uploads come from if it is not our own, such as a store's."""
    address = urlsplit(settings.MEDIA_URL)
    return f"{address.scheme or 'https'}://{address.netloc}" if address.netloc else ""


# --- applying it ---------------------------------------------------------------------------------


def dress(response, kind):
    """Give ``response`` the headers of ``kind``, where its address does not tell that kind."""
    for name, value in headers_for(kind).items():
        response.headers.setdefault(name, value)
    response.xframe_options_exempt = True  # the answer is in the table
    return response


class HeadersMiddleware:
    """Stands outermost: errors of Django's own, files and redirects get their headers as well.

    What a view has set stays, Django's defaults give way. An answer with a policy of its own was
    made by :func:`dress`, now or when it was put into a cache.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        tables = {kind: self.stored_form(headers_for(kind)) for kind in Kind}
        framed = FRAMES.lower()
        #: By whether the answer was dressed: then it says itself who may frame it.
        self.tables = {
            False: tables,
            True: {
                kind: {name: one for name, one in table.items() if name != framed}
                for kind, table in tables.items()
            },
        }
        self.default_referrer = settings.SECURE_REFERRER_POLICY
        self.hsts = hsts()

    @staticmethod
    def stored_form(headers):
        """As Django keeps them in a response: by their names in small letters."""
        return {name.lower(): (name, value) for name, value in headers.items()}

    def __call__(self, request):
        response = self.get_response(request)
        headers = response.headers
        if response.status_code == 304:
            # The browser keeps the policy of the answer it has, which may be a card's.
            headers.pop(FRAMES, None)
            return response
        # One by one Django would check names and values again: ten times the time, each request.
        set_before = headers._store
        is_dressed = CSP.lower() in set_before
        _name, content_type = set_before.get("content-type", ("", ""))
        kind = kind_of(request.path_info, content_type)
        table = self.tables[is_dressed][kind]
        headers._store = {**table, **set_before}
        if kind in WITHIN and headers._store["referrer-policy"][1] == self.default_referrer:
            headers._store["referrer-policy"] = table["referrer-policy"]
        if self.hsts and request.is_secure():
            headers.setdefault("Strict-Transport-Security", self.hsts)
        return response


def hsts():
    """RFC 6797; nothing without HTTPS."""
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        parts.append("includeSubDomains")
    if settings.SECURE_HSTS_PRELOAD:
        parts.append("preload")
    return "; ".join(parts)


def kind_of(path, content_type):
    """The :class:`Kind` of an answer that has not been dressed, by its address and type."""
    is_page = content_type.startswith("text/html")
    if path.startswith("/admin/"):
        return Kind.ADMIN if is_page else Kind.PRIVATE
    if path.startswith("/api/"):
        return Kind.DATA
    if is_page or not content_type:
        return Kind.PAGE
    if path.startswith(settings.STATIC_URL):
        return Kind.STATIC
    if path.startswith(settings.MEDIA_URL):
        return Kind.UPLOAD
    return Kind.DATA
