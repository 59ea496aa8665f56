"""Cards of records for the ``<iframe>`` of a partner's page: the only pages that may be framed.

A record with such a card gives its address by ``get_embed_url()``; its view is an
:class:`EmbeddedCard` with a template that extends ``sharing/embed.html``.
"""

from django.utils.html import format_html

from guizhou_portal.operations.headers import Kind, dress
from guizhou_portal.publishing.views import PublishedDetailView

THEMES = ("light", "dark")


class EmbeddedCard(PublishedDetailView):
    """One published record as a card of any width from 260 px.

    ``?theme=light`` or ``dark`` for pages that are always one of both; otherwise the card follows
    the visitor's system.
    """

    address = "get_embed_url"
    template_name_suffix = "_embed"

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        if response.status_code == 301 and self.theme:
            response["Location"] += f"?theme={self.theme}"
        request.kept_query = f"theme={self.theme}" if self.theme else ""
        response["X-Robots-Tag"] = "noindex"
        return dress(response, Kind.CARD)

    def get_context_data(self, **kwargs):
        return super().get_context_data(theme=self.theme, **kwargs)

    @property
    def theme(self):
        wanted = self.request.GET.get("theme")
        return wanted if wanted in THEMES else ""


def embed_code(address, title, height):
    """The ``<iframe>`` a partner copies into a page. ``height`` in CSS pixels."""
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" frameborder="0" loading="lazy">'
        "</iframe>",
        address,
        title,
        height,
    )
