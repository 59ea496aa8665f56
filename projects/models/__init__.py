from .location import LocationFactor
from .organisation import Organisation, Place, Sector
from .project import KeyFigure, Project, ProjectDocument

from projects.enquiries.models import (  # isort: skip
    AnswerTemplate,
    Attachment,
    ConsentText,
    Enquiry,
    Erasure,
    Mail,
    Mailbox,
)

__all__ = [
    "AnswerTemplate",
    "Attachment",
    "ConsentText",
    "Enquiry",
    "Erasure",
    "KeyFigure",
    "LocationFactor",
    "Mail",
    "Mailbox",
    "Organisation",
    "Place",
    "Project",
    "ProjectDocument",
    "Sector",
]
