"""Which fields of this app's records are open data."""

from guizhou_portal.exchange.open_data.composed import (
    Parts,
    Public,
    Related,
    SeveralRelated,
    picture,
)
from guizhou_portal.exchange.open_data.fields import Country, Field, Text
from guizhou_portal.exchange.open_data.resources import declare, named_by
from projects.models import Organisation, Sector
from projects.open_data import document_fields

from .filters import ContractFilters, EventFilters, OfficialFilters
from .models import Appearance, Contract, ContractParty, Event, Official

OFFICE = "The office held at the time."


def zone_of(event):
    return event.zone


def zone_of_item(item):
    return item.event.zone


declare(
    Event,
    "events",
    "Investment conferences.",
    [
        Public("title", "What the event is called."),
        Public("subtitle", "What is added to the title."),
        Public("summary", "The event in one or two sentences."),
        Public("report", "What happened."),
        Public("venue", "The building it takes place in."),
        Public("address", "Postal address of the venue."),
        Public("city", "The city it takes place in."),
        Public("country", "The country it takes place in."),
        Public("starts_at", "When it begins, in its own time zone.", zone=zone_of),
        Public("ends_at", "When it ends, in its own time zone.", zone=zone_of),
        Field("time_zone", "The time zone of the event.", standard="IANA", example="Europe/Berlin"),
        Public("date_note", "What is known of the date if the date itself is not."),
        Public("audience", "Who is invited."),
        Public("organisers", "Who organises the event."),
        Public("registration_link", "Where to register."),
        picture(
            "hero_image",
            "Picture of the event.",
            alt="hero_image_alt",
            credit="hero_image_credit",
            licence="hero_image_licence",
        ),
        Parts(
            "programme",
            "A programme item.",
            [
                Public("title", "What the item is called."),
                Public("kind", "What kind of item it is."),
                Public("description", "What it is about."),
                Public("starts_at", "When it begins.", zone=zone_of_item),
                Public("ends_at", "When it ends.", zone=zone_of_item),
                Public("language_spoken", "The language spoken."),
                Public("languages_interpreted", "The languages it is interpreted into."),
                Parts(
                    "appearances",
                    "Somebody's part in a programme item: a person, an organisation, or both.",
                    [
                        Public("official", "Who appears; null if the person is not named."),
                        Public("organisation", "For whom."),
                        Public("role", "In what role."),
                        Text("office", OFFICE, of=lambda one: one.office_record),
                        Public("topic", "What about."),
                    ],
                ),
            ],
        ),
        Parts(
            "photos",
            "A photograph of the event.",
            [
                Public("caption", "What is told below the photograph."),
                picture(
                    "image",
                    "The photograph.",
                    alt="image_alt",
                    credit="credit",
                    licence="licence",
                ),
            ],
        ),
        Parts("documents", "A file for download.", document_fields(), schema_name="Document"),
        SeveralRelated("contracts", "Contracts signed at the event.", to=Contract),
    ],
    filters=EventFilters,
    load="for_page",
    in_sheet=True,
    example="guizhou-investment-conference-frankfurt",
)

declare(
    Official,
    "officials",
    "People who appeared at the events or signed a contract.",
    [
        Public(
            "name", "The name as printed, with the family name in capitals.", example="QIN Rupei"
        ),
        Public("family_name", "The family name.", example="QIN"),
        Public("native_name", "The name in its own script.", example="秦如培"),
        Public("position", "The office known last."),
        Public("organisation", "The organisation of that office."),
        Public("biography", "About the person."),
        picture(
            "portrait",
            "Portrait of the person.",
            credit="portrait_credit",
            licence="portrait_licence",
        ),
        Parts(
            "appearances",
            "A part the person had in a published event.",
            [
                Related(
                    "event", "At which event.", to=Event, get=lambda one: one.programme_item.event
                ),
                Text(
                    "programme_item",
                    "In which programme item.",
                    of=lambda one: (one.programme_item, "title"),
                ),
                Public("role", "In what role."),
                Public("organisation", "For whom."),
                Text("office", OFFICE, of=lambda one: one.office_record),
                Public("topic", "What about."),
            ],
            schema_name="AppearanceOfOfficial",
        ),
        SeveralRelated(
            "contracts",
            "Contracts the person signed.",
            to=Contract,
            get=lambda one: dict.fromkeys(part.contract for part in one.signatures.all()),
        ),
    ],
    filters=OfficialFilters,
    load="for_page",
    in_sheet=True,
    example="qin-rupei",
)

declare(
    Contract,
    "contracts",
    "Contracts signed at the events, and what became of them.",
    [
        Public("title", "What the contract is called."),
        Public("summary", "The contract in one or two sentences."),
        Public("kind", "What kind of contract it is."),
        Public("status", "What became of it."),
        Public("event", "The event it was signed at.", get=lambda one: one.public_event),
        Public("signed_on", "The day it was signed."),
        Public("value", "Contract value, in the currency named beside it."),
        Public("currency", "Currency of the contract value.", standard="ISO 4217"),
        Public("project", "The project it belongs to.", get=lambda one: one.public_project),
        Public("sectors", "The sectors it belongs to."),
        Parts(
            "parties",
            "A contracting party.",
            [
                Public("side", "On which side it stands."),
                Public("organisation", "Who it is; null if that is not published."),
                Public("name_not_published", "Whether its name is not published."),
                Country("country", "Where it is at home.", source="home_country"),
                Public("described_as", "What is known of a party whose name is not published."),
                Public("signatory", "Who signed for it.", get=lambda one: one.public_signatory),
            ],
            in_sheet=True,
        ),
        Parts(
            "milestones",
            "A step on the way of the contract.",
            [
                Public("date", "When it is due, or was reached."),
                Public(
                    "state", "Whether it was reached.", standard="OCDS, code list milestoneStatus"
                ),
                Public("note", "What it is."),
            ],
            in_sheet=True,
        ),
    ],
    filters=ContractFilters,
    load="for_page",
    in_sheet=True,
    example="contract-german-companies",
)

named_by(Sector, lambda key: Contract.objects.published().filter(sectors=key))
named_by(
    Organisation,
    lambda key: Event.objects.published().filter(organisers=key),
    lambda key: Official.objects.published().filter(organisation=key),
    lambda key: Appearance.objects.public().at_published_events().filter(organisation=key),
    lambda key: ContractParty.objects.of_published_contracts().filter(organisation=key),
)
