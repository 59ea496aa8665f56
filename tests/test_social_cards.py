"""The pictures that stand for pages where their addresses are shared."""

import re
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from projects.models import Project

from .factories import EventFactory, OfficialFactory, ProjectFactory
from .facts import FACTS


def card(response):
    return Image.open(BytesIO(b"".join(response.streaming_content)))


def address_of_card(client, path):
    page = client.get(path).content.decode()
    return re.search(r'property="og:image" content="http://testserver([^"]+)"', page)[1]


@pytest.mark.parametrize(
    "language",
    ["zh-hans", *(pytest.param(one, marks=pytest.mark.thorough) for one in ("de", "en"))],
)
def test_every_page_names_a_card_of_its_own_in_its_language(portal, client, language):
    addresses = {path: address_of_card(client, f"/{language}/{path}") for path in FACTS}
    assert len(set(addresses.values())) == len(FACTS)
    for address in addresses.values():
        assert address.startswith(f"/{language}/card/")
    response = client.get(addresses["projects/food-safety-cloud/"])
    assert response["Content-Type"] == "image/png"
    assert card(response).size == (1200, 630)


def test_a_card_is_drawn_once_and_anew_when_the_title_changes(portal, client, monkeypatch):
    from guizhou_portal.pictures import social_cards

    drawn = []
    real = social_cards.draw
    monkeypatch.setattr(social_cards, "draw", lambda *text: drawn.append(text) or real(*text))
    address = "/en/card/project/traffic-cloud.png"
    first, second = (b"".join(client.get(address).streaming_content) for _ in range(2))
    assert first == second
    assert len(drawn) == 1
    Project.objects.filter(slug="traffic-cloud").update(title_en="Another title")
    assert b"".join(client.get(address).streaming_content) != first
    assert drawn[-1][0] == "Another title"


def test_the_card_of_a_draft_does_not_exist(db, client, settings):
    draft = ProjectFactory(publication="draft")
    for path in (f"project/{draft.slug}", "project/nothing", "nothing/x", "page/nothing"):
        assert client.get(f"/en/card/{path}.png").status_code == 404
    assert not (settings.MEDIA_ROOT / "cards").exists()


@pytest.mark.parametrize(
    "title",
    ["x", "word " * 40, "w" * 160, "云" * 160, "交通云 and more" * 8, "😀 ¿? Ж", "a-" * 80],
)
def test_a_card_can_be_drawn_of_any_title(db, client, title):
    event = EventFactory(title_en=title[:200])
    assert card(client.get(f"/en/card/event/{event.slug}.png")).size == (1200, 630)


def test_long_words_are_set_smaller_and_no_line_leaves_the_card():
    from guizhou_portal.pictures.social_cards import _fitted

    font, lines = _fitted("Lebensmittelsicherheits-Cloud", "latin", 920, 3)
    assert lines == ["Lebensmittelsicherheits-", "Cloud"]
    for text in ("word " * 40, "w" * 160):
        font, lines = _fitted(text, "latin", 920, 3)
        assert len(lines) <= 3
        assert all(font.getlength(line) <= 920 for line in lines)
    assert lines[-1].endswith("…")


def test_a_person_without_an_office_has_a_card_as_well(db, client):
    person = OfficialFactory(position_en="", position_de="")
    assert card(client.get(f"/en/card/official/{person.slug}.png")).size == (1200, 630)
    assert len(default_storage.listdir("cards")[1]) == 1


def test_line_ends_in_a_title_are_blanks_on_its_card(db, client):
    project = ProjectFactory(title_de="Erste Zeile\r\nzweite\u2029dritte", sector__name="A\nB")
    response = client.get(f"/de/card/project/{project.slug}.png")
    assert card(response).size == (1200, 630)
