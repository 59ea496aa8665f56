"""What handling enquiries needs: mailboxes, answer templates, the text of the consent."""

from guizhou_portal.backoffice.roles import Role
from projects.models import AnswerTemplate, ConsentText, Mailbox

from .enquiries import read
from .factories import SectorFactory
from .forms import admin_address, empty, filled_in, save


def test_an_administrator_adds_a_version_of_the_consent_and_changes_none(signed_in, client):
    administrator = signed_in(Role.ADMINISTRATOR)
    save(administrator, empty(administrator, ConsentText), text_en="New words")
    one = ConsentText.current()
    assert "New words" in client.get("/en/enquiry/").content.decode()
    page = read(administrator, admin_address(ConsentText, "change", one.pk))
    assert "New words" in page
    assert 'name="_save"' not in page
    change = admin_address(ConsentText, "change", one.pk)
    assert administrator.post(change, {"text_en": "Other"}).status_code == 403
    delete = admin_address(ConsentText, "delete", one.pk)
    assert administrator.post(delete, {"post": "yes"}).status_code == 403
    assert ConsentText.current().text_en == "New words"
    assert signed_in(Role.ENQUIRY_HANDLER).get(change).status_code == 403


def test_there_is_one_mailbox_for_each_sector_and_one_for_all_others(signed_in):
    administrator, sector = signed_in(Role.ADMINISTRATOR), SectorFactory()
    save(administrator, empty(administrator, Mailbox), email="all@example.org")
    form = empty(administrator, Mailbox)
    page = administrator.post(form.address, {**form, "email": "b@example.org"}).content.decode()
    assert "There is a mailbox for all other sectors already." in page
    save(administrator, form, email="one@example.org", sector=str(sector.pk))
    assert Mailbox.objects.count() == 2
    handler = signed_in(Role.ENQUIRY_HANDLER)
    assert handler.get(admin_address(Mailbox, "changelist")).status_code == 403


def test_a_handler_keeps_the_templates_in_three_languages(handler):
    form = empty(handler, AnswerTemplate)
    words = {"subject_en": "Documents", "body_zh_hans": "您好"}
    save(handler, form, name="Documents", **words)
    template = AnswerTemplate.objects.get()
    save(handler, filled_in(handler, template), body_de="Guten Tag")
    handler.post(admin_address(AnswerTemplate, "delete", template.pk), {"post": "yes"})
    assert not AnswerTemplate.objects.exists()
