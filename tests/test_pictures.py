"""Pictures: what an editor may upload, what is kept of it, and what a visitor is sent."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from events.models import Document, Event, Photo
from guizhou_portal.licences import Licence
from guizhou_portal.pictures.focus import focus_classes
from projects.models import Project

from .factories import (
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    ProjectFactory,
    picture_bytes,
    picture_upload,
)
from .forms import admin_address, complained_of, filled_in, save


def png_header(width, height):
    """A PNG that claims a size and holds almost nothing: unpacked, it would fill the memory."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 64))
        + chunk(b"IEND", b"")
    )


def animation(image_format):
    out = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, image_format, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_READABLE = "This file is not a picture we can read."
TOO_MANY = "more than 40 megapixels"
HOSTILE = {
    "SVG named .jpg": (lambda: SVG, "x.jpg", NOT_READABLE),
    "HTML named .png": (lambda: b"<html><script>alert(1)</script>", "x.png", NOT_READABLE),
    "SVG by its own name": (lambda: SVG, "x.svg", NOT_READABLE),
    "animated GIF": (lambda: animation("GIF"), "x.gif", NOT_READABLE),
    "GIF named .png": (lambda: animation("GIF"), "x.png", NOT_READABLE),
    "animated WebP": (lambda: animation("WEBP"), "x.webp", "The picture is animated."),
    "truncated JPEG": (
        lambda: picture_bytes((800, 600))[:-900],
        "x.jpg",
        "The picture is damaged or incomplete.",
    ),
    "decompression bomb": (lambda: png_header(60_000, 60_000), "x.png", TOO_MANY),
    "fifty megapixels": (lambda: png_header(10_000, 5_000), "x.png", TOO_MANY),
    "too many bytes": (
        lambda: picture_bytes() + b"\0" * (15 * 1024 * 1024),
        "x.jpg",
        "at most 15.0",
    ),
    "too tall for WebP": (lambda: picture_bytes((300, 3001)), "x.jpg", "too narrow"),
    "too wide": (lambda: png_header(40_000, 900), "x.png", "too narrow"),
    "nothing": (lambda: b"\0", "x.jpg", NOT_READABLE),
    "TIFF": (lambda: picture_bytes(image_format="TIFF"), "x.tif", NOT_READABLE),
    "PNG without content": (
        lambda: png_header(100, 100),
        "x.png",
        "The picture is damaged or incomplete.",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_picture_is_refused_with_a_reason_and_nothing_is_stored(
    backoffice, settings, kind
):
    content, name, reason = HOSTILE[kind]
    form = filled_in(backoffice, ProjectFactory())
    upload = picture_upload(name, content())
    response = backoffice.post(
        form.address,
        {**form, "title_en": "Typed with care", "image": upload, "image_alt_de": "Alt"},
    )
    page = response.content.decode().replace("\u00a0", " ")
    assert response.status_code == 200
    assert reason in " ".join(re.findall(r'<ul class="errorlist.*?</ul>', page, re.DOTALL))
    assert "Typed with care" in page
    assert Project.objects.get().image.name == ""
    assert not settings.MEDIA_ROOT.exists() or not [*settings.MEDIA_ROOT.rglob("*.*")]


def test_code_that_assigns_a_hostile_file_is_refused_too(db):
    with pytest.raises(ValidationError, match="image"), transaction.atomic():
        PhotoFactory(image=picture_upload("x.jpg", SVG))
    assert not Photo.objects.exists()


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_an_uploaded_picture_is_kept_and_made_in_every_size(backoffice, image_format):
    event = EventFactory()
    form = filled_in(backoffice, event)
    upload = picture_upload("Mein Foto.x", picture_bytes((1200, 800), image_format))
    response = backoffice.post(
        form.address,
        {
            **form,
            "hero_image": upload,
            "hero_image_alt_en": "A hall",
            "hero_image_credit": "Sample",
        },
    )
    assert response.status_code == 302
    event.refresh_from_db()
    assert (event.hero_image_width, event.hero_image_height) == (1200, 800)
    page = backoffice.get(f"/en/events/{event.slug}/").content.decode()
    tag = re.search(r"<picture>.*?</picture>", page, re.DOTALL)[0]
    assert 'width="1200" height="800"' in tag
    assert 'alt="' in tag
    assert 'sizes="' in tag
    assert tag.index("image/avif") < tag.index("image/webp") < tag.index("<img")
    for address, width in re.findall(r"(/media/\S+) (\d+)w", tag):
        response = backoffice.get(address)
        image = Image.open(BytesIO(b"".join(response.streaming_content)))
        assert image.width == int(width)
        assert response["Content-Type"] == f"image/{image.format.lower()}"
        assert "immutable" in response["Cache-Control"]
    assert {480, 960, 1200} == {int(width) for width in re.findall(r" (\d+)w", tag)}
    assert "Sample" in page


def test_a_small_picture_is_never_blown_up(db, client):
    event = EventFactory()
    PhotoFactory(event=event, image=picture_upload(size=(300, 200)))
    page = client.get(f"/en/events/{event.slug}/").content.decode()
    assert set(re.findall(r"/media/\S+ (\d+)w", page)) == {"300"}


def test_camera_data_is_removed_and_the_picture_turned_upright(db):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (26.0, 38.0, 0.0)
    upload = picture_upload(content=picture_bytes((80, 40), exif=exif, comment=b"SECRET NOTE"))
    assert b"SECRET CAMERA" in upload.read()
    photo = PhotoFactory(image=upload)
    assert (photo.image_width, photo.image_height) == (40, 80)
    _, names = default_storage.listdir("photos")
    assert len(names) == 4  # the original, AVIF, WebP and one JPEG
    for name in names:
        with default_storage.open(f"photos/{name}") as file:
            content = file.read()
        image = Image.open(BytesIO(content))
        assert image.size == (40, 80), name
        assert not image.getexif(), name
        assert b"SECRET" not in content, name
        assert not {"comment", "xmp", "exif"} & set(image.info), name


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_colour_mode_can_be_shown(db, mode):
    out = BytesIO()
    Image.new(mode, (50, 30)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    photo = PhotoFactory(image=picture_upload("x.png", out.getvalue()))
    assert default_storage.exists(photo.image.name.rsplit(".", 1)[0] + ".50.jpg")


def test_greys_of_sixteen_bits_and_printers_inks_keep_their_colours(db):
    deep = Image.new("I;16", (50, 30), 30000)
    out = BytesIO()
    deep.save(out, "PNG")
    photo = PhotoFactory(image=picture_upload("x.png", out.getvalue()))
    assert Image.open(photo.image.path).convert("RGB").getpixel((5, 5)) == (117, 117, 117)
    out = BytesIO()
    Image.new("CMYK", (50, 30), (0, 255, 255, 0)).save(out, "JPEG", icc_profile=b"no profile")
    photo = PhotoFactory(image=picture_upload("x.jpg", out.getvalue()))
    red, green, blue = Image.open(photo.image.path).getpixel((5, 5))
    assert red > 200
    assert max(green, blue) < 60
    assert "icc_profile" not in Image.open(photo.image.path).info


def test_a_telephones_picture_with_a_preview_behind_it_is_a_still_picture(db):
    out = BytesIO()
    preview = Image.new("RGB", (20, 15), "red")
    Image.new("RGB", (80, 60), "green").save(out, "MPO", save_all=True, append_images=[preview])
    photo = PhotoFactory(image=picture_upload("x.jpg", out.getvalue()))
    assert (photo.image_width, photo.image_height) == (80, 60)
    assert Image.open(photo.image.path).format == "JPEG"


def test_the_work_on_pictures_is_done_before_the_database_is_locked(backoffice, monkeypatch):
    """SQLite lets one write at a time: an upload must not keep the other editors waiting."""
    from django.db import connection

    from guizhou_portal.pictures import fields

    inside = []
    for name in ("read_original", "drawn"):
        real = getattr(fields, name)

        def watched(given, real=real):
            inside.append(len(connection.savepoint_ids))
            return real(given)

        monkeypatch.setattr(fields, name, watched)
    form = filled_in(backoffice, ProjectFactory())
    outside = len(connection.savepoint_ids)  # the test's own
    response = backoffice.post(
        form.address, {**form, "image": picture_upload(), "image_alt_en": "Alt"}
    )
    assert response.status_code == 302
    assert Project.objects.get().image
    assert inside == [outside, outside]


def test_a_record_whose_picture_is_gone_from_the_disk_can_still_be_saved(backoffice):
    project = ProjectFactory(image=picture_upload(), image_alt_en="Alt")
    project.image.storage.delete(project.image.name)
    form = filled_in(backoffice, Project.objects.get())
    response = backoffice.post(form.address, {**form, "title_en": "Saved all the same"})
    assert response.status_code == 302
    project = Project.objects.get()
    assert (project.title_en, project.image_width) == ("Saved all the same", 64)


def test_missing_words_are_asked_for_in_the_editors_language(backoffice):
    form = filled_in(backoffice, ProjectFactory())
    response = backoffice.post(form.address, {**form, "image": picture_upload()})
    assert complained_of(response) == {"image_alt_en"}


def test_a_picture_without_words_is_refused(backoffice):
    form = filled_in(backoffice, ProjectFactory())
    response = backoffice.post(form.address, {**form, "image": picture_upload()})
    assert "Describe the picture for people who cannot see it." in response.content.decode()
    form = filled_in(backoffice, EventFactory())
    photo = {
        **form,
        "photos-TOTAL_FORMS": "1",
        "photos-0-order": "1",
        "photos-0-image": picture_upload(),
    }
    response = backoffice.post(form.address, photo)
    assert response.status_code == 200
    assert not Photo.objects.exists()


def test_a_portrait_and_a_logo_take_the_place_of_the_monogram(db, client):
    person = OfficialFactory()
    address = f"/en/officials/{person.slug}/"
    assert "portrait--monogram" in client.get(address).content.decode()
    person.portrait = picture_upload()
    person.save()
    page = client.get(address).content.decode()
    assert "portrait--monogram" not in page
    assert f"/media/{person.portrait.name.rsplit('.', 1)[0]}" in page
    assert OrganisationFactory(logo=picture_upload()).logo_width == 64


def test_uploads_are_served_without_being_run(db, client, settings):
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "page.html").write_text("<script>alert(1)</script>")
    response = client.get("/media/page.html")
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get("/media/").status_code == 404
    assert client.get("/media/../settings.py").status_code == 404
    assert client.get("/media/%2e%2e/%2e%2e/etc/passwd").status_code == 404
    assert client.get("/media/a%00b").status_code == 404


# --- focal point, licence, and what the form shows ------------------------------------------------


def test_every_crop_of_a_picture_keeps_its_focal_point_in_sight(db, client):
    point = {"image_focus_x": 22, "image_focus_y": 98, "image": picture_upload()}
    project = ProjectFactory(**point, image_alt_en="Alt", image_alt_de="Alt")
    photo = PhotoFactory(image_focus_x=0, image_focus_y=50)
    Event.objects.filter(pk=photo.event_id).update(
        hero_image=photo.image.name,
        hero_image_width=64,
        hero_image_height=48,
        hero_image_focus_x=73,
    )
    person = OfficialFactory(portrait=picture_upload(), portrait_focus_y=10)
    LocationFactorFactory(**point, image_alt_en="Alt")
    for path, expected in {
        f"projects/{project.slug}/": "focus-x-20 focus-y-100",
        "projects/": "focus-x-20 focus-y-100",
        "": "focus-x-20 focus-y-100",
        "location/": "focus-x-20 focus-y-100",
        f"events/{photo.event.slug}/": "focus-x-75",
        "events/": "focus-x-75",
        f"officials/{person.slug}/": "focus-y-10",
        "officials/": "focus-y-10",
    }.items():
        page = client.get(f"/en/{path}").content.decode()
        assert f'<img class="{expected}" src="/media/' in page, path
    assert 'class="focus-x-0"' in client.get(f"/en/events/{photo.event.slug}/").content.decode()


def test_every_step_of_the_focal_point_has_a_rule_and_the_middle_needs_none():
    sheet = (settings.BASE_DIR / "static/css/pictures.css").read_text()
    for value in range(101):
        for one in focus_classes(value, 100 - value).split():
            assert f".{one} {{ --{one.rsplit('-', 1)[0]}: {one.rsplit('-', 1)[1]}%; }}" in sheet
    assert focus_classes(50, 50) == ""
    assert focus_classes(48, 52) == ""


def test_a_focal_point_outside_the_picture_is_refused_by_form_and_database(backoffice):
    project = ProjectFactory()
    form = filled_in(backoffice, project)
    for value in ("101", "-1", "middle"):
        response = backoffice.post(form.address, {**form, "image_focus_x": value})
        assert complained_of(response) == {"image_focus_x"}
    save(backoffice, form, image_focus_x="", image_focus_y="100")
    project.refresh_from_db()
    assert (project.image_focus_x, project.image_focus_y) == (50, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.update(image_focus_y=101)


def test_the_licence_stands_beside_the_credit_with_a_link_to_its_text(db, client):
    photo = PhotoFactory(credit="A. Sample", licence="CC-BY-SA-4.0")
    Document.objects.create(
        event=photo.event,
        title="Paper",
        file=SimpleUploadedFile("paper.pdf", b"%PDF-1.7 sample"),
        credit="B. Sample",
        licence="rights-reserved",
    )
    page = client.get(f"/en/events/{photo.event.slug}/").content.decode()
    link = "https://creativecommons.org/licenses/by-sa/4.0/"
    assert f'Photo: A. Sample · <a href="{link}" rel="license noopener">CC BY-SA 4.0</a>' in page
    assert "· B. Sample · all rights reserved" in page
    assert Licence.CC0.url == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert {one for one in Licence if not one.url} == {
        Licence.PUBLIC_DOMAIN,
        Licence.PERMISSION,
        Licence.RIGHTS_RESERVED,
    }


def test_the_form_shows_the_picture_there_is_and_says_when_it_is_gone(backoffice):
    project = ProjectFactory(image=picture_upload(), image_alt_en="A hall", image_focus_x=10)
    address = admin_address(Project, "change", project.pk)
    page = backoffice.get(address).content.decode()
    name = project.image.name
    assert f'class="focus-x-10" src="/media/{name[:-4]}.64.webp" alt="A hall"' in page
    assert f'<a href="/media/{name}" target="_blank">' in page
    assert re.search(r"JPG, \d+ bytes, 64 × 48 pixels", page.replace("\u00a0", " "))
    project.image.storage.delete(name)
    assert "The file is gone from the disk." in backoffice.get(address).content.decode()


def test_a_chosen_file_that_is_refused_is_named(backoffice):
    project = ProjectFactory(image=picture_upload(), image_alt_en="A hall")
    form = filled_in(backoffice, project)
    response = backoffice.post(
        form.address, {**form, "image": picture_upload("new-hall.jpg", b"no picture")}
    )
    page = response.content.decode()
    assert "“new-hall.jpg” could not be kept" in page
    assert project.image.name[:-4] in page  # the picture there is stays in sight
    save(backoffice, form, **{"image-clear": "on"})
    assert Project.objects.get().image.name == ""


def test_what_was_loaded_before_there_were_focal_points_still_counts_as_untouched(portal):
    from guizhou_portal.content.loader import load
    from guizhou_portal.content.models import LoadedRecord

    later = re.compile("focus|licence")

    def as_before(content):
        return {
            name: [as_before(one) if isinstance(one, dict) else one for one in value]
            if isinstance(value, list)
            else value
            for name, value in content.items()
            if not later.search(name)
        }

    for seen in LoadedRecord.objects.all():
        seen.content["stored"] = as_before(seen.content["stored"])
        seen.save()
    counts = load()
    assert {outcome for one in counts.values() for outcome in one} == {"skipped"}
    Project.objects.filter(slug="traffic-cloud").update(image_focus_x=10)
    assert load()["project"]["kept"] == 1
