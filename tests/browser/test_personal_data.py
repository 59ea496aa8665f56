"""An administrator answers a person who asks, with the keyboard and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import Attachment, Enquiry

from .accessibility import wrong_with


@pytest.fixture
def enquiry(site, settings, tmp_path):
    settings.ENQUIRY_FILES = tmp_path / "enquiries"
    one = Enquiry.objects.create(
        name="SAMPLE Ada",
        organisation="Maschinenbaugesellschaft (sample)",
        email="ada@portal.example",
        message="Hello",
        consented_at=timezone.now(),
    )
    Attachment.objects.create(enquiry=one, file="2030-01/a", name="Offer.pdf", kind="PDF", size=1)
    return one


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_stored_is_shown_and_erased_after_a_confirmation(
    site, desk, console, enquiry, scheme
):
    desk.set_viewport_size({"width": 360, "height": 800})
    desk.emulate_media(color_scheme=scheme)
    desk.goto(f"{site}/admin/personal-data/")
    desk.locator("[name=email]").fill("ADA@portal.example")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name=enquiry.reference)).to_be_visible()
    assert wrong_with(desk) == []
    assert "ada" not in desk.url.lower()
    erase = desk.locator("button[value=erase]")
    erase.click()
    assert Enquiry.objects.exists()  # the browser asks for the tick first
    desk.locator("[name=confirmed]").press("Space")
    erase.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert not Enquiry.objects.exists()
    assert "ada" not in desk.content().lower()
    assert console == []
