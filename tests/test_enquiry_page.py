"""What the form tells before anything is typed: how long it is kept, and every country."""

import re
from html import unescape

import pytest

LANGUAGES = ["de", "en", "zh-hans"]


def countries_of(client, language):
    page = client.get(f"/{language}/enquiry/").content.decode()
    select = re.search(r'<select name="country".*?</select>', page, re.DOTALL)[0]
    return [unescape(name) for name in re.findall(r">([^<>\n]+)</option>", select)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "30 Tage nach der letzten Aktivität"),
        ("en", "30 days after the last activity"),
        ("zh-hans", "最后一次往来30天后"),
    ],
)
@pytest.mark.parametrize("address", ["enquiry", "privacy"])
def test_the_page_tells_the_period_that_is_set(portal, client, settings, language, words, address):
    settings.ENQUIRY_RETENTION_DAYS = 30
    assert words in client.get(f"/{language}/{address}/").content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_there_once(db, client, language):
    names = countries_of(client, language)
    assert len(names) == len(set(names)) > 240


def test_countries_stand_as_their_readers_look_for_them(db, client):
    german = countries_of(client, "de")
    assert german[1:4] == ["Afghanistan", "Ägypten", "Åland-Inseln"]
    chinese = countries_of(client, "zh-hans")
    wanted = ["阿富汗", "德国", "尼泊尔", "萨摩亚", "塔吉克斯坦", "中国"]
    assert [name for name in chinese if name in wanted] == wanted
