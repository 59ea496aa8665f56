"""Searching in the back office: what is found by which words, and that the index follows."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from events.models import Contract, Event, Official
from guizhou_portal.search import engines
from guizhou_portal.search.changes import catch_up
from guizhou_portal.search.lookup import found
from guizhou_portal.search.models import Entry
from projects.models import Organisation, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    ProjectFactory,
    many,
)
from .forms import admin_address, filled_in, save

HOSTILE = (
    "'",
    '"',
    "' OR 1=1 --",
    '" OR "',
    "a:* & | ! <-> (",
    "NEAR(a b) AND NOT {words} : ^x*",
    "%_\\",
    "\x00",
    "\ud800",
    "１",
    "🙂",
    "a " * 500,
    "word " * 500,
    "x" * 5000,
    "智" * 3000,
)


def titles(queryset, text):
    return {str(record) for record in found(queryset, text)}


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Straße der Verständigung", ["strasse", "STRASSE", "Straße", "verstaendig", "verstandig"]),
        ("ökologisch", ["oekologisch", "okologisch", "Ökologisch"]),
        ("Oekologie", ["ökologie", "oekolog"]),
        ("Verkehrs-Cloud", ["verkehr", "cloud", "verkehrscloud", "verkehrs-cloud", "kehrs"]),
        ("Stadtverkehrsdaten", ["verkehr", "daten", "stadt"]),
        ("Smart cities", ["SMART", "cities smart"]),
        ("智能交通云", ["交通", "云", "智", "智能交通", "通云", "智能 云"]),
        (
            "Ｂｉｇ　Ｄａｔａ ５Ｇ",
            ["big data", "5g", "ＤＡＴＡ"],
        ),  # as Chinese keyboards write
        ("Łódź – Göteborg", ["lodz", "goteborg", "goeteborg"]),
        ("<p>Ein <strong>Rechen</strong>zentrum</p><p>Guiyang</p>", ["rechenzentrum", "guiyang"]),
    ],
)
def test_a_text_is_found_however_its_words_are_written(db, text, typed):
    wanted = ProjectFactory(description_de=text)
    ProjectFactory(description_de="etwas anderes 其他")
    for words in typed:
        assert list(found(Project.objects.all(), words)) == [wanted], words


@pytest.mark.parametrize("typed", ["verkehr bergbau", "交货", "99999", "", " ", "?!", "智云"])
def test_what_is_not_in_a_text_is_not_found(db, typed):
    ProjectFactory(title="Verkehr 智能交通云")
    assert not found(Project.objects.all(), typed).exists()


def test_a_person_is_found_by_each_name_in_any_order_and_script(db):
    person = OfficialFactory(name="QIN Rupei", native_name="秦如培", position_de="Vizegouverneur")
    OfficialFactory(name="QIN Other")
    for typed in ("Qin Rupei", "rupei qin", "秦如培", "如培", "rup vize"):
        assert list(found(Official.objects.all(), typed)) == [person], typed


def test_a_contract_is_found_by_its_parties_and_follows_their_names(db):
    company = OrganisationFactory(name="Elsewhere Works")
    contract = ContractPartyFactory(organisation=company).contract
    others = ContractFactory()
    assert titles(Contract.objects.all(), "elsewhere") == {str(contract)}
    company.name_de = company.name_en = company.name_zh_hans = "Renamed 新名"
    company.save()
    assert titles(Contract.objects.all(), "elsewhere") == set()
    assert titles(Contract.objects.all(), "新名") == {str(contract)}
    contract.parties.get().delete()
    assert titles(Contract.objects.all(), "renamed") == set()
    assert titles(Organisation.objects.all(), "renamed") == {str(company)}
    others.delete()
    catch_up()
    assert set(Entry.objects.values_list("object_id", flat=True)) >= {contract.pk}
    assert not found(Contract.objects.all(), others.title_en).filter(pk=others.pk).exists()


def test_relations_of_many_to_many_are_followed_from_either_side(db):
    project, company = ProjectFactory(), OrganisationFactory(name="Partnerwerk")
    of = Project.objects.all()
    project.partners.add(company)
    assert titles(of, "partnerwerk") == {str(project)}
    project.partners.clear()
    assert titles(of, "partnerwerk") == set()
    reverse = Project.partners.field.remote_field.get_accessor_name()
    getattr(company, reverse).add(project)
    assert titles(of, "partnerwerk") == {str(project)}
    getattr(company, reverse).clear()
    assert titles(of, "partnerwerk") == set()


def test_what_is_saved_in_a_form_is_found_in_the_list_and_in_choices(
    backoffice, django_capture_on_commit_callbacks
):
    event = EventFactory()
    form = filled_in(backoffice, event)
    with django_capture_on_commit_callbacks(execute=True):
        save(backoffice, form, title_de="Wirtschaftsforum", report_zh_hans="<p>数字经济论坛</p>")
    listing = admin_address(Event, "changelist")
    for typed in ("wirtschaft", "forum", "经济"):
        page = backoffice.get(listing, {"q": typed}).content.decode()
        assert page.count('class="action-select"') == 1, typed
    choice = {"app_label": "events", "model_name": "contract", "field_name": "event"}
    names = {}
    for typed in ("forum", "经济"):  # a choice is found by what it is called alone
        answer = backoffice.get("/admin/autocomplete/", {**choice, "term": typed}).json()
        names[typed] = [one["id"] for one in answer["results"]]
    assert names == {"forum": [str(event.pk)], "经济": []}


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_gets_a_page(backoffice, typed):
    ProjectFactory(title="x")
    typed = typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    page = backoffice.get(admin_address(Project, "changelist"), {"q": typed})
    assert page.status_code == 200
    found(Project.objects.all(), typed).exists()


@pytest.mark.django_db(transaction=True)
def test_the_words_are_written_when_a_change_is_for_good_and_not_before():
    with transaction.atomic():
        project = ProjectFactory(title="Dauerhaft")
        assert not Entry.objects.filter(words__contains="dauerhaft").exists()
    assert titles(Project.objects.all(), "dauerhaft") == {str(project)}
    with transaction.atomic():
        project.title_de = "Verworfen"
        project.save()
        transaction.set_rollback(True)
    assert titles(Project.objects.all(), "verworfen") == set()


def test_records_stored_past_the_portal_are_found_after_the_command(db):
    sector = ProjectFactory().sector
    catch_up()
    many(ProjectFactory, 3, slug=["a", "b", "c"], sector=sector)
    Project.objects.filter(slug="a").update(title_de="Nachgetragen")
    assert titles(Project.objects.all(), "nachgetragen") == set()
    out = StringIO()
    call_command("index_search", stdout=out)
    assert len(titles(Project.objects.all(), "nachgetragen")) == 1
    assert "projects: 4" in out.getvalue()
    Project.objects.filter(slug="a")._raw_delete("default")
    call_command("index_search", stdout=out)
    assert titles(Project.objects.all(), "nachgetragen") == set()


def test_a_database_that_had_records_before_is_indexed_when_it_is_migrated(db):
    many(ProjectFactory, 1, slug=["before"], sector=ProjectFactory().sector)
    Entry.objects.all().delete()
    engines.prepare()
    assert found(Project.objects.all(), "project").count() == 2


@pytest.mark.thorough
def test_a_text_of_a_great_many_words_is_found_by_its_title_and_first_words(db):
    words = " ".join(f"aword{number:06}-{'x' * 40}" for number in range(25_000))
    project = ProjectFactory(title="Umfangreich", description_de=words)
    for typed in ("umfangreich", "aword000001"):
        assert titles(Project.objects.all(), typed) == {str(project)}


def test_a_lookup_takes_one_query_more_for_each_word_that_may_be_part_of_another(
    db, django_assert_num_queries
):
    ProjectFactory(title="Verkehrscloud")
    catch_up()
    found(Project.objects.all(), "x").exists()  # knows the content type from here on
    with django_assert_num_queries(2):
        assert found(Project.objects.all(), "cloud 2013").exists() is False
    with django_assert_num_queries(1):
        assert found(Project.objects.all(), "云").exists() is False
    with django_assert_num_queries(13):
        assert found(Project.objects.all(), " ".join(map("word{}".format, range(500)))).count() == 0
