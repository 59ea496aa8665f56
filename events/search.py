"""By which of their texts the records of this app are found."""

from guizhou_portal.search.declared import declare

from .models import Contract, Event, Official, ProgrammeItem

declare(
    Event,
    ["title", "subtitle"],
    ["summary", "report", "venue", "city", "address", "documents__title"],
    names=["organisers"],
)
declare(
    ProgrammeItem,
    ["title"],
    ["description", "appearances__topic"],
    names=["appearances__official", "appearances__organisation"],
)
declare(Official, ["name", "native_name"], ["position", "biography"], names=["organisation"])
declare(
    Contract,
    ["title"],
    ["summary", "parties__described_as"],
    names=["parties__organisation", "parties__signatory", "project", "sectors"],
)
