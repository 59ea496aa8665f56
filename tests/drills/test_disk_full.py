"""A disk without room: whoever sends a file is told, nothing half is kept, reading goes on."""

import io
import os
import resource
import subprocess
from contextlib import ExitStack, contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import picture_upload
from tests.forms import form_at

from .browser import Browser
from .test_killed import files_in
from .wire import workers

NO_ROOM = "There is no room for this file"


def noise(size):
    """A picture that cannot be packed."""
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).save(out, "JPEG", quality=95)
    return SimpleUploadedFile("noise.jpg", out.getvalue(), "image/jpeg")


@contextmanager
def small_disk(folder, size="2m"):
    """A disk of its own at ``folder``; only root may."""
    folder.mkdir(exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(["/bin/mount", *options], capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)  # noqa: S603


def fill(folder):
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            return


@pytest.fixture
def project(place):
    ((key,),) = place.ask("select min(id) from projects_project")
    return f"/admin/projects/project/{key}"


def test_a_picture_the_disk_has_no_room_for_is_refused_and_the_old_one_stays(place, project):
    with small_disk(place.folder / "media", "3m") as media:
        portal = place.serve(WEB_CONCURRENCY=1)
        browser = Browser(portal.port, 60).sign_in()
        address = f"{project}/change/"
        form = form_at(browser, address)
        first = form | {"image": picture_upload(size=(400, 300)), "image_alt_en": "The first"}
        answer = browser.post(address, first)
        assert answer.status_code == 302, answer.text
        before, kept = files_in(media), place.ask("select image from projects_project")

        form = form_at(browser, address)
        second = form | {"image": noise((1700, 1200)), "image_alt_en": "The second"}
        answer = browser.post(address, second)
        assert answer.status_code == 507
        assert NO_ROOM in answer.text
        assert "Go back in your browser" in answer.text
        assert files_in(media) == before
        assert place.ask("select image from projects_project") == kept
        # A form that is shown again for its errors keeps its files: there is no room, either.
        answer = browser.post(address, second | {"slug": "not good"})
        assert answer.status_code == 507
        assert files_in(media) == before
        # Once there is room again, all is well without anybody's help.
        smaller = picture_upload(size=(300, 200), colour="red")
        answer = browser.post(address, form | {"image": smaller, "image_alt_en": "The third"})
        assert answer.status_code == 302
        assert place.ask("select image from projects_project") != kept


def test_cards_and_fact_sheets_are_given_while_nothing_can_be_kept(place):
    with ExitStack() as stack:
        for name in ("media", "fact-sheets"):
            fill(stack.enter_context(small_disk(place.folder / name, "16k")))
        portal = place.serve(WEB_CONCURRENCY=1)
        browser = Browser(portal.port, 60)
        slug = place.ask("select slug from projects_project order by id limit 1")[0][0]
        for _ in range(2):
            sheet = browser.get(f"/en/projects/{slug}.pdf")
            assert sheet.status_code == 200
            assert sheet.content.startswith(b"%PDF")
            card = browser.get("/en/card/page/home.png")
            assert card.status_code == 200
            assert card.content.startswith(b"\x89PNG")
        assert "traceback" not in place.logged()


def test_an_enquiry_whose_file_finds_no_room_is_taken_without_it(place):
    """Each process may write files of so many bytes only: as a quota that is used up."""
    from tests.test_enquiries import ADDRESS, WORDS

    from .test_killed import opened_long_ago

    portal = place.serve(WEB_CONCURRENCY=1)
    browser = Browser(portal.port)
    form = WORDS | {"opened": opened_long_ago(browser)}
    file = SimpleUploadedFile("plan.pdf", b"%PDF-" + b"0" * 9_000_000, "application/pdf")
    (worker,) = workers(portal)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))
    answer = browser.post(ADDRESS, form | {"attachment": file})
    assert answer.status_code == 507, answer.text
    assert files_in(place.folder / "enquiries") == set()
    answer = browser.post(ADDRESS, form)
    assert answer.status_code == 302
    assert place.ask("select count(*) from projects_enquiry") == [(1,)]
