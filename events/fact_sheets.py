"""What the fact sheets of events and contracts say."""

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from guizhou_portal.exchange.fact_sheets import parts
from guizhou_portal.exchange.fact_sheets.drawings import drawing
from guizhou_portal.exchange.fact_sheets.inline import (
    joined,
    labelled,
    lines,
    link,
    rendered,
    said,
    unknown,
    words,
)
from guizhou_portal.exchange.fact_sheets.prose import prose
from guizhou_portal.templatetags import portal
from projects.fact_sheets import contract_entry, organisation, party_name

from .models import Appearance, ProgrammeItem


def event_sheet(event):
    """The sheet of an event fetched with ``for_page()``."""
    return parts.Sheet(
        record=event,
        eyebrow=words(gettext("Investment conference")),
        lead="subtitle",
        photo=parts.photo_of(event, "hero_image"),
        body=[part for part in _event_body(event) if part],
    )


def _event_body(event):
    yield parts.told(event, "summary", "lead") if event.summary else None
    yield _event_facts(event)
    yield _programme(event)
    report = prose(event, "report") if event.report else None
    yield parts.section(gettext("Report"), report or parts.paragraph(unknown()))
    yield parts.section(
        gettext("Contracts signed at the event"),
        parts.entries([contract_entry(one) for one in event.contracts.all()])
        or parts.paragraph(words(gettext("No contract signed at this event has been published."))),
    )
    yield parts.documents(event.documents.all())


def _event_facts(event):
    venue = joined([said(event, "venue") or unknown(), lines(event.address)], [{"is": "break"}])
    city = joined(
        [said(event, "city") or unknown(), words(portal.country_name(event.country))],
        pgettext("place and country", ", "),
    )
    organisers = [organisation(one) for one in event.organisers.all()]
    registration = link(words(gettext("Go to registration")), event.registration_link)
    return parts.facts(
        (gettext("Date"), rendered("partials/event_date.html", event=event)),
        (gettext("Venue"), venue),
        (gettext("City"), city),
        (gettext("Audience"), said(event, "audience")),
        (gettext("Organiser"), joined(organisers, [{"is": "break"}])),
        event.registration_link and (gettext("Registration"), registration),
    )


def _programme(event):
    items = event.programme.all()
    notes = [gettext("All offices are those held at the time of the event.")]
    if items and not event.programme_has_times:
        notes.append(gettext("The times of the programme are not published."))
    if items and not event.programme_has_languages:
        notes.append(gettext("The languages spoken and interpreted are not published."))
    return parts.section(
        gettext("Programme"),
        parts.timeline([_programme_item(event, one) for one in items])
        or parts.paragraph(words(gettext("The programme has not been published."))),
        intro=[words(note) for note in notes],
    )


def _programme_item(event, item):
    above = [words(capfirst(portal.adds_to(item.get_kind_display(), item.title)))]
    if event.programme_has_times:
        above.append(rendered("partials/programme_time.html", event=event, item=item))
    languages = []
    if event.programme_has_languages:
        languages = joined(
            [
                labelled(gettext("Spoken:"), said(item, "language_spoken") or unknown()),
                labelled(gettext("Interpreted:"), said(item, "languages_interpreted") or unknown()),
            ],
            " · ",
        )
    return parts.entry(
        said(item, "title", note=False),
        eyebrow=joined(above, " · "),
        lines=[
            said(item, "description", note=False),
            words(portal.language_notes(item, "title", "description")),
            languages,
        ],
        people=[_person(one) for one in item.appearances.all()],
        high=item.kind == ProgrammeItem.Kind.SIGNING_CEREMONY,
    )


def _person(appearance):
    """Who appeared, with the office held at the time; an organisation where nobody is named."""
    official = appearance.official
    role = ""
    if appearance.role not in (Appearance.Role.SPEAKER, Appearance.Role.MODERATOR):
        role = appearance.get_role_display()
    told = [said(appearance, "topic"), words(role)]
    if official is None:
        return {
            "name": said(appearance.organisation, "name"),
            "lines": [unknown(pgettext("person", "name not published")), *filter(None, told)],
            "emblem": drawing(f"emblem-{appearance.organisation.kind}"),
        }
    person = {
        "name": words(portal.split_name(official.name)),
        "lines": [words(portal.office(appearance)), *filter(None, told)],
        "monogram": official.monogram,
    }
    return person | ({"native": official.native_name} if official.native_name else {})


def contract_sheet(contract):
    """The sheet of a contract fetched with ``for_page()``."""
    return parts.Sheet(
        record=contract,
        eyebrow=words(gettext("Signed contracts")),
        body=[part for part in _contract_body(contract) if part],
    )


def _contract_body(contract):
    yield parts.sides(
        [_side(side, parties) for side, parties in contract.sides],
        words(capfirst(contract.get_status_display())),
    )
    yield _contract_facts(contract)
    yield parts.section(gettext("What is known"), parts.told(contract, "summary"))
    if milestones := contract.milestones.all():
        yield parts.section(
            gettext("Milestones"), parts.timeline([_milestone(one) for one in milestones])
        )


def _side(side, parties):
    return {
        "label": words(capfirst(side.label)),
        "parties": [
            {"name": party_name(one), "lines": [line for line in _of_party(one) if line]}
            for one in parties
        ],
        "nothing": unknown(),
    }


def _of_party(party):
    if party.organisation is None:
        yield unknown(gettext("name not published"))
    if party.home_country:
        yield words(portal.country_name(party.home_country))
    if signatory := party.public_signatory:
        name = link(parts.person(signatory), signatory.get_absolute_url())
        yield labelled(gettext("Signatory:"), name)


def _contract_facts(contract):
    event, project = contract.public_event, contract.public_project
    sectors = [said(one, "name") for one in contract.sectors.all()]
    return parts.facts(
        (gettext("Kind of contract"), parts.choice(contract, "kind")),
        (gettext("Status"), words(capfirst(contract.get_status_display()))),
        (gettext("Contract value"), words(portal.money(contract.value, contract.currency))),
        (
            gettext("Signed on"),
            words(date_format(contract.signed_on, "DATE_FORMAT") if contract.signed_on else ""),
        ),
        (gettext("Signed at"), event and _to(event)),
        (gettext("Project"), project and _to(project)),
        (gettext("Sectors"), joined(sectors, pgettext("list", ", "))),
    )


def _to(record):
    return link(said(record, "title"), record.get_absolute_url())


def _milestone(milestone):
    day = words(date_format(milestone.date, "DATE_FORMAT")) if milestone.date else []
    return parts.entry(
        said(milestone, "note"),
        eyebrow=words(capfirst(milestone.get_state_display())),
        lines=[day or labelled(gettext("Date:"), unknown())],
        high=milestone.state == milestone.State.MET,
    )
