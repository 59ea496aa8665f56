"""A file chosen in a form that has to be shown again: kept until the form is saved."""

import os
import re
import time

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from reversion.models import Version

from events.models import Event, Photo
from guizhou_portal.pictures import stored_files, uploads
from projects.models import Project, ProjectDocument

from .factories import EventFactory, PhotoFactory, ProjectFactory, picture_bytes, picture_upload
from .forms import admin_address, empty, filled_in, form_in, save

PDF = b"%PDF-1.7 sample"
GONE = "The file you chose before is no longer there. Please choose it again."
WRONG = {"slug": "?!"}  # the form is shown again


def stays(name):
    return f"“{name}” stays chosen. It is stored when you save."


def pdf(name="Leaflet.pdf", content=PDF):
    return picture_upload(name, content, "application/pdf")


def picture(name="hall.jpg", colour="red"):
    return picture_upload(name, picture_bytes(colour=colour))


def shown_again(client, form, **values):
    """``(the page, the form in it)`` of a form that is not saved."""
    response = client.post(form.address, {**form, **values})
    assert response.status_code == 200
    return response.content.decode(), form_in(response)


def documents(*rows, prefix="documents"):
    """What new rows of documents send: ``{name: value}`` of each."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(rows))}
    for index, row in enumerate(rows):
        sent |= {f"{prefix}-{index}-order": "0"}
        sent |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return sent


def stored_names():
    return sorted(file.name for file in stored_files.files_on_disk())


@pytest.fixture
def project(db):
    return ProjectFactory(image=picture_upload(), image_alt_en="A hall")


def test_a_picture_is_shown_again_with_its_preview_and_stored_on_saving(backoffice, project):
    before = project.image.name
    form = filled_in(backoffice, project)
    page, again = shown_again(backoffice, form, **WRONG, image=picture(), image_focus_x="10")
    assert stays("hall.jpg") in page
    thumbnail = re.search(r'<img class="focus-x-10" src="/media/([^"]+)" alt="hall.jpg"', page)[1]
    assert default_storage.exists(thumbnail)
    assert before[:-4] not in page
    assert Project.objects.get().image.name == before
    save(backoffice, again, slug=project.slug)
    project = Project.objects.get()
    assert thumbnail.startswith(project.image.name[:-4])
    assert (project.image_width, project.image_height, project.image_focus_x) == (64, 48, 10)
    version = Version.objects.get_for_object(project).first()
    assert version.field_dict["image"] == project.image.name
    assert b"hall.jpg" not in backoffice.get(form.address).content


def test_a_file_is_kept_however_often_a_new_records_form_comes_back(backoffice):
    form = empty(backoffice, Event)
    _page, again = shown_again(backoffice, form, hero_image=picture())
    page, once_more = shown_again(backoffice, again, title_en="Conference")
    assert stays("hall.jpg") in page
    assert again["hero_image-kept"] == once_more["hero_image-kept"]
    save(backoffice, once_more, hero_image_alt_en="A hall")
    assert Event.objects.get().hero_image_width == 64


def test_a_document_that_is_required_is_there_once_it_was_chosen(backoffice, project):
    form = filled_in(backoffice, project)
    large = PDF + b"0" * 3 * 2**20  # so large that Django receives it in a temporary file
    page, again = shown_again(backoffice, form, **documents({"file": pdf(content=large)}))
    assert "Enter this in at least one language." in page
    assert stays("Leaflet.pdf") in page
    assert "This field is required." not in page
    assert not ProjectDocument.objects.exists()
    save(backoffice, again, **{"documents-0-title_en": "Leaflet"})
    document = ProjectDocument.objects.get()
    assert document.file.read() == large
    assert re.fullmatch(r"documents/leaflet-[0-9a-f]{12}\.pdf", document.file.name)


def test_a_row_with_nothing_but_its_kept_file_is_a_row(backoffice, project):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **documents({"file": pdf()}))
    page, _again = shown_again(backoffice, again)
    assert "Enter this in at least one language." in page
    assert stays("Leaflet.pdf") in page
    save(backoffice, again, **{"documents-0-file-leave": "on"})
    assert not ProjectDocument.objects.exists()


@pytest.mark.thorough
def test_files_stay_with_their_rows_when_one_is_removed(backoffice, project):
    rows = [{"title_en": name, "file": pdf(f"{name}.pdf", PDF + name.encode())} for name in "abc"]
    form = filled_in(backoffice, project)
    page, again = shown_again(backoffice, form, **WRONG, **documents(*rows))
    assert all(stays(f"{name}.pdf") in page for name in "abc")
    # The admin's script takes the first row away and numbers the others anew.
    again = {
        re.sub(r"-(\d)-", lambda found: f"-{int(found[1]) - 1}-", name): value
        for name, value in again.items()
        if not name.startswith("documents-0-")
    }
    again |= {"documents-TOTAL_FORMS": "2", "slug": project.slug}
    assert backoffice.post(form.address, again).status_code == 302
    stored = {one.title_en: one.file.read() for one in ProjectDocument.objects.all()}
    assert stored == {"b": PDF + b"b", "c": PDF + b"c"}


def test_photos_of_an_event_are_kept_row_by_row(backoffice):
    photo = PhotoFactory(image_alt="Sample")
    form = filled_in(backoffice, photo.event)
    sent = {
        "photos-TOTAL_FORMS": "2",
        "photos-0-image": picture("new.jpg", "blue"),
        "photos-1-image": picture("another.jpg", "green"),
        "photos-1-order": "1",
    }
    page, again = shown_again(backoffice, form, **sent)
    assert stays("new.jpg") in page
    assert stays("another.jpg") in page
    save(backoffice, again, **{"photos-1-image_alt_en": "Another"})
    first, second = Photo.objects.order_by("pk")
    assert first.image.name != photo.image.name
    assert {first.image_width, second.image_width} == {64}


@pytest.mark.thorough
def test_the_second_of_two_editors_keeps_the_file_too(backoffice, project):
    mine, other = filled_in(backoffice, project), filled_in(backoffice, project)
    save(backoffice, other, title_en="Hers")
    row = documents({"title_en": "Leaflet", "file": pdf()})
    page, again = shown_again(backoffice, mine, title_en="Mine", image=picture(), **row)
    assert "Somebody else saved this record" in page
    assert stays("hall.jpg") in page
    assert stays("Leaflet.pdf") in page
    save(backoffice, again)
    changed = Project.objects.get()
    assert changed.title_en == "Mine"
    assert changed.image.name != project.image.name
    assert changed.documents.get().file.read() == PDF


@pytest.mark.thorough
def test_another_file_takes_the_place_of_the_kept_one(backoffice, project):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **WRONG, image=picture("first.jpg", "red"))
    page, again = shown_again(backoffice, again, image=picture("second.jpg", "blue"))
    assert "first.jpg" not in page
    assert stays("second.jpg") in page
    third = picture("third.jpg", "green")
    content = uploads.store(Project(), "image", picture("x.jpg", "green"), "x.jpg").name[:-4]
    save(backoffice, again, slug=project.slug, image=third)
    assert Project.objects.get().image.name.startswith(content)


@pytest.mark.thorough
def test_a_kept_file_can_be_left_out_again(backoffice, project):
    form = filled_in(backoffice, project)
    row = documents({"title_en": "Leaflet", "file": pdf()})
    _page, again = shown_again(backoffice, form, **WRONG, image=picture(), **row)
    leave = {"image-leave": "on", "documents-0-file-leave": "on"}
    page, again = shown_again(backoffice, again, **leave, slug=project.slug)
    assert page.count("This field is required.") == 1  # the document's
    assert (again["image-leave"], again["documents-0-file-leave"]) == ("on", "on")
    assert stays("Leaflet.pdf") in page  # to think again
    del again["documents-0-file-leave"]
    save(backoffice, again)
    assert Project.objects.get().image.name == project.image.name
    assert ProjectDocument.objects.get().file.read() == PDF


@pytest.mark.thorough
def test_the_stored_file_can_still_be_taken_out(backoffice, project):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **WRONG, **{"image-clear": "on"})
    assert again["image-clear"] == "on"
    save(backoffice, again, slug=project.slug)
    assert Project.objects.get().image.name == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.exe", b"MZ"), ("x.pdf", b"<html>"), ("x.pdf", PDF + b"0" * (25 * 1024 * 1024))],
)
def test_a_document_its_field_refuses_is_not_kept(backoffice, name, content):
    form = filled_in(backoffice, ProjectFactory())
    row = documents({"title_en": "Leaflet", "file": pdf(name, content)})
    _page, again = shown_again(backoffice, form, **row)
    assert "documents-0-file-kept" not in again
    assert stored_names() == []


def test_a_file_that_is_refused_leaves_the_one_kept_before(backoffice, project):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **WRONG, image=picture())
    bad = picture_upload("bad.jpg", b"no picture")
    page, again = shown_again(backoffice, again, slug=project.slug, image=bad)
    assert "“bad.jpg” could not be kept. Please choose a file again." in page
    assert stays("hall.jpg") in page
    save(backoffice, again)
    assert Project.objects.get().image.name != project.image.name


def forgeries(token, editor):
    """Tokens of a project's image that must not be taken, by what is wrong with them."""
    purpose, name = "projects.Project.image", signing.loads(token, salt=uploads.SALT)[2]

    def signed(*values, salt=uploads.SALT):
        return signing.dumps(values, salt=salt)

    return {
        "not signed": name,
        "changed": token[:-2],
        "signed for something else": signed(purpose, editor.pk, name, "x", salt="another"),
        "another user's": signed(purpose, editor.pk + 1, name, "x"),
        "another field's": signed("events.Event.hero_image", editor.pk, name, "x"),
        "a file that is gone": signed(purpose, editor.pk, "projects/gone.jpg", "x"),
        "of another shape": signed("x"),
        "several photos'": signed("photos of event 1", editor.pk, name, "x"),
    }


@pytest.mark.thorough
def test_a_token_that_is_not_of_this_field_and_this_editor_counts_for_nothing(
    backoffice, editor, project
):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **WRONG, image=picture())
    again["slug"] = project.slug
    for wrong, token in forgeries(again["image-kept"], editor).items():
        page, next_form = shown_again(backoffice, again, **{"image-kept": token})
        assert GONE in page, wrong
        assert "image-kept" not in next_form, wrong
    assert Project.objects.get().image.name == project.image.name
    save(backoffice, next_form)
    assert Project.objects.get().image.name == project.image.name


def test_a_token_is_of_no_use_to_a_colleague(backoffice, django_user_model, project):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **WRONG, image=picture())
    colleague = Client(headers={"accept-language": "en"})
    colleague.force_login(django_user_model.objects.create_superuser("anna", password="x"))
    page, _again = shown_again(colleague, again, slug=project.slug)
    assert GONE in page


@pytest.mark.thorough
def test_a_row_whose_file_is_no_longer_kept_says_so(backoffice, project, monkeypatch):
    form = filled_in(backoffice, project)
    _page, again = shown_again(backoffice, form, **documents({"file": pdf()}))
    monkeypatch.setattr(uploads, "VALID", -1)
    page, again = shown_again(backoffice, again)
    assert GONE in page
    assert "documents-0-file-kept" not in again
    assert uploads.VALID < stored_files.YOUNG


def test_what_is_never_saved_is_cleaned_away(backoffice, project, settings):
    form = filled_in(backoffice, project)
    own = stored_names()
    row = documents({"file": pdf()})
    _page, again = shown_again(backoffice, form, **WRONG, image=picture(), **row)
    assert len(stored_names()) == 2 * len(own) + 1
    call_command("orphaned_files", "--delete")
    assert len(stored_names()) == 2 * len(own) + 1  # the form may still be saved
    for name in stored_names():
        os.utime(os.path.join(settings.MEDIA_ROOT, name), (time.time() - 25 * 3600,) * 2)
    call_command("orphaned_files", "--delete")
    assert stored_names() == own
    page, _again = shown_again(backoffice, again, slug=project.slug)
    assert page.count(GONE) == 2


def test_nothing_is_kept_of_parts_that_may_only_be_looked_at(client, django_user_model, settings):
    project = ProjectFactory()
    user = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    rights = ["publish", "view_project", "change_project", "view_projectdocument"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    form = filled_in(client, project)
    row = documents({"title_en": "Leaflet", "file": pdf()})
    shown_again(client, form, **WRONG, **row)
    assert stored_names() == []


@pytest.mark.thorough
def test_a_file_chosen_while_an_older_version_is_restored_is_kept(backoffice, project):
    save(backoffice, filled_in(backoffice, project), title_en="Later")
    version = Version.objects.get_for_object(project).last()
    address = admin_address(Project, "revision", project.pk, version.pk)
    form = form_in(backoffice.get(address))
    page, again = shown_again(backoffice, form, **WRONG, image=picture())
    assert stays("hall.jpg") in page
    save(backoffice, again, slug=project.slug)
    restored = Project.objects.get()
    assert restored.title_en == project.title_en
    assert restored.image.name != project.image.name


def test_the_name_of_a_kept_file_is_only_text(backoffice):
    form = filled_in(backoffice, EventFactory())
    name = "a<img src=x>.jpg"
    page, _again = shown_again(backoffice, form, **WRONG, hero_image=picture(name))
    assert "a&lt;img src=x&gt;.jpg" in page
    assert name not in page
