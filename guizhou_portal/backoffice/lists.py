"""What every list of the back office has in common."""

from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class ListMixin:
    """A list under the name of what it lists; its filters are folded on a phone."""

    show_facets = admin.ShowFacets.NEVER  # they would count every choice on each page

    class Media:
        js = ["js/admin-filters.js"]

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_action_choices(self, request, default_choices=None, action_location=None):
        where = {"action_location": action_location} if action_location else {}  # since Django 6
        nothing = [("", _("Choose an action"))]
        return super().get_action_choices(request, nothing, **where)
