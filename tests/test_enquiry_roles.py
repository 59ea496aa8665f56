"""Enquiries are their handlers' alone: straight on, by detours, and by another site's hand."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from guizhou_portal.backoffice.roles import Role
from projects.models import AnswerTemplate, Project

from .enquiries import LIST, attached, enquiry, page_of, read, user
from .factories import OrganisationFactory, ProjectFactory
from .forms import admin_address


def test_an_editor_learns_nothing_of_enquiries(signed_in):
    one = enquiry(mails=["refused"])
    for role in (Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER):
        client = signed_in(role)
        page = read(client, "/admin/")
        assert "nquir" not in page
        for address in (LIST, page_of(one), page_of(one, "answer"), page_of(one, "history")):
            assert client.get(address).status_code == 403
        for address in (page_of(one, "handle"), page_of(one, "mail", one.mails.get().pk)):
            assert client.post(address, {"step": "close"}).status_code == 403
        words = {"subject": "x", "body": "y", "answers": "0"}
        assert client.post(page_of(one, "answer"), words).status_code == 403
        assert client.get(admin_address(AnswerTemplate, "changelist")).status_code == 403
    one.refresh_from_db()
    assert (one.state, one.mails.get().state) == ("new", "refused")


def test_an_attachment_is_nobodys_who_does_not_see_its_enquiry(handler, signed_in, client):
    one, other = enquiry(), enquiry()
    file = attached(one)
    address = page_of(one, "file", file.pk)
    assert handler.get(page_of(other, "file", file.pk)).status_code == 404
    for role in (Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER):
        assert signed_in(role).get(address).status_code == 403
    client.logout()
    assert "/login/" in client.get(address)["Location"]


def test_whoever_may_only_read_changes_and_sends_nothing(signed_in):
    one = enquiry(mails=["refused"])
    reader = signed_in()
    user("nobody").user_permissions.add(Permission.objects.get(codename="view_enquiry"))
    page = read(reader, page_of(one))
    assert "We would like to know more." in page
    for address in (page_of(one, "answer"), page_of(one, "handle")):
        assert address not in page
        assert reader.post(address, {"step": "close"}).status_code == 403
    assert "Send again" not in page
    assert reader.post(page_of(one, "mail", one.mails.get().pk)).status_code == 403


@pytest.mark.parametrize("key", ["9" * 30, "²", "x", "0"])
def test_an_enquiry_that_cannot_exist_is_not_found(handler, key):
    for page in ("answer", "mails/1", "files/1"):
        assert handler.get(f"{LIST}{key}/{page}/").status_code == 404
    for page in ("handle", "mails/1"):
        assert handler.post(f"{LIST}{key}/{page}/", {"step": "close"}).status_code == 404


def test_no_other_site_makes_a_handler_answer(handler):
    one = enquiry(mails=["refused"])
    victim = Client(enforce_csrf_checks=True)
    victim.force_login(user())
    for address in (
        page_of(one, "answer"),
        page_of(one, "handle"),
        page_of(one, "mail", one.mails.get().pk),
    ):
        response = victim.post(address, {"step": "close", "subject": "x", "body": "y"})
        assert response.status_code == 403
    assert handler.post(page_of(one, "handle"), {"step": "delete"}).status_code == 404


@pytest.mark.parametrize("role", [Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER])
@pytest.mark.parametrize("relation", ["enquiries", "shortlisted_in"])
def test_a_list_does_not_say_which_projects_somebody_wrote_about(signed_in, role, relation):
    project = ProjectFactory()
    one = enquiry(project=project)
    one.shortlist.set([project])
    client, address = signed_in(role), admin_address(Project, "changelist")
    for lookup in ("", "__exact", "__id__exact", "__pk__gte"):
        answer = client.get(f"{address}?{relation}{lookup}={one.pk}")
        assert answer["Location"] == f"{address}?e=1"
    assert client.get(f"{address}?{relation}__isnull=0")["Location"] == f"{address}?e=1"
    export = client.get(f"{address}export/?format=csv&{relation}__isnull=0")
    assert export.status_code == 302


def test_a_project_on_a_shortlist_is_deleted_and_nobody_told_of_the_enquiry(signed_in):
    publisher, project = signed_in(Role.PUBLISHER), ProjectFactory(title_en="Traffic cloud")
    project.partners.add(OrganisationFactory())
    enquiry(project=project).shortlist.set([project])
    chosen = {"action": "delete_selected", "_selected_action": project.pk}
    address = admin_address(Project, "delete", project.pk)
    for page in (
        read(publisher, address),
        publisher.post(admin_address(Project, "changelist"), chosen).content.decode(),
    ):
        assert "Traffic cloud" in page
        assert "relationship" not in page
        assert "nquir" not in page
    publisher.post(address, {"post": "yes"})
    assert not Project.objects.exists()


def test_what_joins_an_enquiry_to_its_shortlist_is_not_listed_when_it_is_deleted(handler):
    one = enquiry()
    attached(one)
    one.shortlist.set([ProjectFactory()])
    page = read(handler, page_of(one, "delete"))
    assert "Offer of Ada.pdf" in page
    assert "relationship" not in page
