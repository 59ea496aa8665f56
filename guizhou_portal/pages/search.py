from guizhou_portal.search.declared import declare

from .models import Page

declare(Page, ["title"], ["summary", "body"])
