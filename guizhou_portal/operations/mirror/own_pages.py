"""Pages only a copy has: its entrance, its 404, and what stands in for what a copy cannot do."""

from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import render_to_string
from django.utils.translation import override

from guizhou_portal.context import OWN_NAMES

from .addresses import language_of


def entrances(portal):
    """``(file, body)`` of the page at ``/``, where a server would redirect, and of the 404."""
    for name in ("index.html", "404.html"):
        yield name, rendered(portal, f"mirror/{name}", "/", {"languages": list(OWN_NAMES)})


def stand_in(portal, site, path, name):
    """The page at ``path`` that says what is not here, ``name`` being that of its address."""
    return rendered(
        portal, "mirror/stand_in.html", path, {"name": name, "mail": site.mail, "noindex": True}
    )


def rendered(portal, template, path, context):
    with override(language_of(path)):
        request = WSGIRequest(portal.environ(path, ""))
        return render_to_string(template, context, request).encode()
