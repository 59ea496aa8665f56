"""Detours by which a role might reach what it may not: each ends where the straight way does."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from reversion.models import Version

from events.models import Event, ProgrammeItem
from guizhou_portal.backoffice.roles import Role
from projects.models import Enquiry, Project

from .factories import EventFactory, ProgrammeItemFactory, ProjectFactory
from .forms import admin_address, empty, filled_in, form_at, save


@pytest.fixture
def enquiry(db):
    return Enquiry.objects.create(
        name="SAMPLE Ada", email="ada@portal.example", message="Hello", consented_at=timezone.now()
    )


def latest_version(record, position=0):
    return Version.objects.get_for_object(record)[position].pk


# --- drafts stay unseen -------------------------------------------------------------------------


def test_an_enquiry_does_not_tell_its_handler_the_name_of_a_draft(signed_in, enquiry):
    handler = signed_in(Role.ENQUIRY_HANDLER)
    draft, public = ProjectFactory(publication="draft", title_en="Secret plan"), ProjectFactory()
    enquiry.project = public
    enquiry.save()
    form = filled_in(handler, enquiry)
    assert "project" not in form
    page = handler.post(form.address, {**form, "project": str(draft.pk)}, follow=True)
    assert "Secret plan" not in page.content.decode()
    enquiry.refresh_from_db()
    assert enquiry.project == public


def test_an_enquiry_about_a_project_that_was_withdrawn_is_answered_all_the_same(signed_in, enquiry):
    handler = signed_in(Role.ENQUIRY_HANDLER)
    enquiry.project = ProjectFactory(publication="withdrawn")
    enquiry.save()
    save(handler, filled_in(handler, enquiry), state="answered")
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.project.publication) == ("answered", "withdrawn")


def test_a_key_does_not_lead_to_the_address_of_a_draft(signed_in, backoffice):
    draft = ProjectFactory(publication="draft", title_en="Secret plan")
    shortcut = f"/admin/r/{ContentType.objects.get_for_model(draft).pk}/{draft.pk}/"
    for client in (backoffice, signed_in(Role.ENQUIRY_HANDLER)):
        answer = client.get(shortcut)
        assert "secret" not in answer.get("Location", "")
        assert answer.status_code == 404


# --- versions -----------------------------------------------------------------------------------


def test_an_older_draft_does_not_take_its_part_back_from_a_public_record(signed_in, backoffice):
    draft, public = EventFactory(publication="draft"), EventFactory()
    item = ProgrammeItemFactory(event=draft)
    save(backoffice, filled_in(backoffice, draft), city_de="Bonn")
    save(backoffice, filled_in(backoffice, item), event=str(public.pk))
    address = admin_address(Event, "revision", draft.pk, latest_version(draft))
    editor = signed_in(Role.EDITOR)
    assert editor.get(address).status_code == 403
    assert editor.post(address, filled_in(editor, draft)).status_code == 403
    assert public.programme.get() == item


def test_an_editor_reads_the_history_of_a_part_whose_former_whole_is_gone(signed_in, backoffice):
    former, present = EventFactory(publication="draft"), EventFactory(publication="draft")
    item = ProgrammeItemFactory(event=former)
    save(backoffice, filled_in(backoffice, item), title_en="Renamed")
    save(backoffice, filled_in(backoffice, item), event=str(present.pk))
    backoffice.post(admin_address(Event, "delete", former.pk), {"post": "yes"})
    editor = signed_in(Role.EDITOR)
    history = admin_address(ProgrammeItem, "history", item.pk)
    assert "Renamed" in editor.get(history).content.decode()
    address = admin_address(ProgrammeItem, "revision", item.pk, latest_version(item, 1))
    assert "Bring that one back first." in editor.get(address, follow=True).content.decode()


def test_a_deleted_part_comes_back_after_its_whole_and_not_before(backoffice):
    event = EventFactory(title_en="Conference")
    item = ProgrammeItemFactory(event=event, title_en="Panel")
    backoffice.post(admin_address(ProgrammeItem, "delete", item.pk), {"post": "yes"})
    backoffice.post(admin_address(Event, "delete", event.pk), {"post": "yes"})
    part, whole = (Version.objects.get_deleted(model).get().pk for model in (ProgrammeItem, Event))
    address = admin_address(ProgrammeItem, "recover", part)
    for answer in (backoffice.get(address, follow=True), backoffice.post(address, follow=True)):
        assert "Bring that one back first." in answer.content.decode()
    save(backoffice, form_at(backoffice, admin_address(Event, "recover", whole)))
    save(backoffice, form_at(backoffice, address))
    assert Event.objects.get().programme.get().title_en == "Panel"


# --- addresses ----------------------------------------------------------------------------------


def test_an_editors_draft_does_not_take_a_former_address_from_a_public_record(signed_in, client):
    public = ProjectFactory(slug="old")
    public.slug = "new"
    public.save()
    editor, draft = signed_in(Role.EDITOR), ProjectFactory(publication="draft")
    form = filled_in(editor, draft)
    page = editor.post(form.address, {**form, "slug": "old"}).content.decode()
    assert "whose address is new now" in page
    save(editor, empty(editor, Project), title_en="Old", sector=str(public.sector_id))
    assert Project.objects.latest("pk").slug == "old-2"
    assert client.get("/en/projects/old/")["Location"] == "/en/projects/new/"


def test_a_publisher_gives_a_former_address_to_another_record(signed_in):
    former = ProjectFactory(slug="old")
    former.slug = "new"
    former.save()
    publisher, project = signed_in(Role.PUBLISHER), ProjectFactory()
    save(publisher, filled_in(publisher, project), slug="old")
    project.refresh_from_db()
    assert project.slug == "old"
