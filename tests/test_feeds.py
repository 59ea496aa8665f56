"""Feeds of events, contracts and projects: read by feedparser, checked against RFC 4287 by lxml."""

import re
from datetime import UTC, datetime

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from events.models import Contract, Event
from guizhou_portal import counted
from guizhou_portal.publishing.models import FormerSlug
from projects.models import Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    ProjectFactory,
    SectorFactory,
    full_event,
    many,
)
from .forms import filled_in
from .test_queries import queries

FEEDS = {"events/": EventFactory, "contracts/": ContractFactory, "projects/": ProjectFactory}
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: RFC 3339 as RFC 4287 asks for it, and a tag URI as RFC 4151 does.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[\w/?&=%.+~-]+")


def feed_at(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def titles(parsed):
    return [entry.title for entry in parsed.entries]


def check(element, required, once):
    names = [child.tag.removeprefix(ATOM) for child in element]
    for name in required:
        assert name in names, name
    for name in once:
        assert names.count(name) <= 1, name
    for date in element.iterfind(f"{ATOM}updated"):
        assert DATE.fullmatch(date.text)
    assert TAG.fullmatch(element.findtext(f"{ATOM}id"))
    alternates = [
        (link.get("type"), link.get("hreflang"))
        for link in element.iterfind(f"{ATOM}link")
        if link.get("rel") == "alternate"
    ]
    assert alternates
    assert len(set(alternates)) == len(alternates)
    for link in element.iterfind(f"{ATOM}link"):
        assert link.get("href").startswith("http://testserver/")


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_every_feed_is_valid_in_each_language(portal, client, language):
    identifiers = []
    for path in FEEDS:
        content = client.get(f"/{language}/{path}feed/").content
        root = etree.fromstring(content)
        assert root.get(XML_LANG) == language
        once = ("id", "title", "updated", "icon", "logo", "subtitle")
        check(root, ("id", "title", "updated", "author", "icon", "logo"), once)
        entries = root.findall(f"{ATOM}entry")
        assert entries
        for entry in entries:
            once = ("id", "title", "updated", "published", "summary", "content")
            check(entry, (*once, "link"), once)
            pages = [one.get("href") for one in entry.iterfind(f"{ATOM}link[@type='text/html']")]
            assert pages[0] == pages[-1]
            assert pages[0].startswith(f"http://testserver/{language}/")
            html = entry.findtext(f"{ATOM}content")
            for unsafe in ("<script", "<svg", "class=", 'href="/'):
                assert unsafe not in html
        identifiers += [element.text for element in root.iter(f"{ATOM}id")]
    assert len(set(identifiers)) == len(identifiers)


def test_a_feed_says_whose_it_is_and_where_it_is(portal, client):
    from guizhou_portal.pages.models import Operator

    feed = feed_at(client, "/en/projects/feed/", sector="tourism").feed
    assert feed.title == "Projects (Sector: Tourism) · Guizhou Portal"
    assert feed.author == "Guizhou Portal"
    links = {(link.rel, link.get("hreflang")): link.href for link in feed.links}
    site = "http://testserver"
    assert links["self", None] == f"{site}/en/projects/feed/?sector=tourism"
    assert links["alternate", None] == f"{site}/en/projects/?sector=tourism"
    assert links["alternate", "zh-hans"] == f"{site}/zh-hans/projects/feed/?sector=tourism"
    assert client.get(feed.logo).status_code == 200
    Operator(name="Sample Agency <GmbH> & Co.").save()
    assert feed_at(client, "/en/projects/feed/").feed.author == "Sample Agency <GmbH> & Co."


def test_an_entry_tells_what_the_record_says(db, client):
    sector = SectorFactory(name="Sample sector")
    contract = ContractFactory(
        title_en="A & B: <5 %>",
        summary_en="Two\x0b lines\r\nof it",
        kind="framework",
        event=EventFactory(title_en="Public event"),
        project=ProjectFactory(title_en="Hidden project", publication="draft"),
    )
    contract.sectors.add(sector)
    signatory = OfficialFactory(publication="draft", name="HIDDEN Person")
    party = ContractPartyFactory(contract=contract, signatory=signatory)
    (entry,) = feed_at(client, "/en/contracts/feed/").entries
    assert entry.title == "A & B: <5 %>"
    assert entry.summary == "Two lines\nof it"
    assert entry.link == f"http://testserver/en/contracts/{contract.slug}/"
    html = entry.content[0].value
    event = contract.event
    assert f'<a href="http://testserver/en/events/{event.slug}/"' in html
    assert party.organisation.name_en in html
    assert "Framework agreement" in html
    assert "Hidden project" not in html
    assert "HIDDEN" not in html
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        (sector.slug, sector.name_en),
        ("framework", "Framework agreement"),
    ]
    assert entry.tags[0].scheme + entry.tags[0].term == (
        f"http://testserver/en/contracts/?sector={sector.slug}"
    )


def test_links_in_a_report_lead_to_the_site_and_to_nothing_unsafe(db, client):
    event = EventFactory(
        starts_at="2031-06-05T08:00Z",
        report_de='<p><a href="/de/projects/">a</a> <a href="#x">b</a></p><script>c()</script>',
    )
    Event.objects.update(summary_de="1 < 2 & \ufffe<b>fett</b>")
    (entry,) = feed_at(client, "/de/events/feed/").entries
    html = entry.content[0].value
    assert 'href="http://testserver/de/projects/"' in html
    assert f'href="http://testserver/de/events/{event.slug}/#x"' in html
    assert "c()" not in html
    assert "1 &lt; 2 &amp; &lt;b&gt;fett" in html
    assert f"http://testserver{event.get_calendar_url()}" in [one.href for one in entry.links]


def test_a_text_in_another_language_is_marked(db, client):
    ProjectFactory(title_en="", title_de="Nur deutsch", summary_en="English", summary_de="Deutsch")
    root = etree.fromstring(client.get("/en/projects/feed/").content)
    entry = root.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").get(XML_LANG) == "de"
    assert entry.find(f"{ATOM}summary").get(XML_LANG) is None


@pytest.mark.parametrize("path", FEEDS)
def test_only_what_is_published_is_in_a_feed_and_the_latest_change_comes_first(db, client, path):
    make = FEEDS[path]
    model = {"events/": Event, "contracts/": Contract, "projects/": Project}[path]
    records = [make() for _ in range(3)]
    make(publication="draft", title_de="Withheld")
    make(publication="published", publish_at="2100-01-01T00:00Z", title_de="Withheld")
    changed = datetime(2026, 1, 1, tzinfo=UTC)
    model.objects.update(updated=changed)
    first, second, third = records
    model.objects.filter(pk=second.pk).update(updated=changed.replace(day=3))
    # Published by the clock after its last change.
    model.objects.filter(pk=third.pk).update(publish_at=changed.replace(day=2))
    parsed = feed_at(client, f"/de/{path}feed/")
    assert titles(parsed) == [second.title_de, third.title_de, first.title_de]
    assert parsed.entries[1].updated.startswith("2026-01-02T00:00:00")
    assert parsed.feed.updated == parsed.entries[0].updated
    model.objects.filter(pk=second.pk).update(publication="withdrawn")
    assert titles(feed_at(client, f"/de/{path}feed/")) == [third.title_de, first.title_de]


def test_a_feed_keeps_the_filters_of_its_list_and_bears_with_anything(db, client):
    german, swiss = (ContractPartyFactory(organisation__country=code) for code in ("DE", "CH"))
    path = "/de/contracts/feed/"
    parsed = feed_at(client, path, country="DE", sort="title", utm="x")
    assert titles(parsed) == [german.contract.title_de]
    assert parsed.feed.links[1].href == "http://testserver/de/contracts/feed/?country=DE"
    both = feed_at(client, path, country=["CH", "DE"])
    assert set(titles(both)) == {german.contract.title_de, swiss.contract.title_de}
    for hostile in ("?country=%00", "?q=%01%02", "?kind=%ff&sector=' OR 1=1--", "?q=" + "x" * 5000):
        feed_at(client, path + hostile)
    assert client.post(path).status_code == 405
    for page in ("0", "2", "x", "9" * 5000, "%00", "-1"):
        assert client.get(f"{path}?page={page}").status_code == 404, page


def test_a_port_that_cannot_be_is_a_bad_request(db, client):
    ProjectFactory()
    assert client.get("/de/projects/feed/", HTTP_HOST="localhost:65535").status_code == 200
    assert client.get("/de/projects/feed/", HTTP_HOST="localhost:65536").status_code == 400


def test_an_identifier_outlives_its_address_and_differs_in_each_language(db, client):
    event = EventFactory()
    (before,) = feed_at(client, "/de/events/feed/").entries
    event.slug = "renamed"
    event.save()
    (after,) = feed_at(client, "/de/events/feed/").entries
    assert before.id == after.id
    assert before.link != after.link
    assert client.get(before.link)["Location"] == "/de/events/renamed/"
    assert feed_at(client, "/en/events/feed/").entries[0].id != before.id
    assert FormerSlug.objects.count() == 1


def test_older_entries_are_on_later_pages(db, client):
    sector = SectorFactory()
    numbers = [str(n) for n in range(1, 112)]
    many(ProjectFactory, 111, slug=numbers, title_de=numbers, sector=sector)
    path, seen = f"/de/projects/feed/?sector={sector.slug}", []
    for page in (1, 2, 3):
        parsed = feed_at(client, path)
        links = {link.rel: link.href for link in parsed.feed.links if link.rel != "alternate"}
        assert links["last"].endswith(f"?sector={sector.slug}&page=3")
        assert ("next" in links, "previous" in links) == (page < 3, page > 1)
        assert links["self"] == f"http://testserver{path}"
        seen += titles(parsed)
        path = links.get("next", "").removeprefix("http://testserver")
    assert seen == numbers[::-1]


def test_a_feed_ends_where_its_list_is_no_longer_counted(db, client, monkeypatch):
    monkeypatch.setattr(counted, "MOST", 60)
    numbers = [str(n) for n in range(1, 71)]
    many(ProjectFactory, 70, slug=numbers, title_de=numbers, kind="ppp", sector=SectorFactory())
    for query in ("", "kind=ppp&"):
        later = feed_at(client, f"/de/projects/feed/?{query}page=2")
        assert titles(later) == numbers[19:9:-1]
        assert client.get(f"/de/projects/feed/?{query}page=3").status_code == 404


def test_a_database_finds_the_entries_of_a_feed_without_putting_all_records_in_order(db, client):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table as a whole")
    many(ProjectFactory, 60, slug=[str(n) for n in range(60)], sector=SectorFactory())
    with CaptureQueriesContext(connection) as captured:
        feed_at(client, "/de/projects/feed/")
    (asked,) = [
        one["sql"] for one in captured if "ORDER BY" in one["sql"] and "LIMIT 50" in one["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "USING INDEX project_news (publication=?)" in plan
    assert "ORDER BY" not in plan


def test_a_feed_is_sent_again_only_when_it_changed(db, client):
    one, other = EventFactory(), EventFactory()
    path = "/de/events/feed/"
    first = client.get(path)
    assert first["Cache-Control"] == "public, max-age=300"
    by_tag = {"If-None-Match": first["ETag"]}
    by_date = {"If-Modified-Since": first["Last-Modified"]}
    assert client.get(path, headers=by_tag).status_code == 304
    assert client.get(path, headers=by_date).status_code == 304
    Event.objects.filter(pk=other.pk).delete()
    assert client.get(path, headers=by_tag).status_code == 200
    by_date = {"If-Modified-Since": client.get(path)["Last-Modified"]}
    Event.objects.filter(pk=one.pk).update(
        publication="withdrawn", updated=datetime(2099, 1, 1, tzinfo=UTC)
    )
    assert feed_at(client, path).entries == []
    assert client.get(path, headers=by_date).status_code == 200
    again = {"If-None-Match": client.get(path)["ETag"]}
    assert client.get(path, headers=again).status_code == 304  # an empty feed is the same, too


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_lists_and_home_lead_to_their_feeds(portal, client, language):
    def announced(path):
        page = etree.HTML(client.get(path).content)
        links = page.xpath("//head/link[@rel='alternate'][@type='application/atom+xml']")
        return page, {link.get("href"): link.get("title") for link in links}

    site = f"http://testserver/{language}/"
    for path, query in (("events/", "?country=DE"), ("contracts/", ""), ("projects/", "?open=yes")):
        page, links = announced(f"/{language}/{path}{query}")
        (address,) = links
        assert address == f"{site}{path}feed/{query}"
        assert links[address] == feed_at(client, address).feed.title
        assert page.xpath(f"//main//a[@href='/{language}/{path}feed/{query}']")
    _page, links = announced(f"/{language}/")
    assert set(links) == {f"{site}{path}feed/" for path in FEEDS}
    assert all(links.values())


@pytest.mark.parametrize("path", FEEDS)
def test_no_record_takes_the_address_of_a_feed(db, backoffice, path):
    made = FEEDS[path](title_en="Feed")
    assert made.slug == "feed-2"
    form = filled_in(backoffice, made)
    response = backoffice.post(form.address, {**form, "slug": "feed"})
    assert response.status_code == 200
    words = "“feed” is kept for a page of the portal. Choose another address."
    assert words in response.content.decode()
    type(made).objects.update(slug="feed")  # as it was before the word was kept
    type(made).objects.get().full_clean()


def test_feeds_ask_the_database_no_more_for_more_entries(db, client):
    def counts():
        return {path: queries(client, f"/en/{path}feed/") for path in FEEDS}

    full_event(1)
    at_one = counts()
    assert max(at_one.values()) <= 8, at_one
    full_event(3)
    assert counts() == at_one
