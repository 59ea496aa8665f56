"""The projects an address names: ``?project=traffic-cloud&project=food-safety-cloud``."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import ngettext

from guizhou_portal.publishing.models import FormerSlug

from .models import Project

#: Names looked up of one address; a shortlist holds no more (static/js/shortlist.js).
MOST = 50
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True)
class Selection:
    """Published projects in the order of the address, each once.

    ``gone``: how many names lead to no published project; ``left_out``: how many were too many.
    """

    projects: list
    gone: int
    left_out: int

    @property
    def query(self):
        """The part of an address that names these projects; empty for none."""
        return query_of(self.projects)

    @property
    def with_ways_to_remove(self):
        """``[(project, the query that names all others), …]``"""
        return [
            (project, query_of(other for other in self.projects if other is not project))
            for project in self.projects
        ]

    @property
    def gone_notice(self):
        """What to say of names that lead nowhere: not whether it was ever published."""
        return self.gone and ngettext(
            "%(number)d project of this address is not published (any more) and was left out.",
            "%(number)d projects of this address are not published (any more) and were left out.",
            self.gone,
        ) % {"number": self.gone}


def query_of(projects):
    return urlencode([("project", project.slug) for project in projects])


def selected(names, records, most=MOST):
    """The :class:`Selection` of ``records`` that ``names`` make; former names count as well.

    ``names`` may be anything a visitor's address holds.
    """
    names = list(dict.fromkeys(names))
    looked_up = [name for name in names[:MOST] if SLUG.fullmatch(name)]
    former = FormerSlug.objects.keys_of(Project, looked_up) if looked_up else {}
    found = {}
    if looked_up:
        for project in records.filter(Q(slug__in=looked_up) | Q(pk__in=former.values())):
            found[project.slug] = found[project.pk] = project
    led_to = [found.get(name) or found.get(former.get(name)) for name in looked_up]
    projects = list(dict.fromkeys(filter(None, led_to)))
    return Selection(
        projects=projects[:most],
        gone=len(names[:MOST]) - len(led_to) + led_to.count(None),
        left_out=len(projects[most:]) + len(names[MOST:]),
    )
