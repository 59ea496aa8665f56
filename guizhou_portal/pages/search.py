"""By which texts the fixed pages are found, and how they look as results."""

from django.utils.translation import pgettext_lazy

from guizhou_portal.search.declared import declare
from guizhou_portal.search.results import present

from .models import Page

declare(Page, ["title"], ["summary", "body"])
present(
    Page,
    number=7,
    name="page",
    heading=pgettext_lazy("search", "Pages"),
    texts=["summary", "body"],
    records=lambda: Page.objects.all(),
)
