from .enquiry import Enquiry
from .location import LocationFactor
from .organisation import Organisation, Place, Sector
from .project import KeyFigure, Project, ProjectDocument

__all__ = [
    "Enquiry",
    "KeyFigure",
    "LocationFactor",
    "Organisation",
    "Place",
    "Project",
    "ProjectDocument",
    "Sector",
]
