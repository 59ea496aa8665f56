"""The list of all pages that search engines take."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from guizhou_portal.exchange import sitemaps
from guizhou_portal.pages.models import Page
from projects.models import LocationFactor, Project

from .factories import EventFactory, LocationFactorFactory, ProjectFactory, SectorFactory, many
from .facts import FACTS, LANGUAGES

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}
#: The protocol as sitemaps.org describes it, with the alternates search engines ask for; RELAX NG.
SCHEMA = etree.RelaxNG(
    etree.fromstring(f"""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="{NAMES["s"]}"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><choice>
    <element name="urlset"><oneOrMore><element name="url">
      <ref name="where"/>
      <oneOrMore><element ns="{NAMES["x"]}" name="link">
        <attribute ns="" name="rel"><value>alternate</value></attribute>
        <attribute ns="" name="hreflang"><data type="NCName"/></attribute>
        <attribute ns="" name="href"><ref name="address"/></attribute>
      </element></oneOrMore>
    </element></oneOrMore></element>
    <element name="sitemapindex">
      <oneOrMore><element name="sitemap"><ref name="where"/></element></oneOrMore>
    </element>
  </choice></start>
  <define name="where">
    <element name="loc"><ref name="address"/></element>
    <optional><element name="lastmod"><data type="dateTime"/></element></optional>
  </define>
  <define name="address"><data type="anyURI">
    <param name="pattern">http://testserver/.*</param><param name="maxLength">2048</param>
  </data></define>
</grammar>""")
)


def fetched(client, path="/sitemap.xml"):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    tree = etree.fromstring(response.content)
    SCHEMA.assertValid(tree)
    return tree


def locations(tree):
    return tree.xpath("//s:loc/text()", namespaces=NAMES)


def changed(tree, path):
    found = tree.xpath(f"//*[s:loc='http://testserver{path}']/s:lastmod/text()", namespaces=NAMES)
    return found and found[0]


def test_it_lists_every_page_in_every_language_with_its_alternates(portal, client):
    tree = fetched(client)
    addresses = locations(tree)
    assert len(addresses) == len(set(addresses))
    for path in [*FACTS, "data/api/"]:
        for language in LANGUAGES:
            assert f"http://testserver/{language}/{path}" in addresses
    head = client.get("/en/projects/traffic-cloud/").content.decode()
    for link in tree.xpath(
        "//*[s:loc='http://testserver/en/projects/traffic-cloud/']/x:link", namespaces=NAMES
    ):
        # As the page itself says.
        words = f'hreflang="{link.get("hreflang")}" href="{link.get("href")}"'
        assert f'<link rel="alternate" {words}>' in head
    assert len(link.getparent()) == 1 + 1 + len(LANGUAGES) + 1
    assert all(client.get(one).status_code == 200 for one in addresses if "/en/" in one)


def test_a_list_changes_with_its_newest_record_and_is_not_sent_to_who_has_it(db, client):
    old, new = ProjectFactory(), ProjectFactory()
    LocationFactorFactory()
    noon = timezone.now().replace(microsecond=0) - timedelta(days=9)
    Project.objects.filter(pk=old.pk).update(updated=noon - timedelta(days=90))
    Project.objects.filter(pk=new.pk).update(updated=noon)
    LocationFactor.objects.update(updated=noon - timedelta(days=1))
    first = client.get("/sitemap.xml")
    tree = etree.fromstring(first.content)
    of_new = changed(tree, f"/de/projects/{new.slug}/")
    assert of_new == changed(tree, "/de/projects/") == changed(tree, "/en/")
    assert of_new != changed(tree, f"/de/projects/{old.slug}/")
    day_before = timezone.localtime(noon) - timedelta(days=1)
    assert changed(tree, "/de/location/").startswith(f"{day_before:%Y-%m-%d}")
    assert not changed(tree, "/de/contracts/")
    known = ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]})
    for headers in known:
        assert client.get("/sitemap.xml", headers=headers).status_code == 304
    Project.objects.filter(pk=old.pk).update(publication="withdrawn")
    assert client.get("/sitemap.xml", headers=known[0]).status_code == 200
    Project.objects.filter(pk=old.pk).update(publication="published", publish_at=noon)
    Project.objects.filter(pk=new.pk).update(updated=timezone.now())
    for headers in known:
        assert client.get("/sitemap.xml", headers=headers).status_code == 200


def test_beyond_the_limit_it_is_an_index_of_parts(db, client, monkeypatch):
    monkeypatch.setattr(sitemaps, "RECORDS", 12)
    sector, event = SectorFactory(), EventFactory()
    many(ProjectFactory, 30, sector=sector, slug=[f"p-{n}" for n in range(30)])
    ProjectFactory(sector=sector, publication="draft", slug="hidden")
    parts = locations(fetched(client))
    assert [one for one in parts if "projects" in one] == [
        f"http://testserver/sitemap-projects.xml{page}" for page in ("", "?p=2", "?p=3")
    ]
    listed = [address for part in parts for address in locations(fetched(client, part))]
    assert (
        len(listed)
        == len(set(listed))
        == 3 * (len(Page.ROUTES) + len(sitemaps.WITHOUT_TEXTS) + 1 + 30)
    )
    assert f"http://testserver/zh-hans/events/{event.slug}/" in listed
    assert not any("hidden" in address for address in listed)


@pytest.mark.parametrize(
    "path",
    [
        *(f"/sitemap-projects.xml?p={p}" for p in ("abc", "0", "-1", "999999", "%00", "9" * 5000)),
        "/sitemap-pages.xml?p=2",
        "/sitemap-pages.xml?p=01",
        "/sitemap-contracts.xml",  # of which there are none
        "/sitemap.xml?p=2",
        "/sitemap-nothing.xml",
        "/sitemap-.xml",
    ],
)
def test_there_are_no_other_parts(db, client, path):
    assert client.get(path).status_code == 404


def test_no_more_is_asked_of_the_database_for_more_records(db, client):
    sector = SectorFactory()
    counts = []
    for n in range(2):
        many(ProjectFactory, 40, sector=sector, slug=[f"p-{n}-{m}" for m in range(40)])
        with CaptureQueriesContext(connection) as captured:
            client.get("/sitemap.xml")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10


def test_parts_of_450_addresses_and_their_index_are_short_enough_to_be_kept(db, client, settings):
    settings.PAGE_CACHE = True
    many(ProjectFactory, 400, sector=SectorFactory(), slug=[f"p-{n}" for n in range(400)])
    assert len(locations(fetched(client))) == 1 + 3
    for part, number in (("", 450), ("?p=3", 3 * 400 - 2 * 450)):
        address = f"/sitemap-projects.xml{part}"
        assert len(locations(fetched(client, address))) == number
        assert client.get(address)["Cache-Status"] == "portal; hit"
    assert client.get("/sitemap-projects.xml?p=03").status_code == 404


def test_a_part_is_sent_anew_to_nobody_who_has_it(db, client):
    old, new = ProjectFactory(), ProjectFactory()
    Project.objects.filter(pk=old.pk).update(updated=new.updated - timedelta(days=1))
    address = "/sitemap-projects.xml"
    first = client.get(address)
    for known in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        again = client.get(address, headers=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Project.objects.filter(pk=old.pk).update(publication="withdrawn")
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_an_index_of_ten_thousand_parts_is_short_enough_to_be_kept(
    db, client, settings, monkeypatch
):
    settings.PAGE_CACHE = True
    monkeypatch.setattr(sitemaps.Records, "parts", 10_000)
    many(ProjectFactory, 151, sector=SectorFactory(), slug=[f"p-{n}" for n in range(151)])
    assert len(locations(fetched(client))) == 1 + 10_000
    assert client.get("/sitemap.xml")["Cache-Status"] == "portal; hit"
