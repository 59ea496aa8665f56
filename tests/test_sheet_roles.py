"""An import does for each row what the role of its editor allows: tried past every step."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Contract, Official
from guizhou_portal.backoffice.roles import Role
from guizhou_portal.backoffice.sheets.models import KeptSheet
from projects.models import Organisation, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    OfficialFactory,
    OrganisationFactory,
    ProjectFactory,
    SectorFactory,
)
from .forms import admin_address
from .sheets import DryRun, csv_of, exported, rows_of, upload

DENIED = "You may not change this record."


def sentences(client, model, *rows):
    """What is said against ``rows``."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    content = csv_of([{**dict.fromkeys(headers, ""), **row} for row in rows], headers)
    dry_run = DryRun(client, model, content)
    before = list(model.objects.order_by("pk").values())
    dry_run.apply()
    if dry_run.problems:
        assert not dry_run.may_apply
        assert list(model.objects.order_by("pk").values()) == before
    return [sentence for _line, _column, sentence in dry_run.problems]


def test_an_editor_imports_drafts_and_nothing_the_public_sees(signed_in):
    editor, sector = signed_in(Role.EDITOR), SectorFactory().slug
    draft, public = ProjectFactory(publication="draft"), ProjectFactory()
    new = {"slug": "new", "title_en": "New", "sector": sector}
    ours = {"slug": draft.slug, "title_en": "Ours", "sector": draft.sector.slug}
    assert sentences(editor, Project, new, {**ours, "publication": "review"}) == []
    draft.refresh_from_db()
    assert (draft.title_en, draft.publication) == ("Ours", "review")
    assert Project.objects.get(slug="new").publication == "draft"
    theirs = {"slug": public.slug, "title_en": "Mine now", "sector": public.sector.slug}
    assert sentences(editor, Project, theirs) == [DENIED]
    # What the file makes of the record does not open it.
    assert sentences(editor, Project, {**theirs, "publication": "draft"}) == [DENIED]
    # A public record in the file that does not change is in nobody's way.
    same = rows_of(exported(editor, Project, query=f"q={public.title_en}"))
    assert DryRun(editor, Project, csv_of(same)).problems == []


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_an_editor_does_not_publish_by_way_of_a_file(signed_in, state):
    editor, draft = signed_in(Role.EDITOR), OfficialFactory(publication="draft")
    new = {"slug": "new", "name": "NEW", "publication": state}
    for row in (new, {"slug": draft.slug, "name": draft.name, "publication": state}):
        (said,) = sentences(editor, Official, row)
        assert said.startswith("Only publishers decide")
    row = {"slug": "new", "name": "NEW", "publication": "published", "publish_at": "2031-01-01"}
    assert len(sentences(editor, Official, row)) == 2


def test_an_editor_changes_neither_parts_nor_partners_of_what_is_public(signed_in):
    party = ContractPartyFactory(organisation=OrganisationFactory(name_de="Öffentlich"))
    editor = signed_in(Role.EDITOR)
    (row,) = rows_of(exported(editor, Contract))
    assert sentences(editor, Contract, {**row, "party_1_side": "guizhou"}) == [DENIED]
    slug = party.organisation.slug
    assert sentences(editor, Organisation, {"slug": slug, "name_de": "Mein"}) == [DENIED]


def test_a_translator_imports_translated_texts_and_nothing_else(signed_in):
    contract = ContractFactory()
    ContractPartyFactory(contract=contract, described_as_de="Käufer")
    translator = signed_in(Role.TRANSLATOR)
    (row,) = rows_of(exported(translator, Contract))
    texts = {**row, "title_zh_hans": "标题", "party_1_described_as_zh_hans": "买方"}
    assert sentences(translator, Contract, texts) == []
    contract.refresh_from_db()
    assert contract.title_zh_hans == "标题"
    assert contract.parties.get().described_as_zh_hans == "买方"
    (row,) = rows_of(exported(translator, Contract))
    for wrong in (
        {"kind": "purchase"},
        {"publication": "draft"},
        {"party_1_side": "guizhou"},
        {"party_2_side": "guizhou", "party_2_organisation": "x"},
        {name: "" for name in row if name.startswith("party_1")},
    ):
        assert sentences(translator, Contract, {**row, **wrong}), wrong
    (said,) = sentences(translator, Contract, {**row, "slug": "new"})
    assert said == "No record has this address, and you may not add any."
    page = translator.get(admin_address(Contract, "import")).content.decode()
    assert "You may change records, but not add any." in page


def test_who_may_only_look_exports_and_imports_nothing(client, django_user_model):
    from django.contrib.auth.models import Permission

    official = OfficialFactory()
    reader = django_user_model.objects.create_user("reader", "", "x", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_official"))
    client.force_login(reader)
    content = exported(client, Official)
    assert rows_of(content)[0]["slug"] == official.slug
    page = client.get(admin_address(Official, "changelist")).content.decode()
    assert admin_address(Official, "export") in page
    assert admin_address(Official, "import") not in page
    assert client.get(admin_address(Official, "import")).status_code == 403
    assert upload(client, Official, content).status_code == 403
    assert not KeptSheet.objects.exists()


def test_an_enquiry_handler_and_a_visitor_get_no_file(signed_in, client):
    OfficialFactory()
    export = f"{admin_address(Official, 'export')}?format=csv"
    assert "/login/" in client.get(export)["Location"]
    handler = signed_in(Role.ENQUIRY_HANDLER)
    assert handler.get(export).status_code == 403
    assert handler.get(admin_address(Official, "import")).status_code == 403
    assert upload(handler, Official, b"slug;name\na;b").status_code == 403


def test_a_file_is_imported_by_who_chose_it_where_he_chose_it_within_the_hour(
    signed_in, django_user_model
):
    content = b"slug;name_de;kind\na;b;fund\n"
    theirs = DryRun(signed_in(Role.PUBLISHER), Organisation, content)
    client = signed_in(Role.ADMINISTRATOR)
    assert "Choose it again" in theirs.apply()  # another account
    own = DryRun(client, Organisation, content)
    client.cookies.clear()
    client.force_login(django_user_model.objects.get(username="ADMINISTRATOR"))
    assert "Choose it again" in own.apply()  # another session
    late = DryRun(client, Organisation, content)
    KeptSheet.objects.update(created=timezone.now() - timedelta(minutes=61))
    assert "Choose it again" in late.apply()
    other = DryRun(client, Organisation, content)
    other.address = admin_address(Official, "dry_run", other.address.split("/")[-2])
    assert "Choose it again" in other.apply()  # another kind of record
    assert not Organisation.objects.exists()


def test_what_was_allowed_at_the_first_step_is_asked_again_at_the_second(signed_in):
    editor, project = signed_in(Role.EDITOR), ProjectFactory(publication="draft")
    content = csv_of([{"slug": project.slug, "title_en": "Mine"}])
    dry_run = DryRun(editor, Project, content)
    Project.objects.update(publication="published")
    page = dry_run.apply()
    assert DENIED in page
    Project.objects.update(publication="draft")
    dry_run = DryRun(editor, Project, content)
    editor.get("/").wsgi_request.user.groups.clear()
    address = {"apply": "1", "shown": dry_run.shown}
    assert editor.post(dry_run.address, address).status_code == 403
    project.refresh_from_db()
    assert project.title_en != "Mine"


def test_a_publisher_publishes_by_file_and_reads_what_is_missing(signed_in):
    publisher, official = signed_in(Role.PUBLISHER), OfficialFactory(publication="review")
    row = {"slug": official.slug, "position_de": "Amt", "publication": "Published"}
    dry_run = DryRun(publisher, Official, csv_of([row]))
    assert "not complete: incomplete in English, incomplete in Chinese" in dry_run.page
    dry_run.apply()
    official.refresh_from_db()
    assert official.publication == "published"
