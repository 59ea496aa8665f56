"""Lists and forms of the back office ask as often for three records, or parts, as for one."""

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Contract, Event, Official, ProgrammeItem
from guizhou_portal.backoffice import many
from guizhou_portal.backoffice.models import LinkCheck
from guizhou_portal.pages.models import Operator, Page
from projects.models import Enquiry, KeyFigure, Organisation, Project, ProjectDocument

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
)
from .factories import many as store
from .forms import OWN, admin_address
from .test_queries import queries

MOST = 32


def enquiry(project):
    Enquiry.objects.create(
        project=project,
        name="Sample",
        email="sample@example.com",
        message="Sample",
        consented_at="2026-01-01T00:00Z",
    )


def add_parts(contract, event, item, project):
    """One more of everything that stands in these records' forms."""
    ContractPartyFactory(contract=contract, signatory=OfficialFactory())
    contract.milestones.create(note_en="Sample")
    contract.sectors.add(SectorFactory())
    ProgrammeItemFactory(event=event)
    PhotoFactory(event=event)
    event.documents.create(title_en="Sample", file="sample.pdf")
    event.organisers.add(OrganisationFactory())
    AppearanceFactory(programme_item=item, organisation=OrganisationFactory())
    ContractFactory(event=event)
    KeyFigure.objects.create(project=project, label_en="x", value_en="1", source="x")
    ProjectDocument.objects.create(project=project, title_en="Sample", file="sample.pdf")
    project.partners.add(OrganisationFactory())
    project.places.add(PlaceFactory())
    project.related_projects.add(ProjectFactory())


def test_lists_ask_as_often_for_three_records_as_for_one(portal, backoffice):
    def asked():
        cache.clear()
        return {
            model.__name__: queries(backoffice, admin_address(model, "changelist"))
            for model in OWN
            if model is not Operator
        }

    full_event(1)
    enquiry(Project.objects.first())
    before = asked()
    full_event(3)
    for project in Project.objects.all()[:3]:
        enquiry(project)
    assert asked() == before
    assert max(before.values()) <= MOST, before


def test_forms_ask_as_often_for_three_parts_as_for_one(portal, backoffice):
    event, project = full_event(1), ProjectFactory(public_authority=OrganisationFactory())
    contract = ContractFactory(event=event, project=project)
    item = ProgrammeItem.objects.filter(event=event).first()
    records = [contract, event, item, project, Official.objects.last(), Page.objects.first()]
    records.append(Organisation.objects.last())

    def asked():
        return {
            str(type(one).__name__): queries(backoffice, admin_address(type(one), "change", one.pk))
            for one in records
        }

    add_parts(contract, event, item, project)
    before = asked()
    for _ in range(2):
        add_parts(contract, event, item, project)
    assert asked() == before
    assert max(before.values()) <= MOST, before


def test_no_form_lists_all_records_to_choose_from(portal, backoffice):
    marks = [
        ContractFactory(title="Chosen by nobody", event=None),
        EventFactory(title="Visited by nobody"),
        OfficialFactory(name="NOBODY Known"),
        OrganisationFactory(name="Known to nobody"),
        ProjectFactory(title="Backed by nobody"),
    ]
    for model in OWN:
        if model not in (Page, Operator, Enquiry):
            page = backoffice.get(admin_address(model, "add")).content.decode()
            assert "nobody" not in page.lower(), model
    for model in (Contract, ProgrammeItem):
        page = backoffice.get(admin_address(model, "changelist")).content.decode()
        assert str(marks[1]) not in page, model


def test_a_contract_is_filtered_by_an_event_that_is_searched_for(backoffice):
    wanted, other = ContractFactory(title="Wanted"), ContractFactory(title="Other")
    address = admin_address(Contract, "changelist")
    page = backoffice.get(f"{address}?event__id__exact={wanted.event_id}&q=sam").content.decode()
    assert str(wanted) in page
    assert str(other) not in page
    assert str(wanted.event) in page[page.index("changelist-filter") :]
    assert '<input type="hidden" name="q" value="sam">' in page
    assert 'data-field-name="event"' in page
    page = backoffice.get(f"{address}?event__id__exact=").content.decode()
    assert str(wanted) in page
    assert str(other) in page
    assert backoffice.get(f"{address}?event__id__exact=none").status_code == 302


def counted(client, address):
    """How many numbers of all records were asked for, and the page."""
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address).content.decode()
    whole = [one for one in captured if "COUNT(" in one["sql"] and "LIMIT 61" not in one["sql"]]
    return len(whole), page


def sides_looked_at(client):
    """How often the overview looked for contracts without parties on both sides, and the page."""
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/admin/").content.decode()
    return sum("events_contractparty" in one["sql"] for one in captured), page


def test_more_records_than_are_counted_are_counted_once_and_not_again(backoffice, monkeypatch):
    monkeypatch.setattr(many, "COUNTED", 60)
    cache.clear()
    contracts = [ContractFactory(event=None) for _ in range(120)]
    address = admin_address(Contract, "changelist")
    for number in (1, 0):
        numbers, page = counted(backoffice, f"{address}?p=3")
        assert numbers == number
        assert page.count('class="action-select"') == 20
        assert "120 contracts" in page
    assert sides_looked_at(backoffice)[0] == 1
    assert sides_looked_at(backoffice)[0] == 0
    OrganisationFactory()
    number, page = sides_looked_at(backoffice)  # another kind of record
    assert number == 0
    assert 'findings__number">120<' in page
    contracts[0].delete()
    assert 'findings__number">119<' in backoffice.get("/admin/").content.decode()
    assert "119 contracts" in backoffice.get(address).content.decode()


@pytest.mark.django_db
def test_choices_are_read_on_and_on_without_being_counted(backoffice):
    address = "/admin/autocomplete/?app_label=events&model_name=contractparty"
    made = [OrganisationFactory(description_en="a word of the description") for _ in range(41)]
    found = [
        backoffice.get(f"{address}&field_name=organisation&term=Organisation&page={page}").json()
        for page in (1, 2, 3)
    ]
    assert [one["pagination"]["more"] for one in found] == [True, True, False]
    assert sum(len(one["results"]) for one in found) == len(made)
    nothing = backoffice.get(f"{address}&field_name=organisation&term=word+of").json()
    assert nothing["results"] == []  # a name is asked for, not a text
    listed = backoffice.get(admin_address(Organisation, "changelist"), {"q": "Organisation"})
    assert "41 organisations" in listed.content.decode()


def test_every_list_is_paged_without_counting_everything():
    for model, model_admin in admin.site._registry.items():
        if getattr(model_admin, "is_record", False):
            assert isinstance(model_admin, many.ManyMixin), model
            assert not model_admin.show_full_result_count


def test_broken_links_cost_the_overview_no_further_query(portal, backoffice):
    before = queries(backoffice, "/admin/")
    for n in range(3):
        LinkCheck.objects.create(
            address=f"https://{n}.example", digest=n, reason="not_found", checked="2026-01-01T00Z"
        )
    assert Event.objects.exists()
    assert queries(backoffice, "/admin/") == before


def test_before_a_large_record_is_deleted_not_every_part_is_listed(backoffice):
    event = EventFactory()
    items = store(ProgrammeItemFactory, 120, event=event)
    for item in items[:2]:
        store(AppearanceFactory, 60, programme_item=item, official=OfficialFactory())
    page = backoffice.get(admin_address(Event, "delete", event.pk)).content.decode()
    assert f"{items[49].title_en}<" in page
    assert f"{items[50].title_en}<" not in page
    assert page.count("and 70 more") == 1
    assert page.count("and 10 more") == 2
    assert "Programme items: 120" in page
    backoffice.post(admin_address(Event, "delete", event.pk), {"post": "yes"})
    assert not ProgrammeItem.objects.exists()
