"""The admin around its forms: lists, searches, links, languages, and who may see it."""

import re

import pytest
from django.contrib import admin
from django.utils import timezone

from events.models import Contract, Event, ProgrammeItem
from guizhou_portal.pages.models import Operator
from projects.models import (
    Organisation,
    Project,
)

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    full_event,
)
from .facts import LANGUAGES
from .forms import OWN, admin_address, filled_in, save


@pytest.mark.parametrize(
    "language",
    [one if one == "de" else pytest.param(one, marks=pytest.mark.thorough) for one in LANGUAGES],
)
def test_every_list_form_search_and_filter_answers_in_each_language(portal, backoffice, language):
    full_event()
    headers = {"accept-language": language}
    assert backoffice.get("/admin/", headers=headers).status_code == 200
    for model, site in admin.site._registry.items():
        if model not in OWN or model is Operator:
            continue
        listing = admin_address(model, "changelist")
        assert backoffice.get(listing, headers=headers).status_code == 200, model
        if site.search_fields:
            assert backoffice.get(f"{listing}?q=Sample", headers=headers).status_code == 200
        for one in site.list_filter:
            response = backoffice.get(f"{listing}?{one}__isnull=False", headers=headers)
            assert response.status_code in (200, 302), (model, one)
        assert backoffice.get(f"/admin/{model._meta.app_label}/")["Location"] == "/admin/"
        record = model.objects.first()
        if record:
            page = backoffice.get(admin_address(model, "change", record.pk), headers=headers)
            assert f'<html lang="{language}"' in page.content.decode()


def test_a_search_finds_a_record_by_its_name_in_any_language(portal, backoffice):
    listing = admin_address(Project, "changelist")
    for words in ("Verkehrs-Cloud", "Traffic cloud", "交通云"):
        page = backoffice.get(listing, {"q": words}).content.decode()
        assert page.count('class="action-select"') == 1, words
    address = "/admin/autocomplete/"
    for term in ("百度", "baidu"):
        found = backoffice.get(
            address,
            {
                "app_label": "projects",
                "model_name": "locationfactor",
                "field_name": "organisation",
                "term": term,
            },
        ).json()
        assert len(found["results"]) == 1


def test_records_are_published_and_withdrawn_from_the_list(backoffice):
    drafts = [ProjectFactory(publication="draft"), ProjectFactory(publication="draft")]
    listing = admin_address(Project, "changelist")
    chosen = {"_selected_action": [record.pk for record in drafts]}
    response = backoffice.post(listing, {"action": "publish", **chosen}, follow=True)
    assert "2 records are published now." in response.content.decode()
    assert backoffice.get(drafts[0].get_absolute_url()).status_code == 200
    backoffice.post(listing, {"action": "make_draft", **chosen})
    assert backoffice.get(drafts[0].get_absolute_url()).status_code == 404
    history = backoffice.get(admin_address(Project, "history", drafts[0].pk)).content.decode()
    assert history.count('<th scope="row">publication</th>') == 2


def test_a_later_time_of_publication_keeps_the_page_back(backoffice):
    project = ProjectFactory()
    tomorrow = timezone.localtime() + timezone.timedelta(days=1)
    save(
        backoffice,
        filled_in(backoffice, project),
        publish_at_0=tomorrow.strftime("%Y-%m-%d"),
        publish_at_1="10:00",
    )
    assert backoffice.get(project.get_absolute_url()).status_code == 404
    listing = admin_address(Project, "changelist")
    for state, number in (("scheduled", 1), ("published", 0), ("draft", 0)):
        page = backoffice.get(listing, {"state": state}).content.decode()
        assert page.count('class="action-select"') == number, state


@pytest.mark.parametrize(
    "factory",
    [EventFactory, OfficialFactory, ContractFactory, ProjectFactory, LocationFactorFactory],
)
def test_a_published_record_is_one_click_from_its_page_in_each_language(backoffice, factory):
    record = factory()
    page = backoffice.get(admin_address(type(record), "change", record.pk)).content.decode()
    links = re.findall(r'<a href="([^"]+)" class="viewsitelink" ', page)
    assert [link.split("/")[1] for link in links] == list(LANGUAGES)
    for link in links:
        assert backoffice.get(link.split("#")[0]).status_code == 200
    record.publication = "draft"
    record.save()
    page = backoffice.get(admin_address(type(record), "change", record.pk)).content.decode()
    assert "viewsitelink" not in page


def test_the_list_says_which_languages_are_complete(backoffice):
    ProjectFactory(title_zh_hans="", summary_de="Nur deutsch")
    page = backoffice.get(admin_address(Project, "changelist")).content.decode()
    states = re.findall(r'language-state--(\w+)" title="([^"]+)"', page)
    assert states == [
        ("complete", "Deutsch: complete"),
        ("partial", "English: partial"),
        ("missing", "中文: missing"),
    ]


def changes_of(model):
    return [admin_address(model, "change", record.pk) for record in model.objects.all()[:1]]


def test_nothing_in_the_admin_comes_from_another_host(portal, backoffice):
    for model in OWN:
        for address in (admin_address(model, "changelist"), *changes_of(model)):
            page = backoffice.get(address, follow=True).content.decode()
            loaded = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', page)
            assert loaded
            assert all(one.startswith("/") and not one.startswith("//") for one in loaded), address


def test_a_record_others_refer_to_is_not_deleted_with_a_traceback(backoffice):
    organisation = AppearanceFactory(official=None, organisation=OrganisationFactory()).organisation
    ContractPartyFactory(organisation=organisation)
    address = admin_address(Organisation, "delete", organisation.pk)
    page = backoffice.get(address).content.decode()
    assert "cannot be deleted as long as these records name it" in page
    assert admin_address(Organisation, "change", organisation.pk) in page
    assert backoffice.post(address, {"post": "yes"}).status_code == 200
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_the_interface_changes_its_language_and_comes_back_to_the_same_page(backoffice):
    item = ProgrammeItemFactory()
    address = admin_address(ProgrammeItem, "change", item.pk)
    response = backoffice.post(
        "/admin/language/setlang/", {"language": "zh-hans", "next": address}, follow=True
    )
    assert response.request["PATH_INFO"] == address
    assert '<html lang="zh-hans"' in response.content.decode()


def test_strangers_see_the_sign_in_and_nothing_else(portal, client):
    for model in OWN:
        for address in (admin_address(model, "changelist"), *changes_of(model)):
            response = client.get(address)
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("query", ["event=abc", f"event={'9' * 23}", "starts_at=x", "nothing=1"])
def test_a_form_ignores_what_it_cannot_be_filled_in_with(backoffice, query):
    for model in (Contract, Event, ProgrammeItem):
        assert backoffice.get(f"{admin_address(model, 'add')}?{query}").status_code == 200
    event = EventFactory()
    page = backoffice.get(f"{admin_address(Contract, 'add')}?event={event.pk}").content.decode()
    assert event.title_en in page
    words = "a title longer than any number"
    page = backoffice.get(admin_address(Contract, "add"), {"title_en": words}).content.decode()
    assert f'value="{words}"' in page


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Anmelden"), ("en", "Log in"), ("zh-hans", "登录")]
)
def test_the_sign_in_is_in_the_editors_language(db, client, language, words):
    page = client.get("/admin/login/", headers={"accept-language": language}).content.decode()
    assert words in page
    assert 'name="password"' in page


def test_a_record_with_many_parts_is_changed_with_few_queries(
    backoffice, django_assert_max_num_queries
):
    event = full_event(10)
    for record in (event, event.programme.first(), event.contracts.first()):
        with django_assert_max_num_queries(40):
            backoffice.get(admin_address(type(record), "change", record.pk))
    for model in OWN[:-1]:
        with django_assert_max_num_queries(20):
            backoffice.get(admin_address(model, "changelist"))


def test_a_form_is_headed_by_its_record_its_state_and_the_number_of_its_parts(backoffice):
    event = ProgrammeItemFactory(event__publication="draft").event
    page = backoffice.get(admin_address(Event, "change", event.pk)).content.decode()
    assert f"<h1>{event.title_en}</h1>" in page
    assert 'class="form-state"><span class="state state--draft">' in page
    assert re.search(r"Programme items \(1\)\s+</h2>", page)
    assert re.search(r"Photos\s+</h2>", page)


@pytest.mark.parametrize("model", OWN)
def test_a_list_is_headed_by_what_it_lists(portal, backoffice, model):
    address = admin_address(model, "changelist")
    page = backoffice.get(address, follow=model is Operator).content.decode()
    name = model._meta.verbose_name_plural
    expected = "Add operator" if model is Operator else name[:1].upper() + name[1:]
    assert f"<h1>{expected}</h1>" in page
