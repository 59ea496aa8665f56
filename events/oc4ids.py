"""What a contract is to OC4IDS 0.9: a contracting process of the project it belongs to.

================================  =============================================================
path in contractingProcesses[]    what stands there
================================  =============================================================
id                                ``guizhou-portal-contract-<key>``; no OCID has been assigned
summary.title, .description       title, summary
summary.status                    status, code list contractingProcessStatus (see ``status``)
summary.suppliers[]               the parties on the partner side
summary.contractValue             value and currency
summary.documents[]               the portal's page
summary.milestones[]              the signing, where its day is known, and the milestones
parties[].roles (of the project)  partner side: supplier, to a memorandum interestedParty;
                                  Guizhou side: none, for we do not know who buys from whom
================================  =============================================================
"""

from django.db.models import Prefetch
from django.utils.text import capfirst

from guizhou_portal.exchange.oc4ids.values import (
    date_time,
    filled,
    own_identifier,
    page_document,
    value,
)

from .models import Contract, ContractParty, Milestone

ENDED = {Contract.Status.COMPLETED, Contract.Status.ENDED}


def with_contracts(projects):
    """``projects`` with their published contracts, and all that is read of them."""
    parties = ContractParty.objects.select_related("organisation")
    contracts = Contract.objects.published().prefetch_related(
        Prefetch("parties", parties), "milestones"
    )
    return projects.prefetch_related(Prefetch("contracts", contracts))


def shown_records(contract):
    """The contract, and the records beside it whose change is a change of what is shown."""
    yield contract
    for party in contract.parties.all():
        if party.organisation:
            yield party.organisation


def contracting_process(contract, edition, parties):
    """The contract as OC4IDS; its parties go to ``parties`` of the project."""
    suppliers = []
    for party in contract.parties.all():
        part = role(contract, party)
        reference = noted(party, part, parties)
        if part == "supplier" and reference not in suppliers:
            suppliers.append(reference)
    summary = filled(
        title=str(contract),
        description=contract.summary,
        status=status(contract),
        suppliers=suppliers,
        contractValue=value(contract.value, contract.currency),
        documents=[page_document(contract, edition)],
        milestones=list(milestones(contract)),
    )
    return {"id": own_identifier("contract", contract.pk), "summary": summary}


def is_understanding(contract):
    """A memorandum comes before a contract that somebody is to fulfil."""
    return contract.kind == Contract.Kind.MEMORANDUM


def status(contract):
    if contract.status in ENDED:
        return "closed"
    return "pre-award" if is_understanding(contract) else "active"


def role(contract, party):
    if party.side != ContractParty.Side.PARTNER:
        return ""
    return "interestedParty" if is_understanding(contract) else "supplier"


def noted(party, part, parties):
    if party.organisation:
        return parties.add(party.organisation, part)
    return parties.add_unnamed(own_identifier("party", party.pk), party.country, part)


def milestones(contract):
    if contract.signed_on:
        yield {
            "id": "signed",
            "title": capfirst(str(Contract.Status.SIGNED.label)),
            "type": "approval",  # "such as the sign-off of a contract"
            "dateMet": date_time(contract.signed_on),
            "status": Milestone.State.MET.value,
        }
    for milestone in contract.milestones.all():
        met = milestone.state == Milestone.State.MET
        yield filled(
            id=own_identifier("milestone", milestone.pk),
            title=str(milestone),
            dueDate=None if met else date_time(milestone.date),
            dateMet=date_time(milestone.date) if met else None,
            status=milestone.state,
        )
