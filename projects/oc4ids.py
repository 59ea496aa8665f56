"""What a project is to OC4IDS 0.9: which field of ours becomes which of the standard's.

=========================  ====================================================================
path in the standard       what stands there
=========================  ====================================================================
id                         prefix and ``project-<key>``; stays when the address changes
identifiers[]              the last part of the page's address
updated                    when the record was last changed
title                      title
description                summary, otherwise the description as plain text
status                     stage, code list projectStatus (see ``STATUS``)
period                     starts on, ends on: midnight of the first, end of the last day, UTC
sector[]                   code list projectSector, where it says what our sector says
additionalClassifications  our sector, and the kind of project, in schemes of our own
locations[]                places: name, and where known their point (longitude, latitude)
budget.amount              investment volume and currency
publicAuthority, parties   public authority (role publicAuthority); partners without a role
documents[]                the portal's page, files for download, the image (illustration)
language                   the language the texts are asked for in
=========================  ====================================================================

What the standard has no place for, or only one that says more than we know, is left out:
``docs/oc4ids.md`` names it.
"""

from guizhou_portal.documents import kind_of
from guizhou_portal.exchange.languages import tag
from guizhou_portal.exchange.oc4ids.values import (
    MEDIA_TYPES,
    OWN,
    date_time,
    filled,
    own_identifier,
    page_document,
    project_identifier,
    value,
)
from guizhou_portal.search.words import without_tags

from .models import Project

#: Code list projectStatus. Its "maintenance" is "also called operation".
STATUS = {
    Project.Stage.IDENTIFICATION: "identification",
    Project.Stage.PREPARATION: "preparation",
    Project.Stage.IMPLEMENTATION: "implementation",
    Project.Stage.COMPLETION: "completion",
    Project.Stage.OPERATION: "maintenance",
    Project.Stage.CANCELLED: "cancelled",
}
#: Code list projectSector, for the slugs of those sectors that it names in its definitions.
SECTORS = {
    "traffic": "transport",
    "environment": "economy",  # "agriculture, science and environment"
    "tourism": "cultureSportsAndRecreation",  # "including tourism"
}


def for_oc4ids(projects):
    """``projects`` with all that :func:`project` reads."""
    return projects.select_related("sector", "public_authority").prefetch_related(
        "partners", "places", "documents"
    )


def shown_records(record):
    """The project, and the records beside it whose change is a change of what is shown."""
    yield record
    yield record.sector
    if record.public_authority:
        yield record.public_authority
    yield from record.partners.all()
    yield from record.places.all()


def project(record, edition, parties):
    """The project as OC4IDS; its organisations go to ``parties``."""
    authority = record.public_authority and parties.add(record.public_authority, "publicAuthority")
    for partner in record.partners.all():
        parties.add(partner)
    return filled(
        id=project_identifier(record.pk),
        identifiers=[{"id": record.slug, "scheme": OWN}],
        updated=date_time(record.updated),
        title=str(record),
        description=description(record),
        status=STATUS.get(record.stage),
        period=filled(
            startDate=date_time(record.starts_on),
            endDate=date_time(record.ends_on, ends=True),
        ),
        sector=[SECTORS[record.sector.slug]] if record.sector.slug in SECTORS else [],
        additionalClassifications=list(classifications(record)),
        locations=[location(place) for place in record.places.all()],
        budget=filled(amount=value(record.investment_volume, record.currency)),
        publicAuthority=authority,
        documents=list(documents(record, edition)),
        language=edition.tag,
    )


def description(record):
    return record.summary or " ".join(without_tags(record.description or "").split())


def classifications(record):
    yield {
        "scheme": f"{OWN}-sector",
        "id": record.sector.slug,
        "description": str(record.sector),
    }
    if record.kind != Project.Kind.NOT_PUBLISHED:
        yield {
            "scheme": f"{OWN}-kind",
            "id": record.kind,
            "description": record.get_kind_display(),
        }


def location(place):
    point = {}
    if place.latitude is not None:
        # GeoJSON names the longitude first.
        at = [float(place.longitude), float(place.latitude)]
        point = {"type": "Point", "coordinates": at}
    return filled(
        id=own_identifier("place", place.pk),
        description=str(place),
        geometry=point,
    )


def documents(record, edition):
    yield page_document(record, edition)
    for document in record.documents.all():
        yield filled(
            id=own_identifier("document", document.pk),
            title=str(document),
            url=edition.url(document.file.url),
            format=MEDIA_TYPES.get(document.kind),
            language=document.language and tag(document.language),
        )
    if record.image:
        yield filled(
            id="image",
            documentType="illustration",
            title=record.image_alt,
            url=edition.url(record.image.url),
            format=MEDIA_TYPES.get(kind_of(record.image.name)),
        )
