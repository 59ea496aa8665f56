"""Two to four projects side by side."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .facts import FACTS, Fact
from .models import Project
from .selection import selected

LEAST, MOST = 2, 4
#: Projects to choose from on the page itself; the list of projects has all.
CHOICES = 60


@dataclass(frozen=True)
class Row:
    fact: Fact
    differs: bool


class Comparison:
    """What an address asks to compare: the projects in its order, and what there is to say."""

    def __init__(self, parameters):
        """``parameters``: the address's, a ``QueryDict``, whatever they are."""
        records = Project.objects.published().for_comparison()
        self.selection = selected(parameters.getlist("project"), records, MOST)
        self.projects = self.selection.projects
        self.only_differences = parameters.get("differences") == "1"

    @property
    def is_possible(self):
        return len(self.projects) >= LEAST

    @property
    def query(self):
        """What of the address makes this page, for its other languages."""
        differences = self.is_possible and self.only_differences
        return "&".join(filter(None, [self.selection.query, differences and "differences=1"]))

    @property
    def rows(self):
        """All facts, or those in which the projects differ if only these are asked for."""
        rows = []
        for fact in FACTS:
            first, *others = [fact.value(project) or None for project in self.projects]
            row = Row(fact, differs=any(value != first for value in others))
            if row.differs or not self.only_differences:
                rows.append(row)
        return rows

    @property
    def notices(self):
        """Sentences on what the address asked for and did not get."""
        notices = [self.selection.gone_notice] if self.selection.gone else []
        if self.selection.left_out:
            notices.append(
                ngettext(
                    "Up to %(most)d projects are compared; %(number)d more was left out.",
                    "Up to %(most)d projects are compared; %(number)d more were left out.",
                    self.selection.left_out,
                )
                % {"most": MOST, "number": self.selection.left_out}
            )
        if len(self.projects) == 1:
            notices.append(_("One project alone cannot be compared: choose at least one more."))
        return notices

    @property
    def choices(self):
        """``[(project, whether it is compared), …]`` to choose from."""
        chosen = {project.pk for project in self.projects}
        projects = Project.objects.published().for_cards()[:CHOICES]
        return [(project, project.pk in chosen) for project in projects]
