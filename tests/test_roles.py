"""What each role may do, and what happens when it tries more: always decided on the server."""

import re

import pytest
from django.utils import timezone
from reversion.models import Version

from events.models import Contract, Event, Official, ProgrammeItem
from guizhou_portal.backoffice.roles import Role
from guizhou_portal.pages.models import Operator, Page
from guizhou_portal.publishing.models import PreviewLink
from projects.models import Enquiry, Organisation, Project, Sector

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
)
from .forms import AdminForm, admin_address, empty, filled_in, form_at, save


def status(client, model, action, *args, **values):
    address = admin_address(model, action, *args)
    return (client.post(address, values) if values else client.get(address)).status_code


def act(client, action, *records):
    """Send an action of the list for ``records``; the page that follows."""
    keys = [record.pk for record in records]
    address = admin_address(type(records[0]), "changelist")
    values = {"action": action, "_selected_action": keys, "post": "yes"}
    return client.post(address, values, follow=True).content.decode()


def states():
    return set(Project.objects.values_list("publication", flat=True))


# --- editor -------------------------------------------------------------------------------------


def test_an_editor_writes_a_draft_and_asks_for_its_review(signed_in):
    editor, sector = signed_in(Role.EDITOR), SectorFactory()
    save(editor, empty(editor, Project), title_en="Sample plan", sector=str(sector.pk))
    project = Project.objects.get()
    form = filled_in(editor, project)
    assert "publish_at_0" not in form
    save(editor, form, publication="review")
    assert states() == {"review"}
    assert "1 record is a draft now." in act(editor, "make_draft", project)


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_an_editor_does_not_decide_what_the_public_sees(signed_in, state):
    editor, project = signed_in(Role.EDITOR), ProjectFactory(publication="review")
    form = filled_in(editor, project)
    page = editor.post(form.address, {**form, "publication": state, "title_en": "Changed"})
    assert "Select a valid choice" in page.content.decode()
    save(editor, form, publish_at_0="2020-01-01", publish_at_1="10:00")
    for action in ("publish", "withdraw"):
        act(editor, action, project)
    assert states() == {"review"}
    project.refresh_from_db()
    assert project.publish_at is None


def test_an_editor_leaves_public_records_alone(signed_in):
    text = "<h3>As it looks</h3>\n\n<p>A &lt; B</p>"
    project = ProjectFactory(title_en="As it was", description_en=text)
    editor = signed_in(Role.EDITOR)
    page = editor.get(admin_address(Project, "change", project.pk)).content.decode()
    assert "As it was" in page
    assert "<h3>As it looks</h3>  <p>A &lt; B</p>" in page
    form = {"title_en": "Changed", "publication": "draft", "slug": project.slug}
    assert status(editor, Project, "change", project.pk, **form) == 403
    assert status(editor, Project, "delete", project.pk, post="yes") == 403
    assert status(editor, Project, "preview", project.pk, make="1") == 403
    assert "only publishers may change" in act(editor, "make_draft", project)
    act(editor, "delete_selected", project)
    listing = admin_address(Project, "changelist")
    row = {"form-0-id": project.pk, "form-0-order": "9", "_save": "Save"}
    editor.post(listing, {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, **row})
    project.refresh_from_db()
    assert (project.title_en, project.publication, project.order) == ("As it was", "published", 0)
    assert not PreviewLink.objects.exists()


def test_an_editor_whose_record_was_published_meanwhile_is_told_where_the_words_are(signed_in):
    editor, project = signed_in(Role.EDITOR), ProjectFactory(publication="review")
    form = filled_in(editor, project)
    Project.objects.update(publication="published")
    response = editor.post(form.address, {**form, "title_en": "Changed"})
    assert response.status_code == 403
    assert "leads to what you wrote" in response.content.decode()


def test_an_editor_does_not_reach_the_public_by_the_parts_of_a_record(signed_in):
    editor = signed_in(Role.EDITOR)
    photo = PhotoFactory()
    public, draft = photo.event, EventFactory(publication="draft")
    item = ProgrammeItemFactory(event=public, title_en="As it was")
    assert status(editor, ProgrammeItem, "change", item.pk, title_en="Changed") == 403
    mine = ProgrammeItemFactory(event=draft)
    for form in (filled_in(editor, mine), empty(editor, ProgrammeItem)):
        moved = {**form, "event": str(public.pk), "kind": "panel", "title_en": "Mine", "order": "1"}
        assert "only publishers may change it" in editor.post(form.address, moved).content.decode()
    assert public.programme.get() == item
    for organisation in (
        ContractPartyFactory().organisation,
        AppearanceFactory(
            programme_item=item, official=None, organisation=OrganisationFactory()
        ).organisation,
    ):
        assert status(editor, Organisation, "change", organisation.pk, name_en="X") == 403
    unseen = ContractPartyFactory(contract__publication="draft").organisation
    save(editor, filled_in(editor, unseen), name_en="Corrected")


def test_an_editor_does_not_bring_a_public_version_back(signed_in, backoffice):
    project = ProjectFactory(title_en="Public words")
    save(backoffice, filled_in(backoffice, project), publication="draft", title_en="Draft words")
    editor = signed_in(Role.EDITOR)
    page = editor.get(admin_address(Project, "history", project.pk)).content.decode()
    assert "Public" in page
    assert "Look at it and restore it" not in page
    version = first_version(project)
    assert status(editor, Project, "revision", project.pk, version) == 403
    assert status(editor, Project, "revision", project.pk, version, title_en="X") == 403
    assert states() == {"draft"}


def first_version(record):
    return Version.objects.get_for_object(record).last().pk


# --- translator ---------------------------------------------------------------------------------


def test_a_translator_fills_in_texts_of_a_record_and_of_its_parts(signed_in):
    translator = signed_in(Role.TRANSLATOR)
    party = ContractPartyFactory(described_as_de="Käufer")
    contract = party.contract
    form = filled_in(translator, contract)
    assert "publication" not in form
    assert "parties-0-side" not in form
    save(
        translator,
        form,
        title_zh_hans="样本合同",
        publication="draft",
        slug="elsewhere",
        value="1",
        **{"parties-0-described_as_zh_hans": "买方", "parties-0-side": "guizhou"},
    )
    contract.refresh_from_db()
    party.refresh_from_db()
    assert (contract.title_zh_hans, party.described_as_zh_hans) == ("样本合同", "买方")
    assert (contract.publication, contract.value, party.side) == ("published", None, "partner")
    assert contract.slug != "elsewhere"


def test_a_translator_adds_nothing_removes_nothing_and_publishes_nothing(signed_in, backoffice):
    project, party = ProjectFactory(title_en="Old"), ContractPartyFactory()
    save(backoffice, filled_in(backoffice, project), title_en="New")
    draft = ProjectFactory(publication="draft")
    translator = signed_in(Role.TRANSLATOR)
    for model in (Project, Contract, Event, Sector, Organisation):
        assert status(translator, model, "add") == 403
    assert status(translator, Project, "delete", project.pk, post="yes") == 403
    assert status(translator, Project, "revision", project.pk, first_version(project)) == 403
    assert status(translator, Project, "recoverlist") == 403
    assert status(translator, Project, "preview", draft.pk, make="1") == 403
    for action in ("publish", "ask_for_review", "withdraw", "delete_selected"):
        act(translator, action, draft)
    form = filled_in(translator, party.contract)
    more = {"parties-TOTAL_FORMS": "2", "parties-1-side": "guizhou", "parties-0-DELETE": "on"}
    translator.post(form.address, {**form, **more, "parties-1-organisation": "1"})
    assert party.contract.parties.get() == party
    draft.refresh_from_db()
    assert draft.publication == "draft"


def test_a_translators_form_of_any_record_holds_texts_and_nothing_else(portal, signed_in):
    translator = signed_in(Role.TRANSLATOR)
    for model in (Event, ProgrammeItem, Official, Contract, Project, Sector, Page):
        form = filled_in(translator, model.objects.first())
        texts = {name for name in form if name.endswith(("_de", "_en", "_zh_hans"))}
        whole = ("-id", "_FORMS", "-event", "-contract", "-programme_item", "-project")
        others = {name for name in form if not name.endswith(whole)} - texts
        assert texts, model
        assert others <= {"csrfmiddlewaretoken", "seen", "beside"}, model


# --- publisher ----------------------------------------------------------------------------------


def test_a_publisher_publishes_but_keeps_no_accounts(signed_in, client):
    publisher, project = signed_in(Role.PUBLISHER), ProjectFactory(publication="review")
    assert "1 record is published now." in act(publisher, "publish", project)
    save(publisher, filled_in(publisher, project), title_en="Corrected")
    assert "Corrected" in client.get(project.get_absolute_url() + "").content.decode()
    for address in ("/admin/auth/user/", "/admin/projects/enquiry/"):
        assert publisher.get(address).status_code == 403


def test_a_conference_is_published_with_everything_in_it(signed_in, client):
    event = EventFactory(publication="review")
    signer, speaker = (OfficialFactory(publication="draft") for _ in range(2))
    project = ProjectFactory(publication="draft", title_zh_hans="")
    contract = ContractFactory(event=event, publication="draft", project=project)
    withdrawn = ContractFactory(event=event, publication="withdrawn")
    ContractPartyFactory(contract=contract, signatory=signer)
    AppearanceFactory(programme_item__event=event, official=speaker)
    elsewhere = ProjectFactory(publication="draft")
    publisher = signed_in(Role.PUBLISHER)
    form = form_at_page(publisher, event)
    assert len(form["records"]) == 5
    page = publisher.post(form.address, {"records": []}, follow=True).content.decode()
    assert "Choose at least one record." in page
    page = publisher.post(form.address, form, follow=True).content.decode()
    assert "5 records are published now." in page
    assert "incomplete in Chinese" in page
    for record in (event, signer, speaker, project, contract):
        assert client.get(record.get_absolute_url()).status_code == 200
        history = publisher.get(admin_address(type(record), "history", record.pk)).content.decode()
        assert '<th scope="row">publication</th>' in history
    for record in (withdrawn, elsewhere):
        record.refresh_from_db()
        assert record.publication != "published"


def form_at_page(client, event):
    """The page that publishes a conference, with what is ticked on it."""
    address = admin_address(Event, "publish", event.pk)
    page = client.get(address).content.decode()
    form = AdminForm(
        records=re.findall(r'name="records" value="([^"]+)"[^>]* checked', page),
        publish_at_0="",
        publish_at_1="",
    )
    form.address = address
    return form


def test_a_conference_is_published_at_a_later_time_or_asked_again(signed_in, client):
    event = EventFactory(publication="draft")
    contract = ContractFactory(event=event, publication="draft")
    publisher = signed_in(Role.PUBLISHER)
    form = form_at_page(publisher, event)
    wrong = {**form, "records": form["records"][:1], "publish_at_0": "soon", "publish_at_1": "9:00"}
    page = publisher.post(form.address, wrong).content.decode()
    assert "Enter a valid date." in page
    assert page.count(" checked") == 1
    later = {**form, "publish_at_0": "2031-06-05", "publish_at_1": "09:00"}
    page = publisher.post(form.address, later, follow=True).content.decode()
    assert "2 records will be published on 5 June 2031, 09:00." in page
    contract.refresh_from_db()
    assert contract.is_scheduled
    assert client.get(event.get_absolute_url()).status_code == 404


def test_a_picture_nobody_describes_stops_the_publication(signed_in):
    photo = PhotoFactory(event__publication="review")
    type(photo).objects.update(image_alt_de="", image_alt_en="", image_alt_zh_hans="")
    publisher = signed_in(Role.PUBLISHER)
    assert "photo without alternative text" in act(publisher, "publish", photo.event)
    assert form_at_page(publisher, photo.event)["records"] == []
    sent = {"records": [f"event-{photo.event.pk}"], "publish_at_0": "", "publish_at_1": ""}
    publisher.post(admin_address(Event, "publish", photo.event.pk), sent)
    assert Event.objects.get().publication == "review"


def test_only_a_publisher_opens_the_page_that_publishes_a_conference(signed_in):
    event = EventFactory(publication="review")
    for role in (Role.EDITOR, Role.TRANSLATOR, Role.ENQUIRY_HANDLER):
        client = signed_in(role)
        assert status(client, Event, "publish", event.pk) == 403
        assert status(client, Event, "publish", event.pk, records=f"event-{event.pk}") == 403
    assert Event.objects.get().publication == "review"


# --- enquiry handler, administrator, none -------------------------------------------------------


def test_an_enquiry_handler_sees_enquiries_and_no_draft(signed_in, backoffice):
    project = ProjectFactory(publication="draft", title_en="Secret plan")
    save(backoffice, filled_in(backoffice, project), title_en="Secret plan two")
    enquiry = Enquiry.objects.create(
        name="SAMPLE Ada", email="ada@portal.example", message="Hello", consented_at=timezone.now()
    )
    handler = signed_in(Role.ENQUIRY_HANDLER)
    assert "Secret plan" not in handler.get("/admin/").content.decode()
    assert status(handler, Enquiry, "change", enquiry.pk) == 200
    for action in ("change", "history", "preview"):
        assert status(handler, Project, action, project.pk) == 403
    search = {"app_label": "projects", "model_name": "enquiry", "field_name": "project"}
    assert handler.get("/admin/autocomplete/", {**search, "term": "Secret"}).status_code == 403


def test_an_administrator_keeps_everything(signed_in):
    administrator = signed_in(Role.ADMINISTRATOR)
    for model in (Event, Project, Enquiry, Operator):
        assert administrator.get(admin_address(model, "changelist")).status_code in (200, 302)
    assert administrator.get("/admin/auth/user/").status_code == 200


def test_without_a_role_there_is_nothing_to_do(signed_in):
    nobody, project = signed_in(), ProjectFactory()
    assert nobody.get("/admin/").status_code == 200
    assert status(nobody, Project, "change", project.pk) == 403
    assert status(nobody, Project, "changelist") == 403


def test_to_restore_one_record_takes_no_other_back(backoffice):
    one, other = ProjectFactory(publication="draft"), ProjectFactory(publication="draft")
    act(backoffice, "publish", one, other)
    act(backoffice, "withdraw", one, other)
    save(backoffice, filled_in(backoffice, other), title_en="Written since")
    version = Version.objects.get_for_object(one)[1]
    address = admin_address(Project, "revision", one.pk, version.pk)
    assert backoffice.post(address, form_at(backoffice, address)).status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.publication, other.publication) == ("published", "withdrawn")
    assert other.title_en == "Written since"


def test_the_history_of_one_kind_restores_no_other_kind(backoffice):
    project, contract = ProjectFactory(title_en="Old"), ContractFactory()
    save(backoffice, filled_in(backoffice, project), title_en="New")
    version = first_version(project)
    assert status(backoffice, Contract, "recover", version) == 404
    assert status(backoffice, Contract, "recover", version, title_en="x") == 404
    assert status(backoffice, Contract, "revision", project.pk, version) == 404
    project.refresh_from_db()
    assert project.title_en == "New"
    assert contract.title_en
