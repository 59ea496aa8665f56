"""Rules the database keeps, and the words an editor reads when a form breaks one of them."""

import datetime
import re

import pytest
from django.db import IntegrityError, transaction

from events.models import Appearance, Contract, ContractParty, Event, ProgrammeItem
from guizhou_portal.pages.models import Operator
from projects.models import Organisation, Place, Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
)
from .forms import filled_in

LATER = datetime.datetime(2031, 6, 5, 10, tzinfo=datetime.UTC)
EARLIER = LATER - datetime.timedelta(hours=2)


def broken_rules():
    """Each rule as a record that keeps it and the values that break it."""
    party = {"organisation": None, "name_not_published": False, "country": ""}
    return {
        "appearance of nobody": (AppearanceFactory, {"official": None, "organisation": None}),
        "party without anything": (ContractPartyFactory, party),
        "party not published, without country": (
            ContractPartyFactory,
            {**party, "name_not_published": True},
        ),
        "party both named and not published": (ContractPartyFactory, {"name_not_published": True}),
        "event ends before it starts": (EventFactory, {"starts_at": LATER, "ends_at": EARLIER}),
        "item ends before it starts": (
            ProgrammeItemFactory,
            {"starts_at": LATER, "ends_at": EARLIER},
        ),
        "project ends before it starts": (
            ProjectFactory,
            {"starts_on": LATER.date(), "ends_on": LATER.date() - datetime.timedelta(days=1)},
        ),
        "contract value without currency": (ContractFactory, {"value": 5, "currency": ""}),
        "contract currency without value": (ContractFactory, {"value": None, "currency": "EUR"}),
        "contract of no value": (ContractFactory, {"value": 0, "currency": "EUR"}),
        "contract in an unknown currency": (ContractFactory, {"value": 5, "currency": "XXX"}),
        "volume without currency": (ProjectFactory, {"investment_volume": 5, "currency": ""}),
        "currency without volume": (ProjectFactory, {"currency": "CNY"}),
        "latitude beyond the pole": (PlaceFactory, {"latitude": 91, "longitude": 0}),
        "longitude beyond the date line": (PlaceFactory, {"latitude": 0, "longitude": -181}),
        "latitude without longitude": (PlaceFactory, {"latitude": 26}),
        **{
            f"{factory._meta.model} draft with a time": (
                factory,
                {"publication": "draft", "publish_at": LATER},
            )
            for factory in (
                EventFactory,
                OfficialFactory,
                ContractFactory,
                ProjectFactory,
                LocationFactorFactory,
            )
        },
    }


@pytest.mark.parametrize("rule", broken_rules())
def test_the_database_refuses_what_breaks_a_rule(db, rule):
    factory, values = broken_rules()[rule]
    record = factory()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(record)._base_manager.filter(pk=record.pk).update(**values)


@pytest.mark.parametrize(
    ("factory", "model"),
    [
        (EventFactory, Event),
        (ContractFactory, Contract),
        (ProjectFactory, Project),
        (OrganisationFactory, Organisation),
        (PlaceFactory, Place),
    ],
)
def test_the_database_refuses_a_second_record_at_the_same_address(db, factory, model):
    factory(slug="taken")
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(slug="taken")
    assert model.objects.filter(slug="taken").count() == 1


def test_there_is_never_a_second_operator(db):
    Operator(name="First").save()
    Operator(name="Second").save()
    assert [operator.name for operator in Operator.objects.all()] == ["Second"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Operator.objects.bulk_create([Operator(pk=2, name="Third")])


# --- what an editor reads -------------------------------------------------------------------------

TIME = {"0": "05.06.2031", "1": "10:00"}


def at(field, day, hour):
    return {f"{field}_0": f"2031-06-{day:02}", f"{field}_1": f"{hour:02}:00"}


MESSAGES = [
    (
        EventFactory,
        {**at("starts_at", 5, 10), **at("ends_at", 5, 8)},
        {
            "de": "Die Veranstaltung endet, bevor sie beginnt.",
            "en": "The event ends before it starts.",
            "zh-hans": "结束",
        },
    ),
    (
        ContractFactory,
        {"value": "5", "currency": ""},
        {
            "de": "Betrag und Währung gehören zusammen",
            "en": "An amount and its currency come together",
            "zh-hans": "币种",
        },
    ),
    (
        ProjectFactory,
        {"investment_volume": "5", "currency": ""},
        {
            "de": "Betrag und Währung gehören zusammen",
            "en": "An amount and its currency come together",
            "zh-hans": "币种",
        },
    ),
    (
        PlaceFactory,
        {"latitude": "91", "longitude": "10"},
        {
            "de": "Breite (−90 bis 90)",
            "en": "Latitude (−90 to 90) and longitude (−180 to 180) come together",
            "zh-hans": "纬度",
        },
    ),
    (
        ProjectFactory,
        {"publication": "draft", **at("publish_at", 5, 10)},
        {
            "de": "Nur ein veröffentlichter Datensatz hat einen Zeitpunkt",
            "en": "Only a published record has a publication time",
            "zh-hans": "只有已发布的记录才有发布时间",
        },
    ),
]


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
@pytest.mark.parametrize(("factory", "broken", "messages"), MESSAGES)
def test_a_form_that_breaks_a_rule_says_so_and_keeps_what_was_typed(
    backoffice, language, factory, broken, messages
):
    record = factory()
    form = filled_in(backoffice, record)
    title = next(name for name in ("title_en", "name_en") if name in form)
    response = backoffice.post(
        form.address,
        {**form, title: "Typed with care", **broken},
        headers={"accept-language": language},
    )
    page = response.content.decode()
    assert response.status_code == 200
    errors = " ".join(re.findall(r'<ul class="errorlist.*?</ul>', page, re.DOTALL))
    assert messages[language] in errors
    assert "Typed with care" in page
    assert not type(record).objects.filter(**{title: "Typed with care"}).exists()


def test_a_party_or_an_appearance_of_nobody_is_refused_in_the_form(backoffice):
    contract = ContractPartyFactory().contract
    form = filled_in(backoffice, contract)
    response = backoffice.post(form.address, {**form, "parties-0-organisation": ""})
    assert "A contracting party is either an organisation" in response.content.decode()
    item = AppearanceFactory().programme_item
    form = filled_in(backoffice, item)
    response = backoffice.post(form.address, {**form, "appearances-0-official": ""})
    assert "An appearance needs an official" in response.content.decode()
    assert ContractParty.objects.filter(organisation=None).count() == 0
    assert Appearance.objects.filter(official=None).count() == 0
    assert ProgrammeItem.objects.count() == 1


def test_an_address_that_is_taken_is_refused_in_the_form(backoffice):
    ProjectFactory(slug="taken")
    form = filled_in(backoffice, ProjectFactory(slug="free"))
    response = backoffice.post(form.address, {**form, "slug": "taken"})
    assert "Another record already has this address." in response.content.decode()
    response = backoffice.post(form.address, {**form, "slug": "with space"})
    assert response.status_code == 200
    assert set(Project.objects.values_list("slug", flat=True)) == {"taken", "free"}
