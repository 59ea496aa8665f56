"""From where somebody signs in, as far as that can be known."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings


def client_address(request):
    """The visitor's IP address as text; nothing if it is not known.

    With ``HTTPS=true`` there is one proxy in front, and the last address in ``X-Forwarded-For``
    is the one that it added. What stands before it comes from the visitor, who can claim anything.
    """
    known = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        known = last if _parsed(last) else known
    address = _parsed(known)
    return str(address) if address else ""


def counted_address(request):
    """What attempts are counted by: of IPv6 the network, since one household has all of it."""
    address = _parsed(client_address(request))
    if address and address.version == 6:
        address = ip_network((address, 64), strict=False).network_address
    return str(address) if address else None


#: Where a proxy stands that hides its visitors: this machine, an inner network, a container's.
INNER = [
    ip_network(one)
    for one in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"),
    )
]


def is_shared(address):
    """Whether everybody may stand behind it: a proxy that does not pass on who its visitors are.

    One attacker must not shut out all others with it.
    """
    parsed = _parsed(address or "")
    return parsed is None or any(parsed in network for network in INNER)


def _parsed(text):
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
