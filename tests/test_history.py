"""Nothing is lost: who changed what, older versions restored, deleted records brought back."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin import ModelAdmin
from django.core.management import call_command
from django.db.models.signals import m2m_changed, post_save
from django.utils import timezone
from reversion.models import Revision, Version

from events.models import Appearance, Contract, ContractParty, Event
from guizhou_portal.backoffice.history import compared
from projects.models import Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
    picture_upload,
)
from .forms import admin_address, filled_in, form_at, save, told_changes


def history_of(client, record, query=""):
    return client.get(admin_address(type(record), "history", record.pk) + query).content.decode()


def test_a_change_is_told_field_by_field_and_language_by_language(backoffice):
    project = ProjectFactory(title_de="Altes Wort", title_en="Old word", title_zh_hans="旧的词")
    save(backoffice, filled_in(backoffice, project), title_de="Neues Wort", title_zh_hans="新的词")
    page = history_of(backoffice, project)
    assert told_changes(page) == [
        ("title [de]", "<del>Altes</del> Wort", "<ins>Neues</ins> Wort"),
        ("title [zh-hans]", "<del>旧</del>的词", "<ins>新</ins>的词"),
    ]
    assert "admin" in page
    assert "First stored version." in page


def test_a_record_nobody_has_changed_says_so(portal, backoffice):
    for model in (Project, Event, Contract):
        assert "Nobody has changed this record here yet." in history_of(
            backoffice, model.objects.first()
        )


def test_a_change_of_a_part_is_told_with_its_record(backoffice):
    party = ContractPartyFactory(described_as_en="Buyer")
    contract = party.contract
    save(backoffice, filled_in(backoffice, contract), **{"parties-0-described_as_en": "Seller"})
    page = history_of(backoffice, contract)
    assert ("described as [en]", "<del>Buyer</del>", "<ins>Seller</ins>") in told_changes(page)
    save(backoffice, filled_in(backoffice, contract), **{"parties-0-DELETE": "on"})
    assert not contract.parties.exists()
    assert "· removed" in history_of(backoffice, contract)


def test_a_new_part_is_told_without_what_everybody_knows(backoffice):
    event = full_event()
    form = filled_in(backoffice, event)
    photo = {"image": picture_upload(), "image_alt_en": "Signing", "order": "0", "event": event.pk}
    added = {f"photos-0-{name}": value for name, value in photo.items()}
    save(backoffice, form, **added, **{"photos-TOTAL_FORMS": "1"})
    told = [field for field, _before, _after in told_changes(history_of(backoffice, event))]
    assert "alternative text [en]" in told
    assert not {"event", "image width", "image height"} & set(told)


def test_the_words_of_two_cells_stay_two_words(backoffice):
    event = full_event()
    table = "<table><tr><th>Year</th><th>Value</th></tr><tr><td>2030</td><td>12</td></tr></table>"
    save(backoffice, filled_in(backoffice, event), report_en=table)
    after = {one[0]: one[2] for one in told_changes(history_of(backoffice, event))}
    assert re.sub("</?ins>", "", after["report [en]"]).split() == ["Year", "Value", "2030", "12"]


def test_two_versions_that_are_far_apart_are_compared(backoffice):
    project = ProjectFactory(title_en="One")
    for title in ("Two", "Three"):
        save(backoffice, filled_in(backoffice, project), title_en=title)
    page = history_of(backoffice, project)
    first, *_, last = sorted({int(one) for one in re.findall(r'name="from" value="(\d+)"', page)})
    page = history_of(backoffice, project, f"?from={first}&to={last}")
    assert told_changes(page)[0] == ("title [en]", "<del>One</del>", "<ins>Three</ins>")
    for wrong in ("?from=1&to=999999", "?from=x", f"?from={first}&to=&to="):
        assert "history__versions" in history_of(backoffice, project, wrong)


def test_an_older_version_comes_back_in_every_language_with_its_parts(backoffice):
    party = ContractPartyFactory(described_as_de="Käufer", described_as_zh_hans="买方")
    contract = party.contract
    before = {name: getattr(contract, f"title_{name}") for name in ("de", "en", "zh_hans")}
    save(
        backoffice,
        filled_in(backoffice, contract),
        title_de="Falsch",
        title_zh_hans="错",
        **{"parties-0-DELETE": "on"},
    )
    page = history_of(backoffice, contract)
    address = re.findall(r'href="([^"]+/history/\d+/)"', page)[-1]
    form = form_at(backoffice, address)
    response = backoffice.post(address, form)
    assert response.status_code == 302
    contract = Contract.objects.get()
    assert {name: getattr(contract, f"title_{name}") for name in before} == before
    back = contract.parties.get()
    assert (back.described_as_de, back.described_as_zh_hans) == ("Käufer", "买方")


def test_restoring_an_older_address_keeps_the_present_one_leading_on(backoffice, client):
    project = ProjectFactory(slug="old-address")
    save(backoffice, filled_in(backoffice, project), slug="new-address")
    address = re.findall(r'href="([^"]+/history/\d+/)"', history_of(backoffice, project))[-1]
    assert backoffice.post(address, form_at(backoffice, address)).status_code == 302
    assert client.get("/en/projects/old-address/").status_code == 200
    assert client.get("/en/projects/new-address/")["Location"] == "/en/projects/old-address/"


def appearances():
    """Who appears in which part of the programme, and as what."""
    return sorted(
        (one.programme_item.title_de, str(one.official_id), str(one.organisation_id), one.role)
        for one in Appearance.objects.all()
    )


def test_a_deleted_record_comes_back_with_everything_in_it(backoffice):
    event = full_event()
    names = sorted(one.title_de for one in event.programme.all())
    people = appearances()
    Contract.objects.all().delete()
    address = admin_address(Event, "delete", event.pk)
    assert backoffice.post(address, {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()
    page = backoffice.get(admin_address(Event, "recoverlist")).content.decode()
    address = re.search(r'href="([^"]+/recover/\d+/)"', page)[1]
    form = form_at(backoffice, address)
    assert backoffice.post(address, form).status_code == 302
    back = Event.objects.get()
    assert (back.title_de, back.title_zh_hans) == (event.title_de, event.title_zh_hans)
    assert sorted(one.title_de for one in back.programme.all()) == names
    assert appearances() == people != []


def test_records_deleted_from_the_list_come_back_too(backoffice):
    project = ProjectFactory()
    backoffice.post(
        admin_address(Project, "changelist"),
        {"action": "delete_selected", "_selected_action": [project.pk], "post": "yes"},
    )
    assert not Project.objects.exists()
    page = backoffice.get(admin_address(Project, "recoverlist")).content.decode()
    assert project.title_en in page or project.title_de in page


def test_deleted_records_come_back_for_thirty_days_and_are_forgotten_then(backoffice):
    kept = full_event()
    party = ContractPartyFactory(contract__title_en="Gone for good")
    for record in (party.contract, ProjectFactory(title_en="Gone lately")):
        backoffice.post(admin_address(type(record), "delete", record.pk), {"post": "yes"})
    save(backoffice, filled_in(backoffice, kept), **{"programme-0-DELETE": "on"})
    long_ago = timezone.now() - timedelta(days=31)
    Revision.objects.exclude(version__object_repr__startswith="Gone lately").update(
        date_created=long_ago
    )
    out = StringIO()
    call_command("purge_deleted", stdout=out)
    assert out.getvalue().count("Forgotten:") == 1
    assert "Gone for good" in out.getvalue()
    assert not Version.objects.get_for_object_reference(ContractParty, party.pk).exists()
    for model, words in ((Contract, "Gone for good"), (Project, "Gone lately")):
        page = backoffice.get(admin_address(model, "recoverlist")).content.decode()
        assert (words in page) == (model is Project)
    assert "· removed" in history_of(backoffice, kept)


def test_the_history_asks_as_often_for_many_versions_as_for_two(
    backoffice, django_assert_max_num_queries
):
    party = ContractPartyFactory()
    for number in range(4):
        save(backoffice, filled_in(backoffice, party.contract), title_en=f"Version {number}")
    with django_assert_max_num_queries(30):
        history_of(backoffice, party.contract)
    assert ContractParty.objects.count() == 1


def test_to_look_at_a_form_stores_no_version(backoffice):
    project = ProjectFactory()
    backoffice.get(admin_address(Project, "change", project.pk))
    backoffice.get(admin_address(Project, "changelist"))
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "new", ("", "<ins>new</ins>")),
        ("<b>", "<i>", ("<del>&lt;b&gt;</del>", "<ins>&lt;i&gt;</ins>")),
        ("交通云", "交通平台", ("交通<del>云</del>", "交通<ins>平台</ins>")),
        ("a  b", "a  b", ("a  b", "a  b")),
    ],
)
def test_words_that_went_and_came_are_marked(before, after, shown):
    assert compared(before, after) == shown


def test_what_a_record_names_among_several_is_not_deleted_from_under_it(backoffice):
    project, contract = ProjectFactory(), ContractFactory()
    place, partner = PlaceFactory(), OrganisationFactory()
    project.places.add(place)
    project.partners.add(partner)
    contract.sectors.add(sector := SectorFactory())
    for record, holder in ((place, project), (partner, project), (sector, contract)):
        address = admin_address(type(record), "delete", record.pk)
        assert holder.title_en in backoffice.get(address).content.decode()
        assert backoffice.post(address, {"post": "yes"}).status_code == 200
        listing = admin_address(type(record), "changelist")
        chosen = {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
        backoffice.post(listing, chosen)
        assert type(record).objects.filter(pk=record.pk).exists()


def test_while_an_older_version_is_looked_at_what_others_save_is_still_noted(
    backoffice, monkeypatch
):
    project = ProjectFactory()
    save(backoffice, filled_in(backoffice, project), title_en="Looked at")
    version = Version.objects.get_for_object(project).first()
    render, noted = ModelAdmin.render_change_form, []

    def in_the_middle(*args, **kwargs):
        noted.append(
            post_save.has_listeners(Project) and m2m_changed.has_listeners(Project.places.through)
        )
        return render(*args, **kwargs)

    monkeypatch.setattr(ModelAdmin, "render_change_form", in_the_middle)
    address = admin_address(Project, "revision", project.pk, version.pk)
    assert "Looked at" in backoffice.get(address).content.decode()
    assert noted == [True]
