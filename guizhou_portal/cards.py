"""Which pages have a card for where they are shared, and what stands on it."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.translation import get_language, gettext

from events.models import Contract, Event, Official
from projects.models import Project

from .pages.models import Page
from .publishing.views import read_only

#: For each kind of page: its published records, and the line above the title.
RECORDS = {
    "event": (Event, lambda event: gettext("Investment conference")),
    "official": (Official, lambda official: official.position),
    "contract": (Contract, lambda contract: gettext("Signed contracts")),
    "project": (Project, lambda project: project.sector.name),
}


@read_only
def social_card(request, kind, slug):
    """The card of a published record, or of a fixed page, in the language of the address."""
    from .pictures.social_cards import stored_card

    if kind == "page":
        if slug not in Page.Key.values:
            raise Http404
        title, above = Page.texts(slug)[slug].title, ""
    else:
        model, line_above = RECORDS.get(kind) or _not_found()
        record = model.objects.published().filter(slug=slug).first() or _not_found()
        title, above = str(record), line_above(record) or ""
    name = stored_card(title, above, get_language())
    response = FileResponse(default_storage.open(name), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"  # seconds; a new title shows within a day
    return response


def _not_found():
    raise Http404
