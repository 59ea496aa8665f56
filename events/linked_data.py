"""What the records of this app are in the words of schema.org.

https://schema.org/BusinessEvent, https://schema.org/Person, https://schema.org/CreativeWork
"""

from django.utils.formats import date_format

from guizhou_portal.exchange.linked_data import (
    declare,
    document,
    first_words,
    part,
    picture,
    said_in,
    words,
)

from .models import Appearance, Contract, Event, Official

#: Whoever does something on the stage; others attend.
PERFORMING = (Appearance.Role.MODERATOR, Appearance.Role.SPEAKER)


def event_facts(event, graph):
    """Without a date there is no ``startDate``, though search engines ask for one.

    Neither is there ``inLanguage``: of an event, that is the language it is held in, which the
    programme says item by item. ``eventStatus`` says that it takes place on its date: not known
    either while the date is not.
    """
    return {
        "alternateName": words(event, "subtitle"),
        "description": first_words(event, "summary", "report"),
        "startDate": event.starts_at and event.local_start.isoformat(),
        "endDate": event.ends_at and event.local_end.isoformat(),
        "eventStatus": event.starts_at and "https://schema.org/EventScheduled",
        "location": place_of(event),
        "audience": part("Audience", audienceType=words(event, "audience")),
        "organizer": [graph.describe(one) for one in event.organisers.all()],
        **people_in(
            graph, [one for item in event.programme.all() for one in item.appearances.all()]
        ),
        "subEvent": [programme_item(item, event, graph) for item in event.programme.all()],
        "about": [graph.mention(contract) for contract in event.contracts.all()],
        "image": pictures_of(event, graph),
        "subjectOf": [document(graph, one) for one in event.documents.all()],
        "potentialAction": event.is_upcoming is not False
        and part("RegisterAction", target=event.registration_link),
    }


def place_of(event):
    address = part(
        "PostalAddress",
        streetAddress=", ".join(filter(None, map(str.strip, event.address.splitlines()))),
        addressLocality=words(event, "city"),
        addressCountry=event.country.code,
    )
    name = first_words(event, "venue", "city")
    return part("Place", name=name, address=address)


def people_in(graph, appearances):
    """Who performs and who attends, each once; whoever is not named is not among them."""
    roles = {"performer": [], "attendee": []}
    for appearance in appearances:
        role = roles["performer" if appearance.role in PERFORMING else "attendee"]
        # A person speaks for an organisation; without a person, the organisation does.
        who = (
            graph.mention(appearance.official)
            if appearance.official
            else graph.describe(appearance.organisation)
        )
        if who not in role:
            role.append(who)
    return roles


def programme_item(item, event, graph):
    """An event within the event, with no more of time and place than is known of it."""
    whole = {"@id": graph.id_of(event)}
    return graph.add(
        {
            "@type": "Event",
            "@id": f"{whole['@id'].rpartition('#')[0]}#item-{item.pk}",
            "name": words(item, "title"),
            "description": words(item, "description"),
            "startDate": item.starts_at and item.local_start.isoformat(),
            "endDate": item.ends_at and item.local_end.isoformat(),
            "inLanguage": part("Language", name=words(item, "language_spoken")),
            **people_in(graph, item.appearances.all()),
            "superEvent": whole,
        }
    )


def pictures_of(event, graph):
    return [
        picture(graph, event, "hero_image", words(event, "hero_image_alt")),
        *(
            picture(graph, photo, "image", first_words(photo, "caption", "image_alt"))
            for photo in event.photos.all()
        ),
    ]


def official_facts(person, graph):
    """The office is the one known last; offices of their time are on the events' pages."""
    return {
        "familyName": person.family_name,
        "alternateName": said_in(person.native_name, "zh-hans"),
        "jobTitle": words(person, "position"),
        "description": words(person, "biography"),
        "affiliation": graph.describe(person.organisation),
        "image": picture(graph, person, "portrait", person.name),
        "performerIn": events_of(person, graph),
        "subjectOf": [graph.mention(party.contract) for party in person.signatures.all()],
    }


def events_of(person, graph):
    events = [appearance.programme_item.event for appearance in person.appearances.all()]
    return [graph.mention(event) for event in dict.fromkeys(events)]


def contract_facts(contract, graph):
    """schema.org has no contract. It is a written work its parties made together, so
    ``CreativeWork``: that has words for them, the day, the subject and the state.

    ``DigitalDocument`` would claim a file there is none of, ``Order`` and ``Invoice`` another
    business; bare ``Intangible`` could not even name the parties. There is no property for a
    contract's value: the open data (API, OC4IDS) carry it. A party that is not named is left out.
    """
    parties = list(contract.parties.all())
    return {
        "description": words(contract, "summary"),
        "genre": contract.kind != Contract.Kind.NOT_PUBLISHED and contract.get_kind_display(),
        "creativeWorkStatus": contract.get_status_display(),
        "dateCreated": contract.signed_on and contract.signed_on.isoformat(),
        "locationCreated": contract.public_event and place_of(contract.public_event),
        "contributor": [
            *(graph.describe(party.organisation) for party in parties if party.organisation),
            *(graph.mention(party.public_signatory) for party in parties if party.public_signatory),
        ],
        "about": contract.public_project and graph.mention(contract.public_project),
        "keywords": [words(sector, "name") for sector in contract.sectors.all()],
        "subjectOf": contract.public_event and graph.mention(contract.public_event),
    }


def event_in_short(event):
    day = event.starts_at and date_format(event.local_start)
    return [event.card_line(), day, event.venue, event.city, event.country.name]


def official_in_short(person):
    return [person.name, person.position, person.organisation and person.organisation.name]


def contract_in_short(contract):
    kind = contract.kind != Contract.Kind.NOT_PUBLISHED and contract.get_kind_display()
    return [contract.card_line(), kind, *map(str, contract.parties.all())]


declare(Event, "BusinessEvent", event_facts, event_in_short)
declare(Official, "Person", official_facts, official_in_short, page="ProfilePage")
declare(Contract, "CreativeWork", contract_facts, contract_in_short)
