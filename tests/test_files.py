"""Which files are stored, what uses them, and how those nobody needs are cleaned away."""

import os
import re
import time
from io import StringIO
from pathlib import PurePosixPath

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from reversion.models import Version

from events.models import Document, Event, Photo
from guizhou_portal.pictures import stored_files
from projects.models import LocationFactor, Project

from .backups import under_way
from .factories import (
    EventFactory,
    LocationFactorFactory,
    OrganisationFactory,
    PhotoFactory,
    ProjectFactory,
    picture_bytes,
    picture_upload,
)
from .forms import admin_address, filled_in, form_at, save

TWO_DAYS = 48 * 3600


def coloured(colour):
    return picture_upload(content=picture_bytes(colour=colour))


def with_image(colour="#2f6a5f"):
    return ProjectFactory(image=coloured(colour), image_alt_en="Sample", image_alt_de="Muster")


def age(settings, seconds=TWO_DAYS):
    """Let everything in the media folder be older."""
    for folder, _folders, names in os.walk(settings.MEDIA_ROOT):
        for name in names:
            path = os.path.join(folder, name)
            os.utime(path, (time.time() - seconds,) * 2, follow_symlinks=False)


def clean(*options):
    """``(what the command says, its exit status)``."""
    said = StringIO()
    try:
        call_command("orphaned_files", *options, stdout=said, stderr=said)
    except SystemExit as end:
        return said.getvalue(), end.code
    return said.getvalue(), 0


def stored():
    return {file.name for file in stored_files.files_on_disk()}


# --- the command --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_replaced_picture_is_reported_and_cleaned_with_all_its_sizes(settings):
    project = with_image("red")
    old = project.image.name
    family = {name for name in stored() if stored_files.stem_of(name) == old.rsplit(".", 1)[0]}
    assert len(family) == 4
    project.image = coloured("blue")
    project.save()
    kept = stored() - family
    age(settings)
    said, status = clean()
    assert (said.count("orphaned: "), status) == (4, 1)
    assert stored() == kept | family
    said, status = clean("--delete")
    assert (said.count("deleted: "), status) == (4, 0)
    assert stored() == kept
    assert clean()[1] == 0


@pytest.mark.django_db
def test_what_came_today_is_left_alone_unless_asked_for(settings):
    with_image()
    Project.objects.all().delete()
    said, status = clean("--delete")
    assert "4 younger than 24 hours, left alone." in said
    assert status == 0
    assert len(stored()) == 4
    clean("--delete", "--older-than", "0")
    assert stored() == set()


@pytest.mark.django_db
def test_while_a_restore_adds_files_none_is_deleted(settings):
    """They are as old as they were, and the database in use does not name them."""
    with_image()
    Project.objects.all().delete()
    age(settings)
    with under_way("restore", settings.ENQUIRY_FILES):
        said, status = clean("--delete")
    assert "A restore is under way: no file is deleted this time." in said
    assert (said.count("orphaned: "), status) == (4, 1)
    assert len(stored()) == 4
    with under_way("backup", settings.ENQUIRY_FILES):
        assert "4 deleted" in clean("--delete")[0]


@pytest.mark.django_db
def test_an_original_two_records_share_stays_as_long_as_one_uses_it(settings):
    one = with_image()
    other = LocationFactorFactory(image=one.image.name, image_alt_en="Sample")
    one.delete()
    age(settings)
    assert clean("--delete")[1] == 0
    assert len(stored()) == 4
    LocationFactor.objects.filter(pk=other.pk).delete()
    clean("--delete")
    assert stored() == set()


def test_what_an_older_version_needs_stays_and_can_be_restored(backoffice, settings):
    project = with_image("red")
    old = project.image.name
    form = filled_in(backoffice, project)
    save(backoffice, form, image=coloured("blue"))
    age(settings)
    assert clean("--delete")[1] == 0
    assert default_storage.exists(old)
    version = Version.objects.get_for_object(project).order_by("pk").first()
    address = reverse("admin:projects_project_revision", args=[project.pk, version.pk])
    assert backoffice.post(address, form_at(backoffice, address)).status_code == 302
    project.refresh_from_db()
    assert project.image.name == old


@pytest.mark.django_db
def test_a_file_that_a_text_links_to_stays(settings):
    event = EventFactory()
    document = Document.objects.create(
        event=event, title="Paper", file=SimpleUploadedFile("paper.pdf", b"%PDF-1.7 sample")
    )
    name = document.file.name
    ProjectFactory(description_en=f'<p>See <a href="/media/{name}">the paper</a>.</p>')
    document.delete()
    age(settings)
    assert clean("--delete")[1] == 0
    assert stored() == {name}
    Project.objects.all().delete()
    clean("--delete")
    assert stored() == set()


@pytest.mark.django_db
def test_links_are_neither_followed_nor_deleted(settings, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.jpg").write_bytes(b"not ours")
    photos = settings.MEDIA_ROOT / "photos"
    photos.mkdir(parents=True)
    (photos / "folder").symlink_to(outside)
    (photos / "file.jpg").symlink_to(outside / "precious.jpg")
    (photos / "orphan.jpg").write_bytes(b"x")
    age(settings)
    os.utime(outside / "precious.jpg", (0, 0))
    said, _status = clean("--delete")
    assert "1 deleted" in said
    assert "precious" not in said
    assert (outside / "precious.jpg").exists()
    assert (photos / "folder").is_symlink()
    assert (photos / "file.jpg").is_symlink()


@pytest.mark.django_db
def test_a_file_that_changes_while_we_look_is_not_deleted(settings):
    settings.MEDIA_ROOT.mkdir()
    path = settings.MEDIA_ROOT / "photo.jpg"
    path.write_bytes(b"x")
    age(settings)
    found = next(stored_files.files_on_disk())
    path.write_bytes(b"somebody has just uploaded it again")
    assert stored_files.delete(found) is False
    assert path.exists()


@pytest.mark.django_db
def test_cards_of_present_titles_stay_and_those_of_former_ones_go(client, settings):
    project = ProjectFactory()
    for code in ("de", "en", "zh-hans"):
        client.get(f"/{code}/card/project/{project.slug}.png")
    client.get("/en/card/page/home.png")
    present = stored()
    assert len(present) == 4
    Project.objects.filter(pk=project.pk).update(title_en="Another title")
    age(settings)
    said, _status = clean("--delete")
    assert said.count("deleted: cards/") == 1
    assert len(stored()) == 3


@pytest.mark.django_db
def test_missing_sizes_are_drawn_anew_and_missing_originals_reported(settings):
    project = with_image()
    gone = [one for one in stored() if one.endswith((".64.webp", ".64.avif"))]
    for name in gone:
        default_storage.delete(name)
    assert "missing sizes: projects/" in clean()[0]
    said, status = clean("--repair")
    assert (f"drawn anew: {project.image.name} (2)" in said, status) == (True, 0)
    assert set(gone) <= stored()
    default_storage.delete(project.image.name)
    said, status = clean()
    assert (f"missing: {project.image.name}" in said, status) == (True, 1)


# --- the page -----------------------------------------------------------------------------------


def files(client, query=""):
    response = client.get(f"/admin/files/{query}")
    assert response.status_code == 200
    return response


def names(response):
    """The names of the files a page shows, as it shows them: without their folders."""
    page = response.content.decode()
    return set(re.findall(r'class="files__facts">\s*<p><[^>]+>([^<]+)<', page))


def shown(name):
    return PurePosixPath(name).name


def test_each_file_leads_to_the_form_of_what_uses_it(backoffice):
    photo = PhotoFactory(event=EventFactory(title_en="Summit"))
    organisation = OrganisationFactory(logo=coloured("blue"))
    page = files(backoffice).content.decode()
    assert admin_address(Event, "change", photo.event_id) in page
    assert "Summit" in page
    assert admin_address(type(organisation), "change", organisation.pk) in page
    assert f"/media/{photo.image.name.rsplit('.', 1)[0]}.64.webp" in page


def test_the_filters_leave_what_they_say(backoffice, settings):
    described = with_image("red")
    silent = with_image("blue")
    Project.objects.filter(pk=silent.pk).update(
        image_alt_de="", image_alt_en="", image_alt_zh_hans=""
    )
    document = Document.objects.create(
        event=EventFactory(), title="Paper", file=SimpleUploadedFile("p.pdf", b"%PDF-1.7 sample")
    )
    gone = with_image("green")
    default_storage.delete(gone.image.name)
    replaced = with_image("yellow")
    earlier = replaced.image.name
    save(backoffice, filled_in(backoffice, replaced), image=coloured("white"))
    replaced.refresh_from_db()
    orphan = with_image("black")
    unused = orphan.image.name
    Project.objects.filter(pk=orphan.pk).delete()
    assert shown(unused) not in names(files(backoffice))  # it came today
    age(settings)
    for query, expected in {
        "?show=no-alt": [silent.image.name],
        "?show=documents": [document.file.name],
        "?show=history": [earlier],
        "?show=unused": [unused],
        "?show=missing": [gone.image.name],
        f"?q={described.title_en.replace(' ', '+')}": [described.image.name],
        f"?q={document.file.name[10:]}": [document.file.name],
        "?q=%00nothing": [],
    }.items():
        assert names(files(backoffice, query)) == set(map(shown, expected)), query
    page = files(backoffice, "?show=history").content.decode()
    assert admin_address(Project, "history", replaced.pk) in page
    page = files(backoffice, "?show=everything&p=x").content.decode()
    assert "4 files of" in page
    assert "1 file is named by a record, but gone from the disk." in page


def test_page_and_form_ask_as_often_for_many_files_as_for_few(
    backoffice, django_assert_num_queries
):
    event = EventFactory()
    PhotoFactory(event=event)
    with_image()
    form = admin_address(Event, "change", event.pk)
    for address in ("/admin/files/", form):
        backoffice.get(address)
    with CaptureQueriesContext(connection) as page:
        files(backoffice)
    with CaptureQueriesContext(connection) as form_alone:
        backoffice.get(form)
    for number in range(4):
        PhotoFactory(event=event, image=coloured(f"#00000{number}"))
    with_image("red")
    with django_assert_num_queries(len(page)):
        files(backoffice)
    with django_assert_num_queries(len(form_alone)):
        backoffice.get(form)
    assert len(page) < 30


def staff(django_user_model, *permissions):
    user = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_only_files_of_records_one_may_see_are_shown(client, django_user_model, settings):
    photo, project = PhotoFactory(), with_image("red")
    unused = with_image("blue")
    name = unused.image.name
    Project.objects.filter(pk=unused.pk).delete()
    age(settings)
    client.force_login(staff(django_user_model, "view_project", "view_projectdocument"))
    assert names(files(client)) == {shown(project.image.name)}
    assert photo.image.name not in files(client, "?show=pictures").content.decode()
    assert name not in files(client, "?show=unused").content.decode()
    assert reverse("admin:files") in client.get("/admin/").content.decode()


def test_staff_without_such_records_and_the_public_do_not_see_the_page(client, django_user_model):
    assert client.get("/admin/files/")["Location"].startswith("/admin/login/")
    client.force_login(staff(django_user_model, "view_enquiry"))
    assert client.get("/admin/files/").status_code == 403
    assert reverse("admin:files") not in client.get("/admin/").content.decode()


def test_a_form_says_where_else_the_same_picture_is_used(backoffice):
    project = with_image()
    factor = LocationFactorFactory(
        image=coloured("#2f6a5f"), image_alt_en="Sample", title_en="Data centre"
    )
    assert os.path.basename(factor.image.name) == os.path.basename(project.image.name)
    page = backoffice.get(admin_address(Project, "change", project.pk)).content.decode()
    said = page[page.index("The same file is also used in:") :][:300]
    assert admin_address(LocationFactor, "change", factor.pk) in said
    assert admin_address(Project, "change", project.pk) not in said
    page = backoffice.get(admin_address(Project, "change", with_image("red").pk)).content.decode()
    assert "The same file is also used in:" not in page


def test_a_photo_taken_out_of_its_event_leads_to_the_events_history(backoffice, settings):
    photo = PhotoFactory()
    name = photo.image.name
    save(backoffice, filled_in(backoffice, photo.event), **{"photos-0-DELETE": "on"})
    assert not Photo.objects.exists()
    age(settings)
    page = files(backoffice, "?show=history").content.decode()
    assert name.split("/")[1] in page
    assert admin_address(Event, "history", photo.event_id) in page
