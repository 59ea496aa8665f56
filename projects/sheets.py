"""What the sheets of organisations, projects and location factors hold, for import and export."""

from guizhou_portal.backoffice.sheets.columns import Parts, in_columns
from guizhou_portal.backoffice.sheets.resources import PUBLICATION, RecordSheet

from .models import LocationFactor, Organisation, Project

IMAGE = ("image", "image_alt", "image_credit")


class OrganisationSheet(RecordSheet):
    class Meta:
        model = Organisation
        fields = in_columns(
            Organisation,
            "slug",
            "name",
            "short_name",
            "kind",
            "country",
            "city",
            "description",
            "website",
            "logo",
        )


class ProjectSheet(RecordSheet):
    parts = (Parts(Project, "key_figures", "key_figure", ("label", "value", "source"), least=1),)

    class Meta:
        model = Project
        fields = in_columns(
            Project,
            "slug",
            "title",
            "tagline",
            "summary",
            "description",
            "sought_from_partners",
            "sector",
            "kind",
            "stage",
            "open_to_foreign_investors",
            "public_authority",
            "partners",
            "places",
            "investment_volume",
            "currency",
            "starts_on",
            "ends_on",
            "related_projects",
            "order",
            *IMAGE,
            *PUBLICATION,
        )


class LocationFactorSheet(RecordSheet):
    class Meta:
        model = LocationFactor
        fields = in_columns(
            LocationFactor,
            "slug",
            "title",
            "summary",
            "description",
            "kind",
            "organisation",
            "place",
            "order",
            *IMAGE,
            *PUBLICATION,
        )
