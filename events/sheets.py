"""What the sheets of officials and contracts hold, for import and export."""

from guizhou_portal.backoffice.sheets.columns import Parts, in_columns
from guizhou_portal.backoffice.sheets.resources import PUBLICATION, RecordSheet

from .models import Contract, Official


class OfficialSheet(RecordSheet):
    class Meta:
        model = Official
        fields = in_columns(
            Official,
            "slug",
            "name",
            "family_name",
            "native_name",
            "position",
            "organisation",
            "biography",
            "portrait",
            "portrait_credit",
            *PUBLICATION,
        )


class ContractSheet(RecordSheet):
    parts = (
        Parts(
            Contract,
            "parties",
            "party",
            (
                "side",
                "organisation",
                "name_not_published",
                "country",
                "described_as",
                "signatory",
            ),
        ),
        Parts(Contract, "milestones", "milestone", ("date", "state", "note"), least=1),
    )

    class Meta:
        model = Contract
        fields = in_columns(
            Contract,
            "slug",
            "title",
            "summary",
            "kind",
            "status",
            "event",
            "signed_on",
            "value",
            "currency",
            "project",
            "sectors",
            *PUBLICATION,
        )
