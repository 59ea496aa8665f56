from .location import LocationFactor
from .organisation import Organisation, Place, Sector
from .project import KeyFigure, Project, ProjectDocument

from projects.enquiries.models import Attachment, ConsentText, Enquiry, Mail, Mailbox  # isort: skip

__all__ = [
    "Attachment",
    "ConsentText",
    "Enquiry",
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
