"""What can be said of a project, fact by fact; how it looks: ``partials/project_fact.html``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Fact:
    """``value`` gives of a project what makes two projects the same in this; falsy if unknown."""

    name: str
    label: str
    value: Callable


def keys(relation):
    return lambda project: sorted(record.pk for record in getattr(project, relation).all())


def code(field):
    """A code; its ``not_published`` is as unknown as an empty field."""
    return lambda project: getattr(project, field).replace("not_published", "")


FACTS = (
    Fact("sector", _("Sector"), lambda project: project.sector_id),
    Fact("kind", _("Kind of project"), code("kind")),
    Fact("stage", _("Project stage"), code("stage")),
    Fact(
        "open",
        _("Open to foreign investors"),
        lambda project: {True: "yes", False: "no"}.get(project.open_to_foreign_investors),
    ),
    Fact("authority", _("Public authority"), lambda project: project.public_authority_id),
    Fact("partners", _("Partners"), keys("partners")),
    Fact("places", _("Place"), keys("places")),
    Fact(
        "volume",
        _("Investment volume"),
        # None apart from nothing: a volume of 0 is published.
        lambda project: (
            project.investment_volume is not None and (project.investment_volume, project.currency)
        ),
    ),
    Fact(
        "period",
        _("Period"),
        lambda project: any(period := (project.starts_on, project.ends_on)) and period,
    ),
    Fact("sought", _("Seeking partners for"), lambda project: project.sought_from_partners),
    Fact(
        "figures",
        _("Key figures"),
        lambda project: [(one.label, one.value) for one in project.key_figures.all()],
    ),
    Fact("contracts", _("Contracts"), keys("contracts")),
)

#: On the cards of a shortlist; the sector stands over the title.
BRIEF = tuple(
    fact
    for fact in FACTS
    if fact.name in ("kind", "stage", "open", "authority", "places", "volume", "period")
)
