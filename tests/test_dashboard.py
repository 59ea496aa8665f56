"""What an editor sees first: what needs attention, each line leading to the records it is about."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from events.models import Contract, ContractParty, Event, Official, Photo, ProgrammeItem
from guizhou_portal import counted
from guizhou_portal.backoffice.attention import without_alternative_text
from guizhou_portal.backoffice.completeness import State, incomplete_in, language_states
from guizhou_portal.backoffice.links import link_fields, with_link
from guizhou_portal.translated import LANGUAGES as CODES
from projects.models import LocationFactor, Organisation, Place, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    PhotoFactory,
    ProjectFactory,
)
from .facts import LANGUAGES
from .forms import admin_address, filled_in, save


def findings(client):
    """``{words of the line: (number, address)}`` of the dashboard."""
    page = client.get("/admin/").content.decode()
    found = re.findall(
        r'href="([^"]+)"><svg(?:(?!</svg>).)*</svg><span class="findings__words">'
        r'<span class="findings__records">([^<]+)</span> ([^<]+)'
        r'(?:<small class="findings__age">[^<]+</small>)?</span>'
        r'<strong class="findings__number">(\d+)',
        page,
        re.S,
    )
    return {
        f"{kind} {words}": (int(number), unescape(address))
        for address, kind, words, number in found
    }


def listed(client, address):
    return client.get(address).content.decode().count('class="action-select"')


def test_each_line_counts_and_lists_the_same_records(backoffice):
    EventFactory(starts_at=None, slug="open")
    silent = EventFactory(starts_at=timezone.now())
    photo = PhotoFactory(event=silent)
    Photo.objects.filter(pk=photo.pk).update(
        image_alt_de="", image_alt_en="", image_alt_zh_hans=None
    )
    whole = ContractFactory(event=silent)
    for side in ContractParty.Side.values:
        ContractPartyFactory(contract=whole, side=side)
    half = ContractFactory(event=silent)
    ContractPartyFactory(contract=half, side="guizhou")
    ContractFactory(event=silent)
    ProjectFactory(publication="draft", title_zh_hans="")
    ProjectFactory(publish_at=timezone.now() + timedelta(days=1), title_en=None)
    old = OfficialFactory()
    type(old).objects.update(updated=timezone.now() - timedelta(days=366))
    lines = findings(backoffice)
    for words, number in {
        "Events without date": 1,
        "Events photo without alternative text": 1,
        "Contracts without parties on both sides": 2,
        "Projects kept as a draft": 1,
        "Projects scheduled": 1,
        "Projects incomplete in Chinese": 1,
        "Projects incomplete in English": 1,
        "Officials not changed for a year": 1,
    }.items():
        counted, address = lines[words]
        assert counted == number, words
        assert listed(backoffice, address) == number, words
    assert "Projects incomplete in German" not in lines


def test_the_source_content_needs_only_what_nobody_has_published(portal, backoffice):
    assert set(findings(backoffice)) == {"Events without date"}


@pytest.mark.django_db
def test_the_list_and_the_row_agree_on_what_is_incomplete():
    ProjectFactory(summary_de="only", summary_en="", summary_zh_hans="")
    ProjectFactory(title_en="")
    ProjectFactory(tagline_de="", tagline_en=None, tagline_zh_hans="")
    for language in LANGUAGES:
        listed = set(Project.objects.filter(incomplete_in(Project, language)))
        rows = {
            project
            for project in Project.objects.all()
            for one in language_states(project)
            if one.language == language and one.state is not State.COMPLETE
        }
        assert listed == rows, language


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [Contract, Event, LocationFactor, Official, Organisation, Place, ProgrammeItem, Project],
)
def test_of_many_records_an_index_knows_which_are_not_complete(model):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # of so few records it would read all
            cursor.execute("SET LOCAL enable_seqscan = off")
    conditions = [incomplete_in(model, code) for code in CODES]
    if without_alternative_text(model):
        conditions.append(without_alternative_text(model))
    if link_fields(model):
        conditions.append(with_link(model))
    for condition in conditions:
        (index,) = [one for one in model._meta.indexes if one.condition == condition]
        assert f" {index.name}" in model.objects.filter(condition)[:9].explain()


def test_of_very_many_the_dashboard_says_that_there_are_more(backoffice, monkeypatch):
    monkeypatch.setattr(counted, "MOST", 2)
    for _ in range(2):
        ProjectFactory(title_en="")
    for _ in range(3):
        ProjectFactory(title_zh_hans="")
    page = backoffice.get("/admin/").content.decode()
    assert re.findall(
        r'incomplete in (\w+)</span><strong class="findings__number">([^<]+)', page
    ) == [
        ("English", "2"),
        ("Chinese", "more than 2"),
    ]


def test_the_dashboard_asks_as_often_for_many_records_as_for_none(
    backoffice, django_assert_max_num_queries
):
    backoffice.get("/admin/")
    for _ in range(12):
        ContractFactory()
    with django_assert_max_num_queries(25):
        page = backoffice.get("/admin/")
    assert page.status_code == 200


def test_an_editor_sees_only_what_concerns_records_he_may_see(client, django_user_model):
    ProjectFactory(publication="draft")
    EventFactory(starts_at=None)
    editor = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    editor.user_permissions.add(Permission.objects.get(codename="view_project"))
    client.force_login(editor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert set(findings(client)) == {"Projects kept as a draft"}
    menu = client.get("/admin/").content.decode()
    assert admin_address(Project, "changelist") in menu
    assert admin_address(Event, "changelist") not in menu
    assert admin_address(Project, "add") not in menu


def test_the_menu_stands_in_the_order_editors_think_of(backoffice):
    page = backoffice.get("/admin/").content.decode()
    sidebar = page[page.index('id="nav-sidebar"') : page.index("</nav>", page.index("nav-sidebar"))]
    names = re.findall(r'sections__name"><svg.*?</svg>([^<]+)<', sidebar, re.S)
    assert names == [
        "Conferences",
        "People and organisations",
        "Contracts",
        "Projects",
        "Location",
        "Enquiries",
        "Site",
        "Accounts",
    ]
    for model in admin.site._registry:
        assert admin_address(model, "changelist") in sidebar


def test_the_latest_changes_name_who_and_what(backoffice):
    contract = ContractFactory()
    backoffice.post(
        admin_address(Contract, "changelist"),
        {"action": "make_draft", "_selected_action": [contract.pk]},
    )
    page = backoffice.get("/admin/").content.decode()
    change = page[page.index('class="changes"') :]
    assert admin_address(Contract, "change", contract.pk) in change
    assert "Changed publication" in change


def test_the_latest_changes_name_fields_in_the_language_of_who_reads(backoffice):
    official = OfficialFactory()
    save(backoffice, filled_in(backoffice, official), position_de="Musteramt", portrait_credit="Me")
    backoffice.post(admin_address(Official, "delete", official.pk), {"post": "yes"})
    backoffice.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    page = backoffice.get("/admin/").content.decode()
    assert "Amt [de] und Bildnachweis geändert." in page


def test_a_filter_offers_only_the_countries_that_occur(backoffice):
    EventFactory(country="DE")
    EventFactory(country="CH")
    page = backoffice.get(admin_address(Event, "changelist")).content.decode()
    offered = re.findall(r"country__exact=(\w+)", page)
    assert sorted(offered) == ["CH", "DE"]


def test_publishing_says_what_is_still_missing_and_publishes(backoffice):
    contract = ContractFactory(publication="draft", title_zh_hans="")
    form = filled_in(backoffice, contract)
    response = backoffice.post(form.address, {**form, "publication": "published"}, follow=True)
    page = response.content.decode()
    assert "Published, but not complete:" in page
    assert "without parties on both sides, incomplete in Chinese" in page
    assert 'class="warning"' in page
    assert Contract.objects.published().exists()


def test_publishing_from_the_list_warns_of_each_record_that_is_not_complete(backoffice):
    whole, half = ProjectFactory(publication="draft"), ProjectFactory(publication="draft")
    Project.objects.filter(pk=half.pk).update(title_en="")
    response = backoffice.post(
        admin_address(Project, "changelist"),
        {"action": "publish", "_selected_action": [whole.pk, half.pk]},
        follow=True,
    )
    page = response.content.decode()
    assert "2 records are published now." in page
    assert page.count("Published, but not complete:") == 1
    assert "incomplete in English" in page


def test_a_draft_may_be_as_incomplete_as_it_likes(backoffice):
    contract = ContractFactory(publication="draft", title_zh_hans="")
    form = filled_in(backoffice, contract)
    page = backoffice.post(form.address, form, follow=True).content.decode()
    assert "not complete" not in page
