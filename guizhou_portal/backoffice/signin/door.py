"""Where the back office can be found at all: at a host of its own, from some addresses only.

Elsewhere its addresses are not found, as if there were none; whoever guesses passwords does not
even get the form. Previews by link (``/preview/…``) stay open: they are for people outside.
"""

from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.http import Http404, HttpResponseRedirect

from guizhou_portal.operations.hosts import host_of, public_address

from .addresses import client_address

INSIDE = "/admin"
#: What the back office's pages are made of, and what monitors ask of each host.
EVERYWHERE = ("/static/", "/media/", "/healthz", "/readyz", "/favicon.ico", "/.well-known/")


class DoorMiddleware:
    """Costs nothing where neither ``ADMIN_HOST`` nor ``ADMIN_ADDRESSES`` is set."""

    def __init__(self, get_response):
        if not settings.ADMIN_HOST and not settings.ADMIN_ADDRESSES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        path = request.path_info
        if path == INSIDE or path.startswith(f"{INSIDE}/"):
            if not (is_at_own_host(request) and comes_from_listed_address(request)):
                raise Http404
        elif settings.ADMIN_HOST and not path.startswith(EVERYWHERE):
            site = site_of(request)
            if host_of(site) == settings.ADMIN_HOST:
                # Never 301: the two may be put together again.
                return HttpResponseRedirect(public_address(site) + request.get_full_path())
        return self.get_response(request)


def site_of(request):
    try:
        return request.build_absolute_uri("/")[:-1]
    except DisallowedHost:
        return ""  # refused by what comes after, with a page


def is_at_own_host(request):
    return not settings.ADMIN_HOST or host_of(site_of(request)) == settings.ADMIN_HOST


def comes_from_listed_address(request):
    """The address is that of the visitor, as the proxy saw it; unknown is not on the list."""
    if not settings.ADMIN_ADDRESSES:
        return True
    known = client_address(request)
    return bool(known) and any(ip_address(known) in one for one in settings.ADMIN_ADDRESSES)
