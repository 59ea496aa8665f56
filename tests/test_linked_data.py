"""What each page says to machines: JSON-LD, read by an independent library; cards for networks."""

import json
import re
from datetime import date
from urllib.parse import urlsplit

import extruct
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from events.models import Official
from guizhou_portal.exchange.page_data import script_of
from guizhou_portal.exchange.plain_text import shortened, without_markup
from guizhou_portal.pages.models import Operator

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    PhotoFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    full_event,
    picture_upload,
)
from .facts import CONFERENCE, FACTS, LANGUAGES
from .forms import admin_address

TAGS = {"de": "de", "en": "en", "zh-hans": "zh-Hans"}
#: The types of page and of what it is there to show.
KINDS = {
    "": ("WebPage", None),
    "imprint/": ("WebPage", None),
    "events/": ("CollectionPage", "ItemList"),
    "officials/": ("CollectionPage", "ItemList"),
    "contracts/": ("CollectionPage", "ItemList"),
    "projects/": ("CollectionPage", "ItemList"),
    "location/": ("CollectionPage", "ItemList"),
    CONFERENCE: ("WebPage", "BusinessEvent"),
    "officials/qin-rupei/": ("ProfilePage", "Person"),
    "contracts/contract-swiss-companies/": ("WebPage", "CreativeWork"),
    "projects/food-safety-cloud/": ("WebPage", "Project"),
}


@pytest.fixture(autouse=True)
def nobody_known():
    cache.clear()


def graph(client, path):
    """The page's nodes by their ``@id``."""
    response = client.get(path)
    assert response.status_code == 200, path
    found = extruct.extract(response.content.decode(), path, syntaxes=["json-ld"])["json-ld"]
    (document,) = found
    assert document["@context"] == "https://schema.org"
    nodes = {node["@id"]: node for node in document["@graph"]}
    assert len(nodes) == len(document["@graph"]), path
    return nodes


def page_of(nodes):
    return next(node for node in nodes.values() if node["@type"].endswith("Page"))


def main_of(nodes):
    shown = page_of(nodes).get("mainEntity", {})
    return nodes[shown["@id"]] if "@id" in shown else shown


def each(value):
    """Every object in JSON, itself included."""
    if isinstance(value, dict):
        yield value
        value = value.values()
    if not isinstance(value, (str, int, float, bool)):
        for one in value:
            yield from each(one)


def addresses(nodes):
    """Every address of this site that is named; the search's is a pattern."""
    for one in each(list(nodes.values())):
        for value in one.values():
            if isinstance(value, str) and value.startswith("http://testserver/"):
                yield value.replace("?q={search_term_string}", "")


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_what_it_is(portal, client, language):
    seen = set()
    for path in FACTS:
        nodes = graph(client, f"/{language}/{path}")
        page, main = page_of(nodes), main_of(nodes)
        if path in KINDS:
            assert (page["@type"], main.get("@type")) == KINDS[path]
        assert page["inLanguage"] == TAGS[language]
        assert page["url"] == f"http://testserver/{language}/{path}"
        assert len(page["name"]) > 1
        assert len(page["description"]) > 10
        assert parse_datetime(page["dateModified"])
        site = nodes[page["isPartOf"]["@id"]]
        assert site["@type"] == "WebSite"
        target = site["potentialAction"]["target"]["urlTemplate"]
        assert target == f"http://testserver/{language}/search/?q={{search_term_string}}"
        if path:
            way = nodes[page["breadcrumb"]["@id"]]["itemListElement"]
            assert [one["position"] for one in way] == list(range(1, len(way) + 1))
            assert way[-1] == {**way[-1], "name": page["name"], "item": page["url"]}
            assert way[0]["item"] == f"http://testserver/{language}/"
        for one in each(list(nodes.values())):
            if one.keys() == {"@id"}:  # a reference
                assert one["@id"] in nodes, path
            assert not any(value in ("", None, [], {}) for value in one.values()), (path, one)
        seen.update(addresses(nodes))
    for address in seen:
        found = urlsplit(address)
        if not found.path.endswith("/search/"):
            assert client.get(found.path, follow=True).status_code == 200, address


def test_a_thing_is_the_same_thing_in_every_language(portal, client):
    ids = [main_of(graph(client, f"/{language}/{CONFERENCE}"))["@id"] for language in LANGUAGES]
    assert set(ids) == {f"http://testserver/{CONFERENCE}#event"}
    names = {main_of(graph(client, f"/{language}/{CONFERENCE}"))["name"] for language in LANGUAGES}
    assert len(names) == 3


def test_what_is_not_published_is_not_said(portal, client):
    event = main_of(graph(client, f"/en/{CONFERENCE}"))
    assert not event.keys() & {"startDate", "endDate", "eventStatus", "image", "inLanguage"}
    assert event["location"]["name"] == "InterContinental Frankfurt hotel"
    assert event["location"]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Frankfurt am Main",
        "addressCountry": "DE",
    }
    contract = main_of(graph(client, "/en/contracts/contract-swiss-companies/"))
    assert not contract.keys() & {"genre", "dateCreated", "contributor", "about"}
    assert contract["creativeWorkStatus"] == "signed"
    person = main_of(graph(client, "/en/officials/zhang-kun/"))
    assert person["familyName"] == "ZHANG"
    assert not person.keys() & {"alternateName", "image"}
    for path in FACTS:
        text = json.dumps(graph(client, f"/en/{path}"))
        assert '"not published' not in text, path
        assert "None" not in text, path


def test_an_event_with_everything_says_it(db, client):
    event = full_event(2)
    event.starts_at, event.ends_at = "2026-05-04T08:00Z", "2026-05-04T10:30Z"
    event.address = "Sample street 1\r\n60327 Frankfurt"
    event.country, event.venue_en = "DE", "Sample hall"
    event.registration_link = "https://example.org/register"
    event.save()
    item = event.programme.first()
    item.starts_at, item.language_spoken_en = "2026-05-04T08:15Z", "German"
    item.save()
    guest = AppearanceFactory(programme_item=item, role="guest_of_honour").official
    photo = PhotoFactory(event=event, credit="A sample", licence="CC-BY-4.0")
    nodes = graph(client, f"/en/events/{event.slug}/")
    said = main_of(nodes)
    assert said["startDate"] == "2026-05-04T10:00:00+02:00"
    assert said["endDate"] == "2026-05-04T12:30:00+02:00"
    assert said["eventStatus"] == "https://schema.org/EventScheduled"
    assert "potentialAction" not in said  # it is over
    assert said["location"]["address"]["streetAddress"] == "Sample street 1, 60327 Frankfurt"
    assert [nodes[one["@id"]]["@type"] for one in said["organizer"]] == ["Organization"]
    assert len(said["performer"]) == 4
    assert [nodes[one["@id"]]["name"] for one in said["attendee"]] == [guest.name]
    first = nodes[said["subEvent"][0]["@id"]]
    assert first["startDate"] == "2026-05-04T10:15:00+02:00"
    assert first["inLanguage"] == {"@type": "Language", "name": "German"}
    assert first["superEvent"] == {"@id": said["@id"]}
    assert "startDate" not in nodes[said["subEvent"][1]["@id"]]
    assert said["image"] == [
        {
            "@type": "ImageObject",
            "contentUrl": f"http://testserver{photo.image.url}",
            "width": 64,
            "height": 48,
            "caption": "What the photo shows (sample)",
            "creditText": "A sample",
            "license": "https://creativecommons.org/licenses/by/4.0/",
        }
    ]


def test_a_contract_and_a_project_know_each_other_and_their_parties(db, client):
    project = ProjectFactory(kind="ppp", sought_from_partners_en="Sample cameras", order=1)
    contract = ContractFactory(project=project, kind="purchase", signed_on=date(2026, 5, 4))
    signatory = OfficialFactory()
    party = ContractPartyFactory(contract=contract, signatory=signatory)
    ContractPartyFactory(
        contract=contract, organisation=None, name_not_published=True, country="CH"
    )
    nodes = graph(client, f"/en/contracts/{contract.slug}/")
    said = main_of(nodes)
    assert said["dateCreated"] == "2026-05-04"
    assert said["genre"] == "purchase contract"
    assert [nodes[one["@id"]]["name"] for one in said["contributor"]] == [
        party.organisation.name_en,
        signatory.name,
    ]
    assert said["about"] == {"@id": f"http://testserver/projects/{project.slug}/#project"}
    nodes = graph(client, f"/en/projects/{project.slug}/")
    assert main_of(nodes)["subjectOf"] == [{"@id": said["@id"]}]
    assert main_of(nodes)["seeks"] == {"@type": "Demand", "description": "Sample cameras"}
    assert "public-private partnership (PPP)" in main_of(nodes)["keywords"]


def test_a_person_is_shown_with_portrait_name_in_native_script_and_office(db, client):
    person = OfficialFactory(
        native_name="样本", position_en="Sample office", portrait=picture_upload()
    )
    said = main_of(graph(client, f"/en/officials/{person.slug}/"))
    assert said["alternateName"] == {"@value": "样本", "@language": "zh-Hans"}
    assert said["jobTitle"] == "Sample office"
    assert client.get(urlsplit(said["image"]["contentUrl"]).path).status_code == 200
    assert main_of(graph(client, f"/zh-hans/officials/{person.slug}/"))["alternateName"] == "样本"


def test_a_text_of_another_language_says_so_and_formatted_text_is_plain(db, client):
    event = EventFactory(
        title_en="",
        title_zh_hans="",
        report_de="<p>Ein <strong>Muster</strong> &amp; mehr.</p><p>Zwei.</p>",
    )
    said = main_of(graph(client, f"/en/events/{event.slug}/"))
    assert said["name"] == {"@value": event.title_de, "@language": "de"}
    assert said["description"] == {"@value": "Ein Muster & mehr. Zwei.", "@language": "de"}
    way = graph(client, f"/en/events/{event.slug}/")[
        f"http://testserver/en/events/{event.slug}/#breadcrumb"
    ]["itemListElement"]
    assert way[-1]["name"] == said["name"]


def test_drafts_are_not_named_and_previews_and_errors_say_nothing(db, client, backoffice):
    event = EventFactory()
    hidden = OfficialFactory(name="WITHHELD Person", publication="draft")
    item = ProgrammeItemFactory(event=event)
    AppearanceFactory(programme_item=item, official=hidden)
    project = ProjectFactory(title="Withheld project", publication="draft")
    contract = ContractFactory(event=event, project=project)
    ContractPartyFactory(contract=contract, signatory=hidden)
    for record in (event, contract):
        assert (
            "withheld"
            not in json.dumps(graph(client, f"/en{record.get_absolute_url()[3:]}")).lower()
        )
    preview = backoffice.get(admin_address(Official, "preview_page", hidden.pk, "en"))
    assert "WITHHELD" in preview.content.decode()
    for response in (preview, client.get("/en/nothing/")):
        assert "ld+json" not in response.content.decode()


HOSTILE = "</script><script>alert(1)</script><!-- & \u2028\u2029 \"'\\"


def test_a_hostile_title_stays_text(db, client):
    event = EventFactory(title_en=HOSTILE)
    address = f"/en/events/{event.slug}/"
    page = client.get(address).content.decode()
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
    assert not set("<>&\u2028\u2029") & set(script)
    assert main_of(graph(client, address))["name"] == HOSTILE
    assert "<script>alert" not in page
    words = " ".join(HOSTILE.split())
    found = extruct.extract(page, address, syntaxes=["opengraph"])["opengraph"][0]["properties"]
    assert ("og:title", words) in found
    assert json.loads(script_of([{"name": HOSTILE}]))["@graph"] == [{"name": HOSTILE}]


@pytest.mark.parametrize("query", ["?page=999999", "?page=abc", "?page=%00"])
def test_a_page_of_a_list_that_is_not_there_is_not_found(db, client, query):
    assert client.get(f"/en/projects/{query}").status_code == 404


def test_a_later_page_counts_on(db, client, monkeypatch):
    monkeypatch.setattr("projects.views.ProjectList.paginate_by", 2)
    for _ in range(3):
        ProjectFactory()
    listed = main_of(graph(client, "/en/projects/?page=2"))
    assert listed["numberOfItems"] == 3
    assert [one["position"] for one in listed["itemListElement"]] == [3]


def test_the_publisher_is_named_as_far_as_the_operator_has_said(
    portal, client, django_capture_on_commit_callbacks
):
    nodes = graph(client, "/en/")
    assert "publisher" not in page_of(nodes)
    assert "Organization" not in {node["@type"] for node in nodes.values()}
    with django_capture_on_commit_callbacks(execute=True):
        operator = Operator.objects.create(
            name="Sample operator", address="Sample street 1\n12345 Sample", email="a@example.org"
        )
    nodes = graph(client, "/en/projects/")
    assert nodes[page_of(nodes)["publisher"]["@id"]] == {
        "@type": "Organization",
        "@id": "http://testserver/#operator",
        "name": "Sample operator",
        "address": "Sample street 1, 12345 Sample",
        "email": "a@example.org",
    }
    with django_capture_on_commit_callbacks(execute=True):
        operator.delete()
    assert "publisher" not in page_of(graph(client, "/en/projects/"))


def test_no_page_asks_more_of_the_database_for_it(
    db, client, monkeypatch, django_assert_num_queries
):
    """As many queries as without it; that none grows is for test_queries."""
    event = full_event(2)
    PhotoFactory(event=event)
    paths = [
        "/en/",
        f"/en/events/{event.slug}/",
        f"/en/contracts/{event.contracts.first().slug}/",
        f"/en/projects/{event.contracts.first().project.slug}/",
        "/en/officials/",
        "/en/location/",
        "/en/imprint/",
    ]

    def counted():
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            yield len(captured)

    with_it = list(counted())
    monkeypatch.setattr("guizhou_portal.templatetags.machines.graph_of", lambda context: [])
    assert with_it == list(counted())


# --- cards ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [("", "website"), ("projects/", "website"), (CONFERENCE, "article"),
     ("contracts/contract-swiss-companies/", "article"), ("officials/qin-rupei/", "profile")],
)  # fmt: skip
def test_networks_learn_title_kind_language_and_picture(portal, client, path, kind):
    page = client.get(f"/zh-hans/{path}").content.decode()
    found = extruct.extract(page, syntaxes=["opengraph"])["opengraph"][0]["properties"]
    said = dict(found)
    assert said["og:type"] == kind
    assert said["og:title"] in page[page.index("<title>") : page.index("</title>")]
    assert len(said["og:description"]) > 10
    assert said["og:url"] == f"http://testserver/zh-hans/{path}"
    assert said["og:locale"] == "zh_CN"
    assert [v for name, v in found if name == "og:locale:alternate"] == ["de_DE", "en_GB"]
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
    assert said["og:title"] in said["og:image:alt"]
    assert ("article:modified_time" in said) is (kind == "article")
    assert said.get("profile:last_name") == ("QIN" if kind == "profile" else None)
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    assert '<meta name="robots" content="max-image-preview:large">' in page


def description(client, record):
    page = client.get(f"/en{record.get_absolute_url()[3:]}").content.decode()
    return re.search(r'<meta name="description" content="([^"]*)"', page)[1]


def test_a_record_nobody_described_is_described_by_its_facts(db, client):
    event = EventFactory(city_en="Sample town", country="DE")
    contract = ContractFactory(kind="purchase")
    ContractPartyFactory(contract=contract, organisation=OrganisationFactory(name="Sample works"))
    project = ProjectFactory(kind="ppp", open_to_foreign_investors=True)
    assert description(client, event) == "Investment conference · Sample town · Germany"
    assert description(client, contract) == (
        "Signed contracts · purchase contract · Sample works (sample)"
    )
    assert description(client, project) == (
        f"{project.sector.name_en} · public-private partnership (PPP) · Open to foreign investors"
    )
    told = EventFactory(report_en="<h3>How it was</h3><p>One &lt;two&gt;.</p>")
    assert description(client, told) == "How it was One &lt;two&gt;."


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("One two.", "One two."),
        ("A first sentence. And a second one", "A first sentence."),
        ("No sentence ends in here at all", "No sentence ends in…"),
        ("Version 1.2.3.4.5.6.7.8 of it is out", "Version…"),
        ("第一句很长很长很长很长。第二句也很长很长很长很长很长", "第一句很长很长很长很长。"),
        ("x" * 40, "x" * 19 + "…"),
    ],
)
def test_a_description_ends_with_a_sentence_or_a_word(text, short):
    assert shortened(text, 20) == short


def test_text_without_markup_keeps_words_apart():
    assert without_markup("<ul><li>a<br>b</li><li><em>c</em>d &amp; e</li></ul>") == "a b cd & e"
    assert without_markup(None) == ""


def test_selections_are_not_for_search_engines(portal, client):
    page = client.get("/en/projects/?sector=tourism").content.decode()
    assert '<meta name="robots" content="noindex">' in page
