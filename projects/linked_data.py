"""What the records of this app are in the words of schema.org.

https://schema.org/Project, https://schema.org/Organization, https://schema.org/Place
"""

from django.utils.translation import gettext

from guizhou_portal.exchange.linked_data import declare, document, first_words, part, picture, words

from .models import LocationFactor, Organisation, Place, Project

AUTHORITIES = {
    Organisation.Kind.GOVERNMENT,
    Organisation.Kind.MINISTRY,
    Organisation.Kind.CITY,
    Organisation.Kind.CONSULATE,
}


def project_facts(project, graph):
    """A ``Project`` is an enterprise with a particular aim; ``GovernmentService`` would say that
    an authority already provides something to the public.

    For schema.org it is an organisation: the authority in charge is the one it belongs to, partners
    are its members, and what it seeks is a ``Demand``. Its days "of founding" and "dissolution"
    would not be a plan's; volume, stage and period are in the open data (API, OC4IDS).
    """
    return {
        "slogan": words(project, "tagline"),
        "description": first_words(project, "summary", "description"),
        "keywords": keywords(project),
        "parentOrganization": graph.describe(project.public_authority),
        "member": [graph.describe(partner) for partner in project.partners.all()],
        "location": [graph.describe(place) for place in project.places.all()],
        "seeks": part("Demand", description=words(project, "sought_from_partners")),
        "image": picture(graph, project, "image", words(project, "image_alt")),
        "subjectOf": [
            *(graph.mention(contract) for contract in project.contracts.all()),
            *(document(graph, one) for one in project.documents.all()),
        ],
    }


def keywords(project):
    """The sector, and the kind if it is published."""
    kind = project.kind != Project.Kind.NOT_PUBLISHED and project.get_kind_display()
    return [words(project.sector, "name"), kind]


def organisation_type(organisation):
    if organisation.kind in AUTHORITIES:
        return "GovernmentOrganization"
    if organisation.kind == Organisation.Kind.RESEARCH:
        return "ResearchOrganization"
    return "Organization"


def organisation_facts(organisation, graph):
    return {
        "alternateName": organisation.short_name,
        "url": organisation.website,
        "description": words(organisation, "description"),
        "address": part(
            "PostalAddress",
            addressLocality=words(organisation, "city"),
            addressCountry=organisation.country.code,
        ),
        "logo": picture(graph, organisation, "logo"),
    }


def place_type(place):
    return "City" if place.kind == Place.Kind.CITY else "AdministrativeArea"


def place_facts(place, graph):
    return {
        "geo": place.latitude is not None
        and part("GeoCoordinates", latitude=float(place.latitude), longitude=float(place.longitude))
    }


def factor_facts(factor, graph):
    return {"description": first_words(factor, "summary", "description")}


def project_in_short(project):
    stage = project.stage != Project.Stage.NOT_PUBLISHED and project.get_stage_display()
    is_open = project.open_to_foreign_investors and gettext("Open to foreign investors")
    kind = project.kind != Project.Kind.NOT_PUBLISHED and project.get_kind_display()
    return [project.sector.name, project.tagline, kind, stage, is_open]


declare(Project, "Project", project_facts, project_in_short)
declare(Organisation, organisation_type, organisation_facts)
declare(Place, place_type, place_facts)
# A data centre, a fund, a landscape: what they have in common is that one can name them.
declare(LocationFactor, "Thing", factor_facts)
