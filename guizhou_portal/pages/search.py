from django.utils.translation import gettext_lazy as _

from guizhou_portal.search.declared import declare
from guizhou_portal.search.results import present

from .models import Page

declare(Page, ["title"], ["summary", "body"])
present(
    Page,
    number=7,
    name="page",
    heading=_("Pages"),
    texts=["summary", "body"],
    listing="home",
    records=lambda: Page.objects.all(),
)
