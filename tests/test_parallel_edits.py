"""Two editors at one record: nobody overwrites another without seeing it."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from events.models import Event
from guizhou_portal.pages.models import Operator
from projects.models import Enquiry, Project

from .factories import ContractPartyFactory, ProgrammeItemFactory, ProjectFactory, SectorFactory
from .forms import filled_in, save, told_changes

TOLD = "Somebody else saved this record while you were editing it."


@pytest.fixture
def colleague(client_for):
    return client_for("anna")


@pytest.fixture
def client_for(django_user_model):
    from django.test import Client

    def signed_in(name):
        user = django_user_model.objects.create_superuser(name, password="x", first_name="Anna")
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return signed_in


def send(client, form, **values):
    return client.post(form.address, {**form, **values})


def test_the_second_to_save_is_told_and_sees_both(backoffice, colleague):
    project = ProjectFactory(title_en="First title", description_en="<p>One</p>\n<p>Two</p>")
    mine, hers = filled_in(backoffice, project), filled_in(colleague, project)
    save(colleague, hers, title_en="Her title")
    lines = {"description_en": "<p>One</p>\r\n<p>Two</p>"}  # as browsers send them
    response = send(backoffice, mine, title_en="My title", **lines)
    page = response.content.decode()
    assert response.status_code == 200
    assert TOLD in page
    assert "Anna saved this record on" in page
    assert told_changes(response.content.decode()) == [
        ("Title [en]", "<del>Her</del> title", "<ins>My</ins> title")
    ]
    assert 'value="My title"' in page
    project.refresh_from_db()
    assert project.title_en == "Her title"


def test_after_reading_both_the_second_may_save(backoffice, colleague):
    project = ProjectFactory()
    mine = filled_in(backoffice, project)
    save(colleague, filled_in(colleague, project), title_en="Her title")
    page = send(backoffice, mine, title_en="My title").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    save(backoffice, mine, title_en="My title", seen=seen)
    project.refresh_from_db()
    assert project.title_en == "My title"


def test_a_part_saved_in_its_own_form_is_not_overwritten_by_the_whole(backoffice, colleague):
    item = ProgrammeItemFactory(title_en="First")
    mine = filled_in(backoffice, item.event)
    save(colleague, filled_in(colleague, item), title_en="Hers")
    response = send(backoffice, mine)
    assert TOLD in response.content.decode()
    item.refresh_from_db()
    assert item.title_en == "Hers"
    assert Event.objects.get().programme.count() == 1


def test_a_part_changed_by_another_is_told_too(backoffice, colleague):
    party = ContractPartyFactory(described_as_en="First")
    mine, hers = filled_in(backoffice, party.contract), filled_in(colleague, party.contract)
    save(colleague, hers, **{"parties-0-described_as_en": "Hers"})
    assert TOLD in send(backoffice, mine).content.decode()
    party.refresh_from_db()
    assert party.described_as_en == "Hers"


def test_choices_are_told_by_their_names(backoffice, colleague):
    project = ProjectFactory()
    other = SectorFactory(name_en="Other sector", name_de="Andere Branche")
    mine, hers = filled_in(backoffice, project), filled_in(colleague, project)
    save(colleague, hers, title_en="Her title")
    response = send(backoffice, mine, sector=other.pk, open_to_foreign_investors="false")
    told = {field: after for field, _before, after in told_changes(response.content.decode())}
    assert "Other" in told["Sector"]


def test_publishing_from_the_list_counts_as_a_change(backoffice, colleague):
    project = ProjectFactory(publication="draft")
    mine = filled_in(backoffice, project)
    colleague.post(
        "/admin/projects/project/", {"action": "publish", "_selected_action": [project.pk]}
    )
    assert TOLD in send(backoffice, mine).content.decode()
    project.refresh_from_db()
    assert project.publication == "published"


def test_one_editor_alone_is_never_stopped(backoffice):
    project = ProjectFactory()
    for title in ("One", "Two", "Three"):
        save(backoffice, filled_in(backoffice, project), title_en=title)
    assert Project.objects.get().title_en == "Three"


def test_enquiries_operator_and_accounts_are_not_overwritten_either(backoffice, colleague):
    enquiry = Enquiry.objects.create(
        name="SAMPLE Ada", email="ada@portal.example", message="Hello", consented_at=timezone.now()
    )
    operator, account = Operator.objects.create(), User.objects.create_user("carl", first_name="C")
    for record, theirs, ours in (
        (enquiry, {"internal_note": "Answered by phone"}, {"state": "spam"}),
        (operator, {"name": "Agency"}, {"email": "mail@portal.example"}),
        (account, {"roles": ["Editor"]}, {"first_name": "Carl"}),
    ):
        mine, hers = filled_in(backoffice, record), filled_in(colleague, record)
        save(colleague, hers, **theirs)
        page = send(backoffice, mine, **ours).content.decode()
        assert TOLD in page
        assert "Anna saved this record on" in page
        seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
        save(backoffice, mine, **ours, seen=seen)


def test_a_role_given_meanwhile_is_told_by_its_name(backoffice, colleague):
    account = User.objects.create_user("carl")
    mine = filled_in(backoffice, account)
    save(colleague, filled_in(colleague, account), roles=["Editor"])
    page = send(backoffice, mine, last_name="X").content.decode()
    told = {field: before for field, before, _after in told_changes(page)}
    assert "Editor" in told["Roles"]
    account.refresh_from_db()
    assert account.last_name == ""
