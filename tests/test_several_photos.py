"""Several photos at once: uploaded, described, saved as one change of the event."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from reversion.models import Version

from events.models import Event, Photo
from events.several_photos import purpose
from guizhou_portal.pictures.uploads import SALT

from .factories import EventFactory, PhotoFactory, picture_bytes, picture_upload
from .forms import admin_address, form_in


@pytest.fixture
def event(db):
    return EventFactory(publication="draft")


def address(event):
    return f"/admin/events/event/{event.pk}/photos/"


def coloured(name, colour):
    return picture_upload(name, picture_bytes(colour=colour))


def upload(client, event, *files, **values):
    """The page after an upload without JavaScript, and the form that stands in it."""
    response = client.post(address(event), {"upload": "1", "files": files, **values})
    assert response.status_code == 200
    return response.content.decode(), rows_of(response)


def rows_of(response):
    """What the page's form would send."""
    form = form_in(response)
    return {name: value for name, value in form.items() if name.startswith("photos-")}


def described(rows, **more):
    total = int(rows["photos-TOTAL_FORMS"])
    texts = {f"photos-{n}-image_alt_en": f"What photo {n} shows" for n in range(total)}
    return {**rows, **texts, **more}


def test_photos_are_uploaded_described_and_saved_in_their_order(backoffice, event):
    PhotoFactory(event=event, order=3)
    page, rows = upload(
        backoffice,
        event,
        coloured("first.jpg", "red"),
        coloured("second.jpg", "blue"),
        credit="A. Sample",
        licence="CC-BY-4.0",
    )
    assert page.index("first.jpg") < page.index("second.jpg")
    assert Photo.objects.count() == 1  # nothing is the event's before it is described
    response = backoffice.post(
        address(event), described(rows, **{"photos-1-caption_de": "Bild", "photos-1-credit": "B."})
    )
    assert response["Location"] == f"{admin_address(Event, 'change', event.pk)}#photos-group"
    _before, first, second = event.photos.all()
    assert (first.order, first.image_alt_en, first.credit) == (4, "What photo 0 shows", "A. Sample")
    assert (second.order, second.caption_de, second.credit) == (5, "Bild", "B.")
    assert {first.licence, second.licence} == {"CC-BY-4.0"}
    assert (second.image_width, second.image_height) == (64, 48)
    assert first.image.storage.exists(f"{first.image.name[:-4]}.64.avif")


def test_the_history_tells_of_the_photos_with_their_event(backoffice, event):
    _page, rows = upload(backoffice, event, coloured("first.jpg", "red"))
    updated = Event.objects.get().updated
    backoffice.post(address(event), described(rows))
    version = Version.objects.get_for_object(event).first()
    assert version.revision.user.username == "editor"
    assert {one.object_repr for one in version.revision.version_set.all()} >= {"What photo 0 shows"}
    assert Event.objects.get().updated > updated
    page = backoffice.get(admin_address(Event, "history", event.pk)).content.decode()
    assert "photo: What photo 0 shows" in page
    assert "added" in page


def test_a_bad_file_loses_none_of_the_others(backoffice, event):
    page, rows = upload(
        backoffice,
        event,
        coloured("good.jpg", "red"),
        picture_upload("broken.jpg", b"no picture"),
        picture_upload("moving.gif", b"GIF89a"),
        coloured("also-good.png", "blue"),
    )
    assert rows["photos-TOTAL_FORMS"] == "2"
    errors = re.findall(r"<li>(.*?)</li>", page[page.index('class="errorlist photos-errors"') :])
    assert errors[0].startswith("broken.jpg: This file is not a picture we can read.")
    assert errors[1].startswith("moving.gif: Only these kinds of file can be offered")


def test_a_photo_without_words_is_asked_for_them_and_nothing_is_lost(backoffice, event):
    _page, rows = upload(backoffice, event, coloured("a.jpg", "red"), coloured("b.jpg", "blue"))
    response = backoffice.post(
        address(event),
        {**rows, "photos-0-image_alt_zh_hans": "会场", "photos-1-caption_en": "Kept"},
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("Enter this in at least one language.") == 1
    assert "Kept" in page
    assert not Photo.objects.exists()
    # More photos can be chosen before those are saved.
    again = backoffice.post(
        address(event), {**rows_of(response), "upload": "1", "files": coloured("c.jpg", "green")}
    )
    rows = rows_of(again)
    assert (rows["photos-TOTAL_FORMS"], rows["photos-1-caption_en"]) == ("3", "Kept")
    rows["photos-2-DELETE"] = "on"
    backoffice.post(address(event), described(rows))
    saved = [photo.image_alt_zh_hans or "" for photo in event.photos.all()]
    assert saved == ["会场", ""]


def test_a_photo_is_saved_once_though_the_form_is_sent_twice(backoffice, event):
    _page, rows = upload(backoffice, event, coloured("a.jpg", "red"))
    backoffice.post(address(event), described(rows))
    page = backoffice.post(address(event), described(rows)).content.decode()
    assert "This photo has been saved already." in page
    assert event.photos.count() == 1


def test_a_picture_that_was_not_uploaded_here_cannot_be_claimed(backoffice, event, editor):
    other = PhotoFactory().image.name
    _page, rows = upload(backoffice, event, coloured("a.jpg", "red"))
    keys = [purpose(event), editor.pk, other, "x.jpg"]
    for forged in (
        "photos/x.jpg",
        rows["photos-0-upload"][:-2],
        signing.dumps(keys, salt="another"),
        signing.dumps([purpose(EventFactory()), *keys[1:]], salt=SALT),
        signing.dumps([keys[0], editor.pk + 1, *keys[2:]], salt=SALT),
        signing.dumps([*keys[:2], "photos/gone.jpg", "x"], salt=SALT),
        signing.dumps("x", salt=SALT),
    ):
        page = backoffice.post(address(event), described(rows, **{"photos-0-upload": forged}))
        assert "This upload is no longer there." in page.content.decode(), forged
    assert not event.photos.exists()


def test_the_script_sends_one_picture_and_gets_its_row(backoffice, event):
    send = f"{address(event)}upload/"
    answer = backoffice.post(
        send, {"index": "7", "files": coloured("a.jpg", "red"), "credit": "A. Sample"}
    ).json()
    assert 'name="photos-7-image_alt_zh_hans"' in answer["row"]
    assert 'value="A. Sample"' in answer["row"]
    assert "a.jpg" in answer["row"]
    refused = backoffice.post(send, {"index": "7", "files": picture_upload("a.jpg", b"nothing")})
    assert refused.json()["error"].startswith("a.jpg: This file is not a picture")
    assert (
        backoffice.post(send, {"index": "x", "files": coloured("a.jpg", "red")}).status_code == 400
    )
    assert backoffice.get(send).status_code == 405
    assert backoffice.get("/admin/events/event/999/photos/").status_code == 404


@pytest.mark.parametrize(
    "rights",
    [
        [],
        ["view_event", "add_photo", "view_photo"],
        ["view_event", "change_event", "view_photo", "change_photo"],
    ],
)
def test_who_may_not_change_the_event_or_add_photos_is_refused(
    client, django_user_model, event, rights
):
    user = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    assert client.get(address(event)).status_code == 403
    sent = {"index": "0", "files": coloured("a.jpg", "red")}
    assert client.post(f"{address(event)}upload/", sent).status_code == 403
    assert client.post(address(event), {"upload": "1", **sent}).status_code == 403
    form = client.get(admin_address(Event, "change", event.pk)).content.decode()
    assert address(event) not in form


def test_the_events_form_leads_to_the_page(backoffice, event):
    form = backoffice.get(admin_address(Event, "change", event.pk)).content.decode()
    assert address(event) in form
    page = backoffice.get(address(event)).content.decode()
    assert 'type="file" name="files"' in page
    nothing = backoffice.post(address(event), {"upload": "1"}).content.decode()
    assert "No file arrived." in nothing
    rows = rows_of(backoffice.get(address(event)))
    assert "There was no photo to save." in backoffice.post(address(event), rows).content.decode()
    for broken in ("x", "-1", "99999"):
        sent = {"upload": "1", "photos-TOTAL_FORMS": broken}
        assert backoffice.post(address(event), sent).status_code == 200
        assert backoffice.post(address(event), {**rows, **sent, "upload": ""}).status_code == 200
