from .contract import Contract, ContractParty, Milestone
from .event import Document, Event, Photo
from .programme import Appearance, Official, ProgrammeItem

__all__ = [
    "Appearance",
    "Contract",
    "ContractParty",
    "Document",
    "Event",
    "Milestone",
    "Official",
    "Photo",
    "ProgrammeItem",
]
