"""By which of their texts the records of this app are found."""

from guizhou_portal.search.declared import declare

from .models import LocationFactor, Organisation, Place, Project, Sector

declare(Sector, ["name"], ["description"])
declare(Place, ["name"])
declare(Organisation, ["name", "short_name"], ["city", "description"])
declare(
    Project,
    ["title"],
    ["tagline", "summary", "description", "sought_from_partners", "documents__title"],
    names=["sector", "public_authority", "partners", "places"],
)
declare(LocationFactor, ["title"], ["summary", "description"], names=["organisation", "place"])
