"""Asks one address whether it answers, without going where a server must not go."""

import http.client
import ipaddress
import socket
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from django.utils.encoding import iri_to_uri

from .models import LinkCheck

Reason = LinkCheck.Reason
MOST_REDIRECTS = 5
HEADERS = {
    "User-Agent": "Guizhou-Portal link check",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Connection": "close",
}
#: IPv6 addresses that carry an IPv4 address a gateway passes them on to (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Outcome:
    """``reason``: empty where all is well. ``answered``: whether any server was reached."""

    reason: str = ""
    status: int | None = None
    answered: bool = False


class Refused(Exception):  # noqa: N818  (says what happened, and is answered, not raised further)
    """The address is not to be asked, or cannot be."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def probe(address, timeout=10, allow_private=False):
    """The :class:`Outcome` of asking for ``address``; network errors are outcomes, too.

    ``timeout``: seconds for all of it. Asks for the head first, and for the page where a server
    has no answer to that; reads no more of it than its head.
    """
    until = time.monotonic() + timeout
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, target = _asked(address, until, allow_private)
            if target is None:
                return Outcome(_reason(status), status, answered=True)
            address = urljoin(address, target)
        return Outcome(Reason.REDIRECTS, status, answered=True)
    except Refused as refused:
        return Outcome(refused.reason)
    except ssl.SSLCertVerificationError:
        return Outcome(Reason.CERTIFICATE, answered=True)
    except TimeoutError:
        return Outcome(Reason.TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError):
        return Outcome(Reason.UNREACHABLE)


def _reason(status):
    """What an answer means that leads no further."""
    if status in (404, 410):
        return Reason.NOT_FOUND
    if status in (401, 403, 405, 407, 429, 451):
        return Reason.REFUSED
    return Reason.ERROR if status >= 400 else ""


def _asked(address, until, allow_private):
    """``(status, where it leads on or None)``."""
    parts = _parts(address)
    places, proxy = _way_to(parts, allow_private)
    half = (time.monotonic() + until) / 2
    try:
        status, target = _request("HEAD", parts, places, proxy, half)
        if status < 400:
            return status, target
    except (http.client.HTTPException, ConnectionError, TimeoutError):
        pass  # there are servers that know no such question
    return _request("GET", parts, places, proxy, until)


def _parts(address):
    """The address taken apart, in ASCII; :class:`Refused` if it is none of a website."""
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # also what "idna" raises
        raise Refused(Reason.INVALID) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise Refused(Reason.INVALID)
    shown = f"[{host}]" if ":" in host else host
    netloc = f"{shown}:{port}" if port else shown
    path = iri_to_uri(parts.path) or "/"
    return SplitResult(parts.scheme.lower(), netloc, path, iri_to_uri(parts.query), "")


def _way_to(parts, allow_private):
    """``(network addresses, None)``, or ``(None, proxy)`` where the environment names one."""
    proxy = None if proxy_bypass(parts.hostname) else getproxies().get(parts.scheme)
    try:
        found = socket.getaddrinfo(
            parts.hostname, parts.port or parts.scheme, type=socket.SOCK_STREAM
        )
    except socket.gaierror as error:
        if proxy:  # which may know names that are not known here
            return None, proxy
        temporary = error.errno == socket.EAI_AGAIN
        raise Refused(Reason.UNREACHABLE if temporary else Reason.UNKNOWN_HOST) from None
    except UnicodeError:
        raise Refused(Reason.INVALID) from None
    if not allow_private and not all(_is_public(place[4][0]) for place in found):
        raise Refused(Reason.PRIVATE)
    return (None, proxy) if proxy else ([place[4] for place in found], None)


def _is_public(text):
    """Whether an IP address is one of the public internet, also where it wraps another."""
    ip = ipaddress.ip_address(text.split("%")[0])
    wrapped = []
    if ip.version == 6:
        wrapped = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in NAT64:
            wrapped.append(ipaddress.ip_address(int(ip) & 0xFFFFFFFF))
    public = ip.is_global or bool(ip.version == 6 and ip.ipv4_mapped)
    return (
        public
        and not ip.is_multicast
        and all(one.is_global and not one.is_multicast for one in wrapped if one)
    )


def _request(method, parts, places, proxy, until):
    """``(status, where it leads on or None)`` of one request."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    target = urlunsplit(("", "", parts.path, parts.query, ""))
    headers = {**HEADERS, "Host": parts.netloc}
    if proxy:
        connection, target = _through(proxy, parts, target, headers, left)
    else:
        kind = _PinnedHTTPS if parts.scheme == "https" else _PinnedHTTP
        connection = kind(parts.hostname, parts.port or kind.default_port, timeout=left)
        connection.places = places
    try:
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        leads_on = answer.status in (301, 302, 303, 307, 308)
        location = answer.headers.get("Location") if leads_on else None
        # Headers are read as Latin-1; addresses that are not ASCII come in UTF-8.
        return answer.status, location and location.encode("latin-1").decode("utf-8", "replace")
    finally:
        connection.close()


def _through(proxy, parts, target, headers, timeout):
    """The connection through ``proxy``, and what to ask it for."""
    via = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    own = {}
    if via.username:
        account = f"{unquote(via.username)}:{unquote(via.password or '')}"
        own["Proxy-Authorization"] = f"Basic {b64encode(account.encode()).decode()}"
    port = via.port or 8080
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(via.hostname, port, timeout=timeout)
        connection.set_tunnel(parts.hostname, parts.port, own)
        return connection, target
    headers |= own
    return http.client.HTTPConnection(via.hostname, port, timeout=timeout), urlunsplit(parts)


class _Pinned:
    """Connects to the network addresses that were looked at, whatever the name says by now."""

    places = ()

    def connect(self):
        for place in self.places:
            try:
                self.sock = socket.create_connection(place[:2], self.timeout)
                return
            except OSError as error:
                failure = error
        raise failure


class _PinnedHTTP(_Pinned, http.client.HTTPConnection):
    pass


class _PinnedHTTPS(_Pinned, http.client.HTTPSConnection):
    def connect(self):
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
