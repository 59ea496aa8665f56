"""The projects a visitor remembers: kept in the browser, carried by the page's address.

The server stores nothing: ``static/js/shortlist.js`` keeps the names in the browser, and the
address of the page is the list, to be sent, printed and opened without JavaScript.
"""

from django.utils.translation import ngettext

from .models import Project
from .selection import MOST, selected


class Shortlist:
    """The list an address names. ``parameters``: the address's, whatever they are."""

    def __init__(self, parameters):
        records = Project.objects.published().for_brief()
        self.selection = selected(parameters.getlist("project"), records)
        self.projects = self.selection.projects
        self.query = self.selection.query

    @property
    def slugs(self):
        return " ".join(project.slug for project in self.projects)

    @property
    def notices(self):
        """Sentences on what the address asked for and did not get."""
        notices = [self.selection.gone_notice] if self.selection.gone else []
        if self.selection.left_out:
            notices.append(
                ngettext(
                    "A shortlist holds up to %(most)d projects; %(number)d more was left out.",
                    "A shortlist holds up to %(most)d projects; %(number)d more were left out.",
                    self.selection.left_out,
                )
                % {"most": MOST, "number": self.selection.left_out}
            )
        return notices
