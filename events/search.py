"""By which of their texts the records of this app are found, and how they look as results."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guizhou_portal.publishing.models import published
from guizhou_portal.search.declared import declare
from guizhou_portal.search.results import present

from .models import Contract, Event, Official, ProgrammeItem

declare(
    Event,
    ["title", "subtitle"],
    ["summary", "report", "venue", "city", "address", "documents__title"],
    names=["organisers"],
)
present(
    Event,
    number=4,
    name="event",
    heading=_("Events"),
    texts=["summary", "report", "venue", "city", "address"],
    listing="events:event_list",
    note=lambda event: (event, "city"),
)
declare(
    ProgrammeItem,
    ["title"],
    ["description", "appearances__topic"],
    names=["appearances__official", "appearances__organisation"],
    hidden_with={"appearances": "appearances__official"},
)
present(
    ProgrammeItem,
    number=5,
    name="programme",
    heading=_("Programme items"),
    texts=["description"],
    listing="events:event_list",
    records=lambda: ProgrammeItem.objects.filter(published("event__")).select_related("event"),
    address=lambda item: f"{reverse('events:event', args=[item.event.slug])}#programme",
    note=lambda item: (item.event, "title"),
)
declare(Official, ["name", "native_name"], ["position", "biography"], names=["organisation"])
present(
    Official,
    number=3,
    name="official",
    heading=pgettext_lazy("menu", "Officials"),
    texts=["biography", "position"],
    listing="events:official_list",
    note=lambda official: (official, "position"),
    examples="name",
)
declare(
    Contract,
    ["title"],
    ["summary", "parties__described_as"],
    names=["parties__organisation", "parties__signatory", "project", "sectors"],
)
present(
    Contract,
    number=2,
    name="contract",
    heading=_("Contracts"),
    texts=["summary"],
    listing="events:contract_list",
    records=lambda: Contract.objects.published().select_related("event"),
    note=lambda contract: contract.public_event and (contract.public_event, "title"),
)
