"""Which fields of this app's records are open data."""

from guizhou_portal.exchange.open_data.composed import Parts, Public, SeveralRelated, picture
from guizhou_portal.exchange.open_data.fields import FileKind, FileLink
from guizhou_portal.exchange.open_data.resources import declare, named_by
from guizhou_portal.filters.bound import Filters
from guizhou_portal.filters.facets import CodeFacet, CountryFacet, RelatedFacet
from guizhou_portal.filters.sorts import Sort, by_name, lowest_first

from .filters import ProjectFilters
from .models import LocationFactor, Organisation, Place, Project, Sector

OC4IDS = "OC4IDS 0.9"


def document_fields():
    """What is said of a file for download; the same in every app."""
    return [
        Public("title", "What the document is called."),
        FileLink("url", "The file.", source="file"),
        FileKind("file_type", "Kind of file.", source="file", example="PDF"),
        Public("language", "The language of the file; null if it has no one language."),
        Public("credit", "Source or rights holder."),
        Public("licence", "Terms of use.", standard="SPDX where there is one"),
    ]


class PlainFilters(Filters):
    """Of records without a list of their own on the portal."""

    sorts = (Sort("name", "By name", by_name("name")),)


class SectorFilters(PlainFilters):
    model = Sector
    sorts = (Sort("listed", "As arranged by the editors", lowest_first("order")),)


class OrganisationFilters(PlainFilters):
    model = Organisation
    facets = (
        CodeFacet("kind", "Kind", Organisation.Kind),
        CountryFacet("country", "Country", "country"),
    )


class PlaceFilters(PlainFilters):
    model = Place
    facets = (CodeFacet("kind", "Kind", Place.Kind),)


class LocationFilters(Filters):
    model = LocationFactor
    facets = (
        CodeFacet("kind", "Kind", LocationFactor.Kind),
        RelatedFacet("place", "Place", Place, "place"),
        RelatedFacet("organisation", "Organisation", Organisation, "organisation"),
    )
    sorts = (
        Sort("listed", "As arranged by the editors", lowest_first("order")),
        Sort("title", "By title", by_name("title")),
    )


declare(
    Project,
    "projects",
    "Investment projects that partners are sought for.",
    [
        Public("title", "What the project is called."),
        Public("tagline", "The project in a few words."),
        Public("summary", "The project in one or two sentences."),
        Public("description", "The project at length."),
        Public("sector", "The sector it belongs to."),
        Public("kind", "How the project is carried out."),
        Public("stage", "How far the project is.", standard=f"{OC4IDS}, code list projectStatus"),
        Public(
            "open_to_foreign_investors",
            "Whether foreign investors may take part; null if that is not published.",
        ),
        Public("public_authority", "The authority in charge."),
        Public("partners", "Organisations that take part already."),
        Public("places", "Where the project is."),
        Public("investment_volume", "Investment volume, in the currency named beside it."),
        Public("currency", "Currency of the investment volume.", standard="ISO 4217"),
        Public("sought_from_partners", "What is sought from partners."),
        Public("starts_on", "First day of the project's period."),
        Public("ends_on", "Last day of the project's period."),
        Parts(
            "key_figures",
            "A figure about the project, with its source.",
            [
                Public("label", "What is counted."),
                Public("value", "The figure with its unit."),
                Public("source", "Where the figure comes from."),
            ],
            in_sheet=True,
        ),
        picture(
            "image",
            "Picture of the project.",
            alt="image_alt",
            credit="image_credit",
            licence="image_licence",
        ),
        Parts("documents", "A file for download.", document_fields(), schema_name="Document"),
        # Contracts know projects, not the other way round: reached through the relation.
        SeveralRelated("contracts", "Contracts that belong to the project."),
        Public("related_projects", "Projects that belong together with this one."),
    ],
    filters=ProjectFilters,
    load="for_page",
    in_sheet=True,
    example="tourism-cloud",
)

declare(
    LocationFactor,
    "location",
    "What speaks for Guizhou as a location.",
    [
        Public("title", "What it is called."),
        Public("summary", "It in one or two sentences."),
        Public("description", "It at length."),
        Public("kind", "What kind of factor it is."),
        Public("organisation", "Whose it is."),
        Public("place", "Where it is."),
        picture(
            "image",
            "Picture of it.",
            alt="image_alt",
            credit="image_credit",
            licence="image_licence",
        ),
    ],
    filters=LocationFilters,
    load="for_page",
    in_sheet=True,
    example="common-cloud-platform",
)

declare(
    Sector,
    "sectors",
    "The sectors that published projects and contracts belong to.",
    [
        Public("name", "What the sector is called."),
        Public("description", "What belongs to it."),
    ],
    filters=SectorFilters,
    has_page=False,
    example="tourism",
)

declare(
    Organisation,
    "organisations",
    "Organisations that a published record names.",
    [
        Public("name", "What the organisation is called."),
        Public("short_name", "Its abbreviation.", example="CIPA"),
        Public("kind", "What kind of organisation it is."),
        Public("country", "Where it is at home."),
        Public("city", "The city it is in."),
        Public("description", "What it does."),
        Public("website", "Its own website."),
        picture("logo", "Its logo."),
    ],
    filters=OrganisationFilters,
    has_page=False,
    example="alibaba",
)

declare(
    Place,
    "places",
    "Places in Guizhou that a published record names.",
    [
        Public("name", "What the place is called."),
        Public("kind", "What kind of place it is."),
        Public("latitude", "Degrees north.", standard="WGS 84", example="26.64700"),
        Public("longitude", "Degrees east.", standard="WGS 84", example="106.63000"),
    ],
    filters=PlaceFilters,
    has_page=False,
    example="guiyang",
)

projects, factors = Project.objects, LocationFactor.objects
named_by(Sector, lambda key: projects.published().filter(sector=key))
named_by(
    Organisation,
    lambda key: projects.published().filter(public_authority=key),
    lambda key: projects.published().filter(partners=key),
    lambda key: factors.published().filter(organisation=key),
)
named_by(
    Place,
    lambda key: projects.published().filter(places=key),
    lambda key: factors.published().filter(place=key),
)
