"""What the fact sheet of a project says."""

from django.template.defaultfilters import yesno
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from guizhou_portal.exchange.fact_sheets import parts
from guizhou_portal.exchange.fact_sheets.inline import joined, link, said, unknown, words
from guizhou_portal.exchange.fact_sheets.prose import prose
from guizhou_portal.templatetags import portal


def project_sheet(project):
    """The sheet of a project fetched with ``for_page()``."""
    marks = []
    if project.open_to_foreign_investors:
        marks.append(words(gettext("Open to foreign investors")))
    return parts.Sheet(
        record=project,
        eyebrow=said(project.sector, "name", note=False),
        lead="tagline",
        marks=marks,
        drawing=f"motif-{project.sector.icon}",
        photo=parts.photo_of(project, "image"),
        body=[part for part in _body(project) if part],
    )


def _body(project):
    yield parts.told(project, "summary", "lead") if project.summary else None
    yield _facts(project)
    described = prose(project, "description") if project.description else None
    yield parts.section(gettext("Description"), described or parts.paragraph(unknown()))
    if project.sought_from_partners:
        sought = parts.told(project, "sought_from_partners")
        yield parts.section(gettext("Seeking partners for"), sought)
    if figures := project.key_figures.all():
        yield parts.section(gettext("Key figures"), parts.figures(figures))
    yield parts.section(
        gettext("Contracts for this project"),
        parts.entries([contract_entry(one) for one in project.contracts.all()])
        or parts.paragraph(words(gettext("No contract for this project has been published."))),
    )
    yield parts.documents(project.documents.all())
    if related := project.related_projects.all():
        yield parts.section(
            gettext("Related projects"), parts.entries([_related(one) for one in related])
        )


def _facts(project):
    is_open = project.open_to_foreign_investors
    authority = project.public_authority
    return parts.facts(
        (gettext("Sector"), said(project.sector, "name")),
        (gettext("Kind of project"), parts.choice(project, "kind")),
        (gettext("Project stage"), parts.choice(project, "stage")),
        (
            gettext("Open to foreign investors"),
            [] if is_open is None else words(capfirst(yesno(is_open))),
        ),
        (
            gettext("Investment volume"),
            words(portal.money(project.investment_volume, project.currency)),
        ),
        (gettext("Period"), _period(project)),
        (gettext("Public authority"), organisation(authority) if authority else []),
        (
            gettext("Partners"),
            joined([organisation(one) for one in project.partners.all()], _list_comma()),
        ),
        (
            gettext("Place"),
            joined([said(one, "name") for one in project.places.all()], _list_comma()),
        ),
    )


def _period(project):
    if not (project.starts_on or project.ends_on):
        return []
    days = [
        words(date_format(day, "DATE_FORMAT")) if day else unknown()
        for day in (project.starts_on, project.ends_on)
    ]
    return joined(days, " – ")


def _related(project):
    return parts.entry(
        link(said(project, "title"), project.get_absolute_url()),
        eyebrow=said(project.sector, "name", note=False),
        lines=[said(project, "tagline")],
    )


def _list_comma():
    return pgettext("list", ", ")


def organisation(record):
    """An organisation's name, leading to its website if there is one."""
    name = said(record, "name")
    return link(name, record.website) if record.website else name


def contract_entry(contract):
    """A contract among those of another record: its state, its parties facing each other."""
    sides = [
        joined([party_name(one) for one in parties], _list_comma()) or unknown()
        for _side, parties in contract.sides
    ]
    return parts.entry(
        link(said(contract, "title"), contract.get_absolute_url()),
        eyebrow=words(capfirst(contract.get_status_display())),
        lines=[joined(sides, " ↔ ")],
    )


def party_name(party):
    """Who a contracting party is, as far as published."""
    if party.organisation:
        return organisation(party.organisation)
    return said(party, "described_as") or words(portal.country_name(party.country))
