"""The site as an application on a home screen: https://www.w3.org/TR/appmanifest/

There is no service worker: the site is read where there is a network.
"""

from django.http import JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language

from guizhou_portal.pages.models import Page
from guizhou_portal.publishing.views import read_only

from .languages import TAGS
from .plain_text import on_one_line

PAPER = "#faf7f0"  # as --paper of the light theme
#: Name, pixels, purpose. A maskable icon may be cut to a circle: its mark is smaller.
ICONS = (
    ("icon-192", 192, "any"),
    ("icon-512", 512, "any"),
    ("icon-maskable-192", 192, "maskable"),
    ("icon-maskable-512", 512, "maskable"),
)


@read_only
def manifest(request):
    text = Page.texts(Page.Key.HOME)[Page.Key.HOME]
    described = {
        # One application in every language: the switch stays within it.
        "id": "/",
        "name": "Guizhou Portal",
        "short_name": "Guizhou",
        "description": on_one_line(text.summary),
        "lang": TAGS[get_language()],
        "dir": "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {
                "src": static(f"img/{name}.png"),
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, pixels, purpose in ICONS
        ],
    }
    return JsonResponse(
        {name: value for name, value in described.items() if value},
        json_dumps_params={"ensure_ascii": False},
        content_type="application/manifest+json",
    )
