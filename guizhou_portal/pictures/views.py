"""The cards of pages, drawn when they are first asked for.

A model whose records have cards says so itself: ``card_kind`` is the word for it in the card's
address, ``card_line()`` gives the line above the title.
"""

from io import BytesIO

from django.apps import apps
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.translation import get_language

from guizhou_portal.pages.models import Page
from guizhou_portal.publishing.views import read_only


@read_only
def social_card(request, kind, slug):
    """The card of a published record, or of a fixed page, in the language of the address."""
    from .social_cards import draw, stored_card

    if kind == "page" and slug in Page.Key.values:
        title, above = str(Page.texts(slug)[slug].title), ""
    else:
        record = _published_record(kind, slug)
        title, above = str(record), record.card_line()
    try:
        file = default_storage.open(stored_card(title, above, get_language()))
    except OSError:  # no room to store it
        file = BytesIO(draw(title, above, get_language()))
    response = FileResponse(file, content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"  # seconds; a new title shows within a day
    return response


def _published_record(kind, slug):
    for model in apps.get_models():
        if getattr(model, "card_kind", None) == kind:
            record = model.objects.published().filter(slug=slug).first()
            if record is not None:
                return record
    raise Http404
