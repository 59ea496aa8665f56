"""Every record added and changed through the admin's real forms."""

import pytest
from modeltranslation.translator import translator

from events.models import (
    Appearance,
    Contract,
    ContractParty,
    Document,
    Event,
    Milestone,
    Official,
    Photo,
    ProgrammeItem,
)
from guizhou_portal.pages.models import Operator, Page
from projects.models import (
    ConsentText,
    Enquiry,
    KeyFigure,
    LocationFactor,
    Organisation,
    Place,
    Project,
    ProjectDocument,
    Sector,
)

from .factories import (
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
    picture_upload,
)
from .forms import OWN, admin_address, empty, filled_in, save


def part(prefix, number=0, **values):
    """One new part in an inline form: its fields, and the count that announces it."""
    return {
        f"{prefix}-TOTAL_FORMS": str(number + 1),
        f"{prefix}-{number}-order": "1",
        **{f"{prefix}-{number}-{name}": value for name, value in values.items()},
    }


# --- adding -------------------------------------------------------------------------------------


def test_an_event_is_added_with_its_programme_a_photo_and_a_document(backoffice):
    host = OrganisationFactory()
    save(
        backoffice,
        empty(backoffice, Event),
        title_de="Musterkonferenz",
        title_en="Sample conference",
        title_zh_hans="样本会议",
        report_en="First.\n\nSecond.",
        country="DE",
        starts_at_0="2031-06-05",
        starts_at_1="10:00",
        time_zone="Asia/Shanghai",
        registration_link="portal.example/register",
        organisers=[str(host.pk)],
        publication="published",
        **part("programme", kind="panel", title_en="Sample panel", description_en="About samples"),
        **part("photos", image=picture_upload(), image_alt_en="A sample", caption_en="Caption"),
        **part("documents", title_en="Sheet", file=picture_upload("x.pdf", b"%PDF-1.7")),
    )
    event = Event.objects.get()
    assert event.slug == "sample-conference"
    assert event.registration_link == "https://portal.example/register"
    assert ProgrammeItem.objects.get().event == event
    assert Photo.objects.get().image_width == 64
    assert Document.objects.get().event == event
    page = backoffice.get("/en/events/sample-conference/").content.decode()
    for words in ("Sample panel", "<p>First.</p>", "Caption", "Sheet", "PDF", host.name_en):
        assert words in page, words
    assert "样本会议" in backoffice.get("/zh-hans/events/sample-conference/").content.decode()


def test_a_programme_item_is_added_with_people_and_organisations(backoffice):
    event, person, host = EventFactory(), OfficialFactory(), OrganisationFactory()
    appearances = {
        **part("appearances", 0, official=str(person.pk), role="speaker", topic_en="Samples"),
        **part("appearances", 1, organisation=str(host.pk), role="guest_of_honour"),
    }
    save(
        backoffice,
        empty(backoffice, ProgrammeItem),
        event=str(event.pk),
        kind="presentation",
        title_en="Sample talk",
        order="1",
        **appearances,
    )
    assert Appearance.objects.count() == 2
    page = backoffice.get(f"/en/events/{event.slug}/").content.decode()
    assert "Samples" in page
    assert "Sample talk" in page
    assert host.name_en in page


def test_an_official_is_added(backoffice):
    save(
        backoffice,
        empty(backoffice, Official),
        name="SAMPLE Ada",
        family_name="SAMPLE",
        native_name="样本",
        position_en="Sample office",
        position_de="Musteramt",
        publication="published",
        portrait=picture_upload(),
    )
    assert Official.objects.get().slug == "sample-ada"
    page = backoffice.get("/de/officials/sample-ada/").content.decode()
    assert "Musteramt" in page
    assert "样本" in page
    assert "<picture>" in page


def test_a_contract_is_added_with_both_sides_and_a_milestone(backoffice):
    event, project, host, signer = (
        EventFactory(),
        ProjectFactory(),
        OrganisationFactory(),
        OfficialFactory(),
    )
    parties = {
        **part("parties", 0, side="guizhou", organisation=str(host.pk), signatory=str(signer.pk)),
        **part("parties", 1, side="partner", name_not_published="on", country="CH"),
    }
    save(
        backoffice,
        empty(backoffice, Contract),
        title_en="Sample contract",
        kind="framework",
        status="in_force",
        event=str(event.pk),
        project=str(project.pk),
        sectors=[str(project.sector.pk)],
        signed_on="2031-06-05",
        value="1500000.5",
        currency="CHF",
        publication="published",
        **parties,
        **part("milestones", date="2031-07-01", state="met", note_en="First step"),
    )
    assert ContractParty.objects.count() == 2
    assert Milestone.objects.get().note_en == "First step"
    page = backoffice.get("/en/contracts/sample-contract/").content.decode()
    for words in ("1,500,000.50", "CHF", "Switzerland", "First step", "5 June 2031"):
        assert words in page, words
    assert signer.name.split()[1] in page


def test_a_project_is_added_with_key_figures_and_a_document(backoffice):
    sector, place = SectorFactory(), PlaceFactory()
    authority, related = OrganisationFactory(), ProjectFactory()
    save(
        backoffice,
        empty(backoffice, Project),
        title_de="Muster-Cloud",
        sector=str(sector.pk),
        kind="ppp",
        stage="preparation",
        open_to_foreign_investors="true",
        public_authority=str(authority.pk),
        places=[str(place.pk)],
        related_projects=[str(related.pk)],
        investment_volume="2000000",
        currency="EUR",
        starts_on="2031-01-01",
        ends_on="2033-01-01",
        sought_from_partners_de="Wissen",
        publication="published",
        **part("key_figures", label_de="Fläche", value_de="12 ha", source="Muster"),
        **part("documents", title_de="Blatt", file=picture_upload("x.pdf", b"%PDF-1.7")),
    )
    assert KeyFigure.objects.get().value_de == "12 ha"
    assert ProjectDocument.objects.get().title_de == "Blatt"
    page = backoffice.get("/de/projects/muster-cloud/").content.decode()
    for words in ("2.000.000", "EUR", "12 ha", "Wissen", place.name_de, related.title_de):
        assert words in page, words


def test_what_records_are_filed_under_is_added(backoffice):
    save(backoffice, empty(backoffice, Sector), name_en="Sample sector", icon="food")
    save(
        backoffice,
        empty(backoffice, Organisation),
        name_en="Sample organisation",
        kind="company",
        country="CH",
        website="portal.example",
        logo=picture_upload(),
    )
    save(
        backoffice,
        empty(backoffice, Place),
        name_en="Sample place",
        kind="city",
        latitude="26.6",
        longitude="106.7",
    )
    save(
        backoffice,
        empty(backoffice, LocationFactor),
        title_en="Sample factor",
        kind="finance",
        organisation=str(Organisation.objects.get().pk),
        place=str(Place.objects.get().pk),
        publication="published",
    )
    page = backoffice.get("/en/location/").content.decode()
    for words in ("Sample factor", "Sample organisation", "Sample place"):
        assert words in page, words
    assert Sector.objects.get().slug == "sample-sector"


def test_an_enquiry_is_added_by_the_form_of_the_site_alone_and_never_shown(backoffice):
    project = ProjectFactory()
    assert backoffice.get(admin_address(Enquiry, "add")).status_code == 403
    enquiry = Enquiry.objects.create(
        project=project,
        name="Private Person",
        email="person@portal.example",
        message="Private words",
        consented_at="2031-06-05T10:00Z",
    )
    save(backoffice, filled_in(backoffice, enquiry), internal_note="Private note")
    for address in ("/en/", "/en/projects/", f"/en/projects/{project.slug}/"):
        assert "Private" not in backoffice.get(address).content.decode()


def test_the_operator_fills_in_the_imprint(backoffice):
    response = backoffice.get(admin_address(Operator, "changelist"))
    assert response["Location"] == admin_address(Operator, "add")
    save(
        backoffice,
        empty(backoffice, Operator),
        name="Sample Agency",
        address="Street 1\n60311 Frankfurt",
        email="info@portal.example",
    )
    page = backoffice.get("/en/imprint/").content.decode()
    assert "Sample Agency" in page
    assert "info@portal.example" in page
    assert page.count("not yet provided by the operator") >= 1
    response = backoffice.get(admin_address(Operator, "changelist"))
    assert response["Location"] == admin_address(Operator, "change", 1)


def test_the_texts_of_a_fixed_page_are_changed(portal, backoffice):
    page = Page.objects.get(key="home")
    save(backoffice, filled_in(backoffice, page), title_en="A new headline")
    assert "<h1>A new headline</h1>" in backoffice.get("/en/").content.decode()
    assert backoffice.get(admin_address(Page, "add")).status_code == 403
    assert backoffice.get(admin_address(Page, "delete", page.pk)).status_code == 403


# --- changing -----------------------------------------------------------------------------------


def test_every_record_of_the_portal_is_saved_again_unchanged(portal, backoffice):
    full_event()
    for model in {*OWN} - {ConsentText}:  # a version stays as it is
        for record in model.objects.all()[:3]:
            before = stored(record)
            save(backoffice, filled_in(backoffice, record))
            after = stored(record)
            assert {name for name in before if before[name] != after[name]} == set(), record


def stored(record):
    """What the database holds of a record; the columns that only mirror a language aside."""
    values = type(record).objects.filter(pk=record.pk).values().get()
    options = translator.get_options_for_model(type(record)) if is_translated(record) else None
    mirrors = set(options.fields) if options else set()
    return {
        name: value or ""
        for name, value in values.items()
        if name not in {"updated", "created"} | mirrors
    }


def is_translated(record):
    return type(record) in translator.get_registered_models(abstract=False)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Geben Sie dies in mindestens einer Sprache ein."),
        ("en", "Enter this in at least one language."),
        ("zh-hans", "请至少用一种语言填写此项。"),
    ],
)
def test_a_record_needs_a_title_in_one_language_and_any_will_do(backoffice, language, words):
    form = empty(backoffice, Event)
    nameless = {**form, **part("programme", kind="panel"), "city_en": "Typed with care"}
    response = backoffice.post(form.address, nameless, headers={"accept-language": language})
    page = response.content.decode()
    assert page.count(words) == 2  # the event's own and its programme item's
    assert "Typed with care" in page
    assert not Event.objects.exists()
    save(backoffice, form, title_zh_hans="只有中文")
    assert Event.objects.get().slug == "event"


# --- times --------------------------------------------------------------------------------------


def test_times_are_entered_as_the_clock_at_the_event_shows_them(backoffice):
    save(
        backoffice,
        empty(backoffice, Event),
        title_en="Sample conference",
        publication="published",
        time_zone="Asia/Shanghai",
        starts_at_0="2031-06-05",
        starts_at_1="10:00",
        **part("programme", kind="panel", title_en="Panel", starts_at_0="2031-06-05")
        | {"programme-0-starts_at_1": "11:15"},
    )
    event = Event.objects.get()
    item = event.programme.get()
    assert event.starts_at.isoformat() == "2031-06-05T02:00:00+00:00"
    page = backoffice.get(event.get_absolute_url()).content.decode()
    assert "10:00" in page
    assert "11:15" in page
    form = filled_in(backoffice, event)
    assert (form["starts_at_1"], form["programme-0-starts_at_1"]) == ("10:00:00", "11:15:00")
    save(backoffice, form)
    item_form = filled_in(backoffice, item)
    assert item_form["starts_at_1"] == "11:15:00"
    save(backoffice, item_form, ends_at_0="2031-06-05", ends_at_1="12:00")
    item.refresh_from_db()
    assert item.starts_at.isoformat() == "2031-06-05T03:15:00+00:00"
    assert item.ends_at.isoformat() == "2031-06-05T04:00:00+00:00"
    event.refresh_from_db()
    assert event.starts_at.isoformat() == "2031-06-05T02:00:00+00:00"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone."),
        ({"time_zone": "localtime"}, "“localtime” is not a time zone."),
        ({"starts_at_0": "0001-01-01"}, "Enter a year from 1900 to 2100."),
        ({"publish_at_0": "9999-12-31", "publish_at_1": "23:59"}, "Enter a year from 1900"),
        ({"time_zone": "../../etc/passwd"}, "is not a time zone."),
        ({"time_zone": "Europe/Berlin", "starts_at_1": "25:00"}, "Enter a valid time."),
        # The hour that summer time leaves out.
        ({"starts_at_0": "2031-03-30", "starts_at_1": "02:30"}, "couldn’t be interpreted"),
    ],
)
def test_a_time_or_zone_that_does_not_exist_is_explained(backoffice, values, words):
    form = filled_in(backoffice, EventFactory())
    typed = {**form, "starts_at_0": "2031-06-05", "starts_at_1": "10:00", **values}
    response = backoffice.post(form.address, typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Event.objects.get().starts_at is None
