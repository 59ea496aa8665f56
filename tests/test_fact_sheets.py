"""PDF fact sheets: what they say, how they are made, when they are made anew."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from django.core.files import locks

from events.models import Event, Official
from guizhou_portal import environment
from guizhou_portal.exchange.fact_sheets import content, fonts, inline, printing, prose
from guizhou_portal.publishing.models import Publication
from projects.models import KeyFigure, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OrganisationFactory,
    ProjectFactory,
    full_event,
    picture_upload,
)

LANGUAGES = {"de": "de", "en": "en", "zh-hans": "zh-CN"}
#: What stands in the sheets of the portal's own content.
SAID = {
    ("projects", "de"): ["Verkehrs-Cloud", "nicht veröffentlicht", "Provinzregierung Guizhou"],
    ("projects", "en"): ["Traffic cloud", "not published", "public-private partnership"],
    ("projects", "zh-hans"): ["交通云", "未公布", "政府和社会资本合作（PPP）"],
    ("contracts", "de"): ["Verträge mit Unternehmen", "Name nicht veröffentlicht", "Deutschland"],
    ("contracts", "en"): ["Germany", "name not published", "Guizhou side"],
    ("contracts", "zh-hans"): ["与德国企业签署的合同", "名称未公布", "已签署"],
    ("events", "de"): ["Investitionskonferenz", "QIN Rupei", "秦如培", "Vizegouverneur"],
    ("events", "en"): ["Words of greeting", "LIANG Jianquan", "梁建全", "InterContinental"],
    ("events", "zh-hans"): ["贵州省（法兰克福）投资推介会", "ZHANG Kun", "签约仪式", "，"],
}
SLUGS = {
    "projects": "traffic-cloud",
    "contracts": "contract-german-companies",
    "events": "guizhou-investment-conference-frankfurt",
}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def kept(settings):
    """Sheets are kept, as on a server."""
    settings.CACHES = {
        **settings.CACHES,
        "fact_sheets": environment.file_cache("CACHE_URL", settings.VAR / "sheets", most=9),
    }


@pytest.fixture
def prints(monkeypatch):
    """The contents that were set in type, without setting them."""
    seen = []
    monkeypatch.setattr(printing, "made", lambda one: seen.append(one) or b"%PDF-1.7 sample")
    return seen


def test_one_sheet_serves_all_ways_to_write_the_host(portal, client, kept, prints):
    sheet = f"/en/projects/{SLUGS['projects']}.pdf"
    for host in ("localhost", "LOCALHOST", "localhost:80", "localhost:1", "LocalHost:65535"):
        response = client.get(sheet, headers={"host": host})
        assert "<http://localhost" in response["Link"]
    assert len(prints) == 2  # the test client's port is served: with it, and without


def read(response):
    return pypdf.PdfReader(BytesIO(response.content))


def text_of(pdf):
    """What is read out. Of a hyphen, the library tells only how its sign was used first."""
    return "\n".join(page.extract_text() for page in pdf.pages).replace("\xad", "-")


def tags_of(pdf):
    """The kinds of structure elements, in reading order."""
    found = []

    def walk(node):
        node = node.get_object()
        for one in node if isinstance(node, list) else [node]:
            one = one.get_object()
            if isinstance(one, dict):
                found.append(one.get("/S"))
                if "/K" in one:
                    walk(one["/K"])

    walk(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return [tag for tag in found if tag]


def fonts_of(pdf):
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            yield from font.get_object()["/DescendantFonts"]


@pytest.mark.parametrize("kind", SLUGS)
def test_a_record_has_a_tagged_sheet_in_each_language(client, portal, kind):
    for language, tag in LANGUAGES.items():
        response = client.get(f"/{language}/{kind}/{SLUGS[kind]}.pdf")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Language"] == language
        name = f"{SLUGS[kind]}-{language}.pdf"
        assert response["Content-Disposition"] == f'inline; filename="{name}"'
        page = f"http://testserver/{language}/{kind}/{SLUGS[kind]}/"
        assert response["Link"] == f'<{page}>; rel="canonical"'
        assert len(response.content) < 300_000

        pdf = read(response)
        text = text_of(pdf)
        assert [words for words in SAID[kind, language] if words not in text] == []
        assert page.removeprefix("http://") in text
        root = pdf.trailer["/Root"]
        assert root["/Lang"] == tag
        assert root["/MarkInfo"]["/Marked"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"<pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
        assert pdf.metadata.title in " ".join(text.split()).replace("- ", "-")
        assert {"/Title", "/H1", "/Table", "/TH", "/TD"} <= set(tags_of(pdf))
        for font in fonts_of(pdf):
            descriptor = font.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), "a font is not embedded"
            assert descriptor["/FontName"][7] == "+", "a font is not reduced to what is used"


HOSTILE = '#import "x": * $1$ @b *c* _d_ `e` \\ <f> [g] // h'


def full_project():
    project = ProjectFactory(
        slug="full",
        title=HOSTILE,
        summary=HOSTILE,
        description=(
            "<h4>Kapitel</h4><p>Vor <strong>fett</strong> "
            '<a href="https://example.org/">Ziel</a> <a href="/de/location/">nah</a></p>'
            "<p lang='1!'>ohne Sprache</p><ul><li>Punkt</li></ul><blockquote><p>Wort</p>"
            "</blockquote><table><caption>Werte</caption>"
            '<tr><th scope="col">Ort</th><th scope="col">Zahl</th></tr>'
            "<tr><td>Guiyang</td><td>7</td></tr></table>"
        ),
        investment_volume=Decimal("1250000.50"),
        currency="CNY",
        starts_on=date(2026, 3, 1),
        image=picture_upload(size=(1200, 800)),
        image_alt="Ein Feld",
        image_credit="Wer",
    )
    KeyFigure.objects.create(project=project, label_de="Labore", value_de="14", source="Jahrbuch")
    partner = OrganisationFactory(name="Partner AG", website="https://partner.example/")
    project.partners.add(partner)
    contract = ContractFactory(slug="full", project=project, value=Decimal(5), currency="EUR")
    ContractPartyFactory(contract=contract, side="guizhou")
    ContractPartyFactory(contract=contract, organisation=partner)
    return project


def test_a_sheet_says_all_the_page_says_and_runs_nothing_of_it(client, db):
    full_project()
    pdf = read(client.get("/de/projects/full.pdf"))
    text = text_of(pdf)
    assert text.count('#import "x": *') >= 2
    for words in (
        *("1.250.000,50 CNY", "1. März 2026", "Kapitel", "Punkt", "Wort", "Werte", "Guiyang"),
        *("Labore", "14", "Quelle: Jahrbuch", "Partner AG", "Contract", "Wer"),
    ):
        assert words in text, words
    tags = tags_of(pdf)
    assert {"/H2", "/L", "/LI", "/BlockQuote", "/Strong", "/Figure", "/Link"} <= set(tags)
    assert tags.index("/Title") < tags.index("/H1") < tags.index("/H2")
    links = {
        one.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for one in page.get("/Annots", [])
        if "/URI" in one.get_object().get("/A", {})
    }
    assert {
        "https://example.org/",
        "https://partner.example/",
        "http://testserver/de/location/",
        "http://testserver/de/contracts/full/",
    } <= links


def test_texts_in_another_language_are_marked(client, db):
    project = ProjectFactory(slug="one", title_en="", title_zh_hans="", title_de="Nur deutsch")
    Project.objects.filter(pk=project.pk).update(description_de="<p>Auch dies</p>")
    text = text_of(read(client.get("/en/projects/one.pdf")))
    assert "Nur deutsch" in text
    assert "Shown in German" in text
    assert "This text is shown in German" in text


def test_what_no_typeface_has_is_seen_to_be_missing(client, db, caplog):
    event = EventFactory(slug="signs", title_de="Fest 😀 العربية", summary_de="👩‍💻" + "x" * 300)
    Event.objects.filter(pk=event.pk).update(hero_image="events/gone.jpg", hero_image_width=900)
    text = text_of(read(client.get("/de/events/signs.pdf")))
    assert "Fest □ □□□□□□□" in text
    assert "without its picture" in caplog.text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Straße 秦如培", "Straße 秦如培"),
        ("a\x00b\u202ec\ud800", "abc"),
        ("e\u0301", "é"),
        ("👩\u200d💻\ufe0f", "□□"),
        ("x" * 60, "x" * 28 + "\u200b" + "x" * 28 + "\u200b" + "xxxx"),
        ("https://example.org/" + "a" * 20, "https:/\u200b/example.\u200borg/\u200b" + "a" * 20),
        ("汉" * 60, "汉" * 60),
    ],
)
def test_text_is_made_printable(text, printed):
    assert content.printable(text) == printed


def test_typefaces_are_looked_into():
    assert all(fonts.has_sign(sign) for sign in "Aß€“—秦，□①")
    assert not any(fonts.has_sign(sign) for sign in "😀ب\ue000")


def test_formatted_text_keeps_its_shape():
    html = (
        "lose<h4>A</h4><h3>B</h3><p> x  <em>y </em> z<br> w </p><ol><li>1<ul><li>2</li></ul></li>"
        '</ol><table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table><p lang="en">e</p>'
    )
    blocks = prose.blocks_of(inline.tree_of(html))
    assert [one["block"] for one in blocks] == ["p", "heading", "heading", "p", "ol", "table", "p"]
    assert [one["level"] for one in blocks if "level" in one] == [2, 2]
    em = {"is": "em", "pieces": ["y "]}
    assert blocks[3]["pieces"] == ["x ", em, "z", {"is": "break"}, "w"]
    assert blocks[4]["items"][0]["blocks"][1]["block"] == "ul"
    assert (blocks[5]["columns"], len(blocks[5]["cells"]), blocks[5]["head"]) == (2, 4, [])
    assert blocks[6]["code"] == "en"


def test_a_sheet_is_made_once_and_again_when_something_in_it_changes(client, db, kept, prints):
    project = full_project()
    partner = project.partners.get()
    address = "/de/projects/full.pdf"
    first = client.get(address)
    assert first.content == client.get(address).content
    assert len(prints) == 1

    same = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert len(prints) == 1

    partner.name_de = "Anders AG"
    partner.save()
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert "Anders AG" in prints[-1]
    assert len(prints) == 2


def test_the_same_content_gives_the_same_file(db):
    from django.test import RequestFactory

    from projects.views import ProjectFactSheet

    ProjectFactory(slug="same")
    view = ProjectFactSheet.as_view()
    asked = RequestFactory().get("/de/projects/same.pdf")
    assert view(asked, slug="same").content == view(asked, slug="same").content


def test_sheets_are_not_kept_where_caching_is_off(monkeypatch, tmp_path):
    assert "FileCache" in environment.file_cache("CACHE_URL", tmp_path, most=9)["BACKEND"]
    monkeypatch.setenv("CACHE_URL", "dummycache://")
    assert "dummy" in environment.file_cache("CACHE_URL", tmp_path, most=9)["BACKEND"]


def test_drafts_have_no_sheet_and_old_addresses_lead_on(client, db, prints):
    contract = ContractFactory(slug="before")
    contract.slug = "after"
    contract.save()
    moved = client.get("/de/contracts/before.pdf")
    assert (moved.status_code, moved["Location"]) == (301, "/de/contracts/after.pdf")
    for state in (Publication.DRAFT, Publication.REVIEW, Publication.WITHDRAWN):
        contract.publication = state
        contract.save()
        assert client.get("/de/contracts/after.pdf").status_code == 404
    assert client.get("/de/contracts/unknown.pdf").status_code == 404
    assert client.post("/de/contracts/after.pdf").status_code == 405
    assert prints == []


def test_drafts_do_not_stand_in_the_sheets_of_others(client, db, prints):
    event = full_event()
    contract = event.contracts.get()
    contract.project.title_de = "Geheimes Projekt"
    contract.project.publication = Publication.DRAFT
    contract.project.save()
    Official.objects.update(publication=Publication.DRAFT, name="GEHEIM Wer")
    client.get(f"/de/contracts/{contract.slug}.pdf")
    client.get(f"/de/events/{event.slug}.pdf")
    assert len(prints) == 2
    assert not any("Geheim" in one or "GEHEIM" in one for one in prints)


@pytest.mark.parametrize("kind", ["event", "contract", "project"])
def test_queries_do_not_grow_with_what_a_sheet_says(
    client, db, prints, kind, django_assert_max_num_queries
):
    def counted(number):
        event = full_event(number)
        contract = event.contracts.first()
        record = {"event": event, "contract": contract, "project": contract.project}[kind]
        for _ in range(number - 1):
            ContractPartyFactory(contract=contract)
        client.get(record.get_fact_sheet_url())
        with django_assert_max_num_queries(40) as queries:
            client.get(record.get_fact_sheet_url())
        return len(queries)

    assert counted(1) == counted(3)


class Panic(BaseException):
    """As what a fault inside typst arrives."""


@pytest.mark.parametrize("fault", [ValueError, Panic])
def test_a_sheet_that_cannot_be_made_says_so_and_leads_to_the_page(
    client, db, monkeypatch, caplog, fault
):
    import typst

    def broken(*args, **options):
        raise fault

    monkeypatch.setattr(typst, "compile", broken)
    event = EventFactory(slug="broken")
    response = client.get("/en/events/broken.pdf")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert response["Cache-Control"] == "no-store"
    assert f'href="{event.get_absolute_url()}"'.replace("/de/", "/en/") in response.text
    assert "could not be printed" in caplog.text


def test_a_crowd_waits_its_turn_and_not_for_ever(client, db, settings, monkeypatch):
    EventFactory(slug="crowd")
    monkeypatch.setattr(printing, "PATIENCE", 0.05)
    with (settings.VAR / "fact-sheets.lock").open("a") as busy:
        locks.lock(busy, locks.LOCK_EX)
        assert client.get("/de/events/crowd.pdf").status_code == 503


def test_pages_lead_to_their_sheets(client, db, backoffice):
    event = full_event()
    contract = event.contracts.get()
    for record in (event, contract, contract.project):
        html = client.get(record.get_absolute_url()).text
        address = record.get_fact_sheet_url()
        assert f'href="{address}" type="application/pdf" hreflang="de"' in html
        assert (
            '<link rel="alternate" type="application/pdf" hreflang="de" '
            f'href="http://testserver{address}"'
        ) in html
    official = Official.objects.first()
    assert "application/pdf" not in client.get(official.get_absolute_url()).text
