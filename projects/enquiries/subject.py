"""What an enquiry is about: a project, the projects of a shortlist, another page, or nothing."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import Resolver404, resolve
from django.utils.translation import get_language

from projects.models import Project
from projects.selection import selected

LONGEST = 300


@dataclass(frozen=True)
class Subject:
    """``project``: the one; ``shortlist``: several; ``about``: the title of another page.

    ``query``: the part of an address that names it, for the same page in another language.
    ``is_gone``: whether an address names something that is not published (any more).
    """

    project: Project | None = None
    shortlist: list = field(default_factory=list)
    about: str = ""
    query: str = ""
    is_gone: bool = False

    @property
    def projects(self):
        return [self.project] if self.project else self.shortlist


def named_by(parameters):
    """The :class:`Subject` an address names: ``?project=…&project=…`` or ``?about=contracts/…/``.

    ``parameters`` may be anything; what is not published is as if it were not named.
    """
    selection = selected(parameters.getlist("project"), Project.objects.published())
    projects = selection.projects
    path = "" if projects else parameters.get("about", "")
    about = title_at(path)
    return Subject(
        project=projects[0] if len(projects) == 1 else None,
        shortlist=projects if len(projects) > 1 else [],
        about=about,
        query=urlencode({"about": path}) if about else selection.query,
        is_gone=bool(selection.gone or (path and not about)),
    )


def title_at(path):
    """The title of the published record whose page is at ``path``, without its language; or ""."""
    try:
        match = resolve(f"/{get_language()}/{path[:LONGEST]}")
    except (Resolver404, ValueError):
        return ""
    model = getattr(getattr(match.func, "view_class", None), "model", None)
    if not hasattr(getattr(model, "objects", None), "published") or "slug" not in match.kwargs:
        return ""
    record = model.objects.published().filter(slug=match.kwargs["slug"]).first()
    return str(record or "")[:LONGEST]
