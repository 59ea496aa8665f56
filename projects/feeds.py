"""What the feed of projects holds."""

from django.utils.text import capfirst

from guizhou_portal.exchange.feeds import Feed, Term
from guizhou_portal.pages.models import Page
from guizhou_portal.templatetags.portal import translation

from .filters import ProjectFilters
from .models import Project


def _terms(project):
    terms = [Term("sector", project.sector.slug, translation(project.sector, "name")[0])]
    if project.kind != Project.Kind.NOT_PUBLISHED:
        terms.append(Term("kind", project.kind, capfirst(project.get_kind_display())))
    if project.stage != Project.Stage.NOT_PUBLISHED:
        terms.append(Term("stage", project.stage, capfirst(project.get_stage_display())))
    return terms


PROJECTS = Feed(
    ProjectFilters,
    Page.Key.PROJECTS,
    "projects:project_list",
    "feeds/project.html",
    related=lambda projects: projects.select_related("sector", "public_authority"),
    terms=_terms,
)
