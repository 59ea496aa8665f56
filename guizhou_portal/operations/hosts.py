"""Which host a request came to, and where the public site and the back office are, if they are at
two (``ADMIN_HOST``).
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port


def sound_host(request, host):
    """``host``, of a Host header of ``request``, as a browser would send it here.

    Django takes any port, so there are 65,535, and capital letters as they are.
    """
    name, port = split_domain_port(host)
    return (
        f"{name}:{port}" if port in (str(settings.PORT), request.META.get("SERVER_PORT")) else name
    )


def public_address(site):
    """Scheme and host of the public site, for a request that came to ``site``."""
    if settings.ADMIN_HOST and host_of(site) == settings.ADMIN_HOST:
        return _at(site, settings.ALLOWED_HOSTS[0].removeprefix("."))
    return site


def admin_address(site):
    """Scheme and host of the back office, for a request that came to ``site``."""
    return _at(site, settings.ADMIN_HOST) if settings.ADMIN_HOST else site


def host_of(site):
    return split_domain_port(urlsplit(site).netloc)[0]


def _at(site, host):
    parts = urlsplit(site)
    _old, port = split_domain_port(parts.netloc)
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
