"""What the public may see, and where addresses lead after a change."""

import pytest
from django.utils import timezone

from projects.models import Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
)
from .forms import empty, save


@pytest.mark.parametrize(
    ("factory", "path"),
    [
        (EventFactory, "events/{}/"),
        (OfficialFactory, "officials/{}/"),
        (ContractFactory, "contracts/{}/"),
        (ProjectFactory, "projects/{}/"),
    ],
)
def test_drafts_and_later_records_do_not_exist_for_the_public(db, client, factory, path):
    shown = factory(publish_at=timezone.now())
    draft = factory(publication="draft")
    later = factory(publish_at=timezone.now() + timezone.timedelta(hours=1))
    listing = client.get(f"/en/{path.split('/')[0]}/").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()
    assert client.get("/en/" + path.format(shown.slug)).status_code == 200
    assert f"/en/{path.format(shown.slug)}" in listing
    for hidden in (draft, later):
        assert client.get("/en/" + path.format(hidden.slug)).status_code == 404
        assert path.format(hidden.slug) not in listing
        assert path.format(hidden.slug) not in sitemap
    assert client.get("/en/" + path.format("never-was")).status_code == 404


def test_a_draft_is_not_named_by_the_records_around_it(db, client):
    event = EventFactory()
    hidden_person = OfficialFactory(name="WITHHELD Person", publication="draft")
    hidden_project = ProjectFactory(title="Withheld project", publication="draft")
    hidden_event = EventFactory(title="Withheld event", publication="draft")
    item = ProgrammeItemFactory(event=event)
    AppearanceFactory(programme_item=item, official=hidden_person, office_held_en="Withheld office")
    contract = ContractFactory(event=event, project=hidden_project)
    ContractPartyFactory(contract=contract, signatory=hidden_person)
    ContractFactory(event=event, title="Withheld contract", publication="draft")
    elsewhere = ContractFactory(event=hidden_event)
    person = OfficialFactory()
    AppearanceFactory(programme_item__event=hidden_event, official=person)
    project = ProjectFactory()
    project.related_projects.add(hidden_project)
    ContractFactory(project=project, title="Withheld deal", publication="draft")
    LocationFactorFactory(title="Withheld factor", publication="draft")
    addresses = [
        "/en/",
        event.get_absolute_url(),
        contract.get_absolute_url(),
        elsewhere.get_absolute_url(),
        person.get_absolute_url(),
        project.get_absolute_url(),
        "/en/officials/",
        "/en/contracts/",
        "/en/projects/",
        "/en/location/",
        "/en/events/",
        "/sitemap.xml",
    ]
    for address in addresses:
        page = client.get(address.replace("/de/", "/en/")).content.decode().lower()
        assert "withheld" not in page, address


# --- old addresses ----------------------------------------------------------


def test_an_old_address_leads_to_the_new_one(db, client):
    project = ProjectFactory(slug="first-name")
    project.slug = "second-name"
    project.save()
    project.slug = "third-name"
    project.save()
    for old in ("first-name", "second-name"):
        response = client.get(f"/en/projects/{old}/")
        assert response.status_code == 301
        assert response["Location"] == "/en/projects/third-name/"
    project.slug = "first-name"
    project.save()
    assert client.get("/en/projects/first-name/").status_code == 200
    assert client.get("/en/projects/third-name/")["Location"] == "/en/projects/first-name/"


def test_an_old_address_of_a_draft_or_deleted_record_leads_nowhere(db, client):
    project = ProjectFactory(slug="was-here")
    project.slug = "is-here"
    project.publication = "draft"
    project.save()
    assert client.get("/en/projects/was-here/").status_code == 404
    project.delete()
    assert client.get("/en/projects/was-here/").status_code == 404


def test_long_titles_of_the_same_words_each_get_an_address(backoffice):
    sector = SectorFactory()
    for number in (1, 2, 3):
        save(backoffice, empty(backoffice, Project), title_en="a" * 90, sector=str(sector.pk))
        assert Project.objects.count() == number
    slugs = set(Project.objects.values_list("slug", flat=True))
    assert slugs == {"a" * 80, "a" * 78 + "-2", "a" * 78 + "-3"}


def test_a_calendar_entry_does_not_lead_to_another_event(db, client):
    first = EventFactory(slug="conference", starts_at="2031-06-05T08:00Z")
    first.slug = "first-conference"
    first.save()
    EventFactory(slug="conference")
    assert client.get("/de/events/conference.ics").status_code == 404


def test_a_slug_is_ascii_from_the_english_or_german_title_and_never_taken_twice(db):
    assert ProjectFactory(title_en="Café & data", title_de="x").slug == "cafe-data"
    assert ProjectFactory(title_en="", title_de="Straßen für Öl").slug == "strassen-fuer-oel"
    assert ProjectFactory(title_en="Café & data", title_de="x").slug == "cafe-data-2"
    only_chinese = Project(title_zh_hans="交通云", sector=ProjectFactory().sector)
    only_chinese.save()
    assert only_chinese.slug == "project"
