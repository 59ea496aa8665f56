"""Uploads on an S3 store: for editors and visitors nothing is different."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils.http import http_date
from reversion.models import Version

from guizhou_portal import environment
from guizhou_portal.pictures import stored_files
from projects.models import Project, ProjectDocument

from .factories import ProjectFactory, picture_bytes, picture_upload
from .forms import filled_in, save

URL = "s3://key:s%2Fcret@s3.eu-central-1.amazonaws.com/guizhou/portal?region=eu-central-1"
PDF = b"%PDF-1.7 sample" + b"0" * 3 * 2**20  # so large that it arrives in a temporary file


@pytest.fixture
def storage_options(monkeypatch):
    def given(url):
        monkeypatch.setenv("MEDIA_STORAGE_URL", url)
        return environment.media_storage("MEDIA_STORAGE_URL")

    return given


@pytest.fixture
def bucket(settings, storage_options):
    """A bucket in which the portal is given a folder, and somebody else has a file."""
    import boto3
    from moto import mock_aws

    settings.STORAGES = {**settings.STORAGES, "default": storage_options(URL)}
    with mock_aws():
        s3 = boto3.client("s3", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
        region = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket="guizhou", CreateBucketConfiguration=region)
        s3.put_object(Bucket="guizhou", Key="another/file", Body=b"not the portal's")
        yield s3


def names_in(bucket):
    return [one["Key"] for one in bucket.list_objects_v2(Bucket="guizhou")["Contents"]]


def content_of(response):
    return b"".join(response.streaming_content)


def picture_of(page):
    return re.search(r'src="(/media/projects/[^"]+\.jpg)"', page)[1]


def of_the_portal(bucket):
    return [name for name in names_in(bucket) if name.startswith("portal/")]


@pytest.mark.thorough
def test_what_an_editor_uploads_is_on_the_store_and_on_the_page(backoffice, client, bucket):
    project = ProjectFactory(title_en="Cloud")
    save(
        backoffice,
        filled_in(backoffice, project),
        image=picture_upload(content=picture_bytes(colour="red")),
        image_alt_en="A hall",
        **{
            "documents-TOTAL_FORMS": "1",
            "documents-0-order": "0",
            "documents-0-title_en": "Leaflet",
            "documents-0-file": picture_upload("Leaflet.pdf", PDF, "application/pdf"),
        },
    )
    project, document = Project.objects.get(), ProjectDocument.objects.get()
    assert len(of_the_portal(bucket)) == 5  # original, AVIF, WebP, JPEG; the document
    assert f"portal/{project.image.name}" in of_the_portal(bucket)
    page = client.get(reverse("projects:project", args=[project.slug])).content.decode()
    assert f'href="/media/{document.file.name}"' in page
    assert "3.0\xa0MB" in page
    shown = client.get(picture_of(page))
    assert shown["Content-Type"] == "image/jpeg"
    assert "immutable" in shown["Cache-Control"]
    assert content_of(shown).startswith(b"\xff\xd8")
    download = client.get(f"/media/{document.file.name}")
    assert download["Content-Disposition"].startswith("attachment")
    assert "sandbox" in download["Content-Security-Policy"]
    assert download["Content-Length"] == str(len(PDF))
    assert content_of(download) == PDF


@pytest.mark.thorough
def test_a_replaced_picture_and_a_deleted_document_go_when_no_version_needs_them(
    backoffice, bucket
):
    project = ProjectFactory(image=picture_upload(content=picture_bytes(colour="red")))
    document = ProjectDocument.objects.create(
        project=project, title="Leaflet", file=picture_upload("a.pdf", PDF, "application/pdf")
    )
    old, gone = project.image.name, document.file.name
    form = filled_in(backoffice, project)
    blue = picture_upload(content=picture_bytes(colour="blue"))
    save(backoffice, form, image=blue, image_alt_en="A hall", **{"documents-0-DELETE": "on"})
    project.refresh_from_db()
    assert project.image.name != old
    page = backoffice.get(reverse("admin:files") + "?show=all").content.decode()
    assert project.image.name.rsplit("/", 1)[1] in page
    said = StringIO()
    call_command("orphaned_files", "--delete", "--older-than=0", stdout=said)
    assert default_storage.exists(old)
    assert default_storage.exists(gone)
    Version.objects.all().delete()
    call_command("orphaned_files", "--delete", "--older-than=0", stdout=said)
    assert said.getvalue().count("deleted: ") == 5
    assert not default_storage.exists(old)
    assert not default_storage.exists(gone)
    assert default_storage.exists(project.image.name)
    assert "another/file" in names_in(bucket)


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_lost_size_of_a_picture_is_drawn_anew(bucket):
    project = ProjectFactory(image=picture_upload())
    lost = project.image.name.rsplit(".", 1)[0] + ".64.webp"
    default_storage.delete(lost)
    said = StringIO()
    call_command("orphaned_files", "--repair", stdout=said)
    assert f"drawn anew: {project.image.name} (1)" in said.getvalue()
    assert default_storage.exists(lost)


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_file_that_changed_since_we_looked_is_not_deleted(bucket):
    default_storage.save("photos/a.jpg", ContentFile(b"x"))
    (found,) = stored_files.files_on_disk()
    assert (found.name, found.size) == ("photos/a.jpg", 1)
    earlier = stored_files.StoredFile(found.name, found.size, found.changed - 5)
    assert not stored_files.delete(earlier)
    assert default_storage.exists("photos/a.jpg")
    assert stored_files.delete(found)
    assert not default_storage.exists("photos/a.jpg")


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_browser_that_has_a_file_is_not_sent_it_again(client, bucket):
    default_storage.save("photos/a.jpg", ContentFile(b"x"))
    later = http_date((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    again = client.get("/media/photos/a.jpg", headers={"If-Modified-Since": later})
    assert again.status_code == 304
    assert client.head("/media/photos/a.jpg")["Content-Length"] == "1"


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["photos/none.jpg", "../another/file", "%2e%2e/another/file", "a%00b", "", "x" * 1100]
)
def test_nothing_but_the_portals_own_files_can_be_asked_for(client, bucket, path):
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.thorough
def test_a_page_is_shown_while_the_store_is_away_and_a_file_asks_for_patience(
    client, bucket, db, monkeypatch
):
    from botocore.exceptions import EndpointConnectionError

    project = ProjectFactory(image=picture_upload())
    ProjectDocument.objects.create(
        project=project, title="Leaflet", file=picture_upload("a.pdf", PDF, "application/pdf")
    )

    def away(*_arguments, **_options):
        raise EndpointConnectionError(endpoint_url="https://store.example")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", away)
    cache.clear()
    page = client.get(reverse("projects:project", args=[project.slug]))
    assert page.status_code == 200
    answer = client.get(picture_of(page.content.decode()))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "immutable" not in answer["Cache-Control"]


def test_the_store_is_named_by_an_address(storage_options):
    assert storage_options("")["BACKEND"].endswith("FileSystemStorage")
    assert storage_options(URL)["OPTIONS"] == {
        "access_key": "key",
        "secret_key": "s/cret",
        "endpoint_url": "https://s3.eu-central-1.amazonaws.com",
        "bucket_name": "guizhou",
        "location": "portal",
        "region_name": "eu-central-1",
        "path_style": False,
    }
    local = storage_options("s3+http://k:s@minio:9000/bucket")["OPTIONS"]
    assert local["endpoint_url"] == "http://minio:9000"
    assert (local["location"], local["path_style"]) == ("", True)


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:hunter2@host",
        "s3:///bucket",
        "https://key:hunter2@host/bucket",
        "s3://key:hunter2@host:port/bucket",
        "s3://key:hunter2@host/bucket?regoin=x",
    ],
)
def test_a_wrong_address_is_one_sentence_without_its_secret(storage_options, url):
    with pytest.raises(ImproperlyConfigured) as wrong:
        storage_options(url)
    assert "MEDIA_STORAGE_URL is not understood; it must look like s3://" in str(wrong.value)
    assert "hunter2" not in str(wrong.value)
