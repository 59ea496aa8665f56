"""A record before the public sees it: its way through review, its preview, links to share it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from events.models import Event
from guizhou_portal.publishing.models import PreviewLink
from projects.models import Project

from .factories import (
    ContractFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    ProjectFactory,
)
from .facts import LANGUAGES
from .forms import admin_address, filled_in, save


def preview_address(record, *language):
    kind = "preview_page" if language else "preview"
    return admin_address(type(record), kind, record.pk, *language)


@pytest.fixture
def draft(db):
    return ProjectFactory(publication="draft", slug="secret-plan")


@pytest.fixture
def link(draft, backoffice):
    backoffice.post(preview_address(draft), {"make": "1"})
    return PreviewLink.objects.get()


@pytest.mark.parametrize("state", ["draft", "review", "withdrawn"])
def test_only_published_records_are_public(db, client, state):
    for make in (ProjectFactory, EventFactory, ContractFactory, OfficialFactory):
        record = make(publication=state)
        assert client.get(record.get_absolute_url()).status_code == 404
        assert record.get_absolute_url() not in client.get("/sitemap.xml").content.decode()


def test_a_record_goes_from_draft_through_review_to_the_public_and_back(backoffice, client, draft):
    listing = admin_address(Project, "changelist")
    chosen = {"_selected_action": [draft.pk]}
    for action, state, words in (
        ("ask_for_review", "review", "1 record is in review now."),
        ("publish", "published", "1 record is published now."),
        ("withdraw", "withdrawn", "1 record is withdrawn now."),
    ):
        response = backoffice.post(listing, {"action": action, **chosen}, follow=True)
        assert words in response.content.decode()
        found = backoffice.get(listing, {"state": state}).content.decode()
        assert found.count('class="action-select"') == 1
        assert f"state--{state}" in found
        public = client.get(draft.get_absolute_url()).status_code
        assert public == (200 if state == "published" else 404)


def test_a_withdrawn_record_keeps_no_time_of_publication(backoffice):
    project = ProjectFactory(publish_at=timezone.now() + timedelta(days=1))
    form = filled_in(backoffice, project)
    response = backoffice.post(form.address, {**form, "publication": "withdrawn"})
    assert "Only a published record has a publication time" in response.content.decode()
    save(backoffice, form, publication="withdrawn", publish_at_0="", publish_at_1="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_preview_is_the_public_page_with_a_mark(backoffice, client, draft, language):
    response = backoffice.get(preview_address(draft, language))
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    assert 'class="preview-bar"' in page
    assert '<meta name="robots" content="noindex">' in page
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]
    assert "not see this page" in page or language != "en"
    draft.publication = "published"
    draft.save()
    if language == "en":
        again = backoffice.get(preview_address(draft, language)).content.decode()
        assert "Preview: this page is public." in again
    public = client.get(f"/{language}/projects/secret-plan/").content.decode()
    main = public[public.index("<main") : public.index("</main>")]
    assert main in page
    assert "preview-bar" not in public


def test_every_record_with_a_page_has_a_preview_in_all_states(backoffice):
    for make in (ProjectFactory, EventFactory, ContractFactory, OfficialFactory):
        for state in ("draft", "review", "published", "withdrawn"):
            record = make(publication=state)
            frame = backoffice.get(preview_address(record)).content.decode()
            assert preview_address(record, "en") in frame
            assert backoffice.get(preview_address(record, "en")).status_code == 200
            form = backoffice.get(admin_address(type(record), "change", record.pk))
            assert preview_address(record) in form.content.decode()


def test_a_record_without_a_page_says_so(backoffice):
    factor = LocationFactorFactory(publication="draft")
    assert "no page of its own" in backoffice.get(preview_address(factor)).content.decode()
    assert backoffice.get(preview_address(factor, "en")).status_code == 404


def test_a_link_shows_the_preview_to_somebody_without_an_account(client, draft, link):
    for language in LANGUAGES:
        response = client.get(f"/preview/{link.token}/{language}/")
        page = response.content.decode()
        assert response.status_code == 200
        assert getattr(draft, f"title_{language.replace('-', '_')}") in page
        for other in LANGUAGES:
            assert f'href="/preview/{link.token}/{other}/"' in page
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies


def test_a_link_ends_when_it_is_revoked_or_old_or_its_record_is_gone(
    backoffice, client, draft, link
):
    address = f"/preview/{link.token}/en/"
    assert client.get(address).status_code == 200
    PreviewLink.objects.update(created=timezone.now() - timedelta(days=7, seconds=1))
    assert client.get(address).status_code == 404
    PreviewLink.objects.update(created=timezone.now())
    backoffice.post(preview_address(draft), {"revoke": link.pk})
    assert client.get(address).status_code == 404
    PreviewLink.objects.update(revoked=None)
    draft.delete()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["1", "MQ:1abcde:xyz", "..", "%00", "x" * 3000])
def test_a_made_up_link_leads_nowhere(client, link, token):
    assert client.get(f"/preview/{token}/en/").status_code == 404
    assert client.get(f"/preview/{link.token}x/en/").status_code == 404
    assert client.get(f"/preview/{link.token}/fr/").status_code == 404
    assert client.post(f"/preview/{link.token}/en/").status_code == 405


def test_a_preview_is_for_those_who_may_see_the_record(client, draft, django_user_model):
    assert client.get(preview_address(draft, "en")).status_code == 302
    editor = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    client.force_login(editor)
    for address in (preview_address(draft), preview_address(draft, "en")):
        assert client.get(address).status_code == 403
    editor.user_permissions.add(Permission.objects.get(codename="view_project"))
    assert client.get(preview_address(draft, "en")).status_code == 200
    assert client.post(preview_address(draft), {"make": "1"}).status_code == 403
    assert not PreviewLink.objects.exists()


def test_a_link_of_another_record_is_not_revoked_here(backoffice, draft, link):
    other = ProjectFactory()
    backoffice.post(preview_address(other), {"revoke": link.pk})
    event = EventFactory(pk=draft.pk)
    backoffice.post(preview_address(event), {"revoke": link.pk})
    assert PreviewLink.objects.valid().count() == 1
    for wrong in ("0", "999999", "abc", ""):
        backoffice.get(admin_address(Event, "preview", wrong or "x"))


def test_drafts_inside_a_preview_stay_hidden(backoffice):
    """As on the public page: what is not published itself is not shown."""
    event = EventFactory(publication="draft")
    hidden = ContractFactory(event=event, publication="draft")
    page = backoffice.get(preview_address(event, "en")).content.decode()
    assert hidden.title_en not in page
