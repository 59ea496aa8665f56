"""What the public may not see is nowhere: on no page, in no file, in no search, for no program."""

import io
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from guizhou_portal.search.changes import catch_up
from projects.models import Project

from .factories import (
    AppearanceFactory,
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProgrammeItemFactory,
    ProjectFactory,
    SectorFactory,
)
from .facts import LANGUAGES

SECRET = re.compile("verborg|hidden|秘密", re.IGNORECASE)
#: What HTML calls so itself.
LOOKS_ALIKE = re.compile(r'visually-hidden|\[hidden\]|aria-hidden| hidden[ >]|"hidden"')
HIDDEN = {
    "draft": {"publication": "draft"},
    "in review": {"publication": "review"},
    "withdrawn": {"publication": "withdrawn"},
    "scheduled": {"publication": "published", "publish_at": timezone.now() + timedelta(days=9)},
}
WORDS = ("Verborgen", "hidden", "秘密", "verborgne", "hiddn", "hid")


def named(kind, **values):
    """The names of a record nobody may see, in all three languages."""
    field = "name" if kind in ("office", "place", "sector") else "title"
    return {
        f"{field}_de": f"Verborgen {kind}",
        f"{field}_en": f"Hidden {kind}",
        f"{field}_zh_hans": f"秘密{kind}",
        "slug": f"hidden-{kind}",
        **values,
    }


@pytest.fixture(
    params=[
        "draft",
        *(pytest.param(one, marks=pytest.mark.thorough) for one in HIDDEN if one != "draft"),
    ]
)
def surrounded(request, db):
    """One published record of each kind, beside records that are not public."""
    state = HIDDEN[request.param]
    cache.clear()
    fair, mill = EventFactory(slug="fair"), ProjectFactory(slug="mill")
    contract = ContractFactory(slug="pact", event=fair, project=mill)
    person = OfficialFactory(slug="person", name="PERSON Open", family_name="PERSON")
    item = ProgrammeItemFactory(event=fair)
    AppearanceFactory(programme_item=item, official=person)
    ContractPartyFactory(contract=contract, signatory=person)
    # Only what is hidden names these.
    office = OrganisationFactory(**named("office"))
    place, sector = PlaceFactory(**named("place")), SectorFactory(**named("sector"))
    event = EventFactory(**named("event"), **state, country="JP", starts_at=timezone.now())
    event.organisers.add(office)
    project = ProjectFactory(
        **named("project"), **state, sector=sector, public_authority=office, kind="concession"
    )
    project.places.add(place)
    official = OfficialFactory(
        name="HIDDEN Verborgen",
        native_name="秘密",
        family_name="HIDDEN",
        slug="hidden-official",
        organisation=office,
        **state,
    )
    LocationFactorFactory(**named("factor"), **state, organisation=office, place=place)
    pact = ContractFactory(**named("contract"), **state, event=fair, project=mill)
    ContractPartyFactory(contract=pact, organisation=office, signatory=person)
    # What is public leads to what is not.
    ContractPartyFactory(contract=contract, side="guizhou", signatory=official)
    elsewhere = ContractFactory(slug="elsewhere", event=event, project=project)
    ContractPartyFactory(contract=elsewhere, signatory=official)
    AppearanceFactory(programme_item=item, official=official)
    AppearanceFactory(
        programme_item=ProgrammeItemFactory(event=event, title_de="Verborgen Punkt"),
        official=person,
    )
    mill.related_projects.add(project)
    catch_up()


def addresses():
    kinds = ("events", "officials", "contracts", "projects")
    of = {"events": "fair", "officials": "person", "contracts": "pact", "projects": "mill"}
    pages = ["", "location/", "search/", "data/", "data/api/", "events.ics"]
    pages += [f"{kind}/" for kind in kinds]
    pages += [f"{kind}/{slug}/" for kind, slug in of.items()]
    pages += ["contracts/elsewhere/", "events/fair/embed/", "projects/mill/embed/"]
    pages += ["compare/?project=mill&project=hidden-project", "shortlist/?project=hidden-project"]
    pages += [f"{kind}/feed/" for kind in ("events", "contracts", "projects")]
    pages += [f"data/{kind}.csv" for kind in (*kinds, "location")]
    pages += [f"search/?q={word}" for word in WORDS]
    pages += [f"search/suggestions/?q={word}" for word in WORDS]
    pages += [f"{kind}/?q={word}" for kind in kinds for word in WORDS[:3]]
    pages += [
        f"{path}&sort=title"
        for path in (
            "projects/?sector=hidden-sector",
            "projects/?authority=hidden-office",
            "projects/?place=hidden-place",
            "contracts/?event=hidden-event",
            "officials/?organisation=hidden-office",
            "officials/?event=hidden-event",
        )
    ]
    return pages


def machine_addresses():
    yield from ("/sitemap.xml", "/robots.txt", "/api/v1/oc4ids.json", "/api/v1/openapi.json")
    for kind in (
        *("events", "officials", "contracts", "projects", "location"),
        *("sectors", "organisations", "places", "pages"),
    ):
        yield f"/api/v1/{kind}/"
        yield f"/api/v1/{kind}/?q=hidden"
    yield "/api/v1/contracts/?event=hidden-event"
    yield "/api/v1/projects/?sector=hidden-sector"


def told(response, asked):
    """What an answer says, without repeating what it was asked."""
    text = response.getvalue().decode()
    for part in re.findall(r"[\w-]*(?:verborg|hidden|hiddn|秘密)[\w-]*", asked, re.IGNORECASE):
        text = re.sub(rf"(?i)(?<![\w-]){re.escape(part)}(?![\w-])", "", text)
    # Words of HTML that only look alike.
    return re.sub(
        r"visually-hidden|\[hidden\]|aria-hidden|overflow-hidden| hidden[ >]|\"hidden\"", "", text
    )


@pytest.mark.parametrize(
    "language",
    [
        pytest.param(one, marks=() if one == "zh-hans" else pytest.mark.thorough)
        for one in LANGUAGES
    ],
)
def test_what_is_not_public_is_told_on_no_page(surrounded, client, language):
    for path in addresses():
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200, path
        assert not SECRET.search(told(response, path)), path


def test_what_is_not_public_is_told_to_no_program(surrounded, client):
    for path in machine_addresses():
        response = client.get(path)
        assert response.status_code in (200, 422), path
        assert not SECRET.search(told(response, path)), path


def test_an_address_of_what_is_not_public_is_like_one_that_does_not_exist(surrounded, client):
    def answer(path, slug):
        response = client.get(path.format(slug))
        return response.status_code, response.getvalue().decode().replace(slug, "…")

    for path in (
        "/en/projects/{}/", "/en/projects/{}.pdf", "/en/projects/{}/embed/", "/en/events/{}/",
        "/en/events/{}.ics", "/en/events/{}/embed/", "/en/contracts/{}/", "/en/officials/{}/",
        "/en/compare/?project={}", "/en/shortlist/?project={}", "/en/projects/?sector={}",
        "/en/contracts/?event={}", "/en/officials/?organisation={}", "/en/card/project/{}.png",
        "/api/v1/projects/{}/", "/api/v1/events/{}/", "/api/v1/organisations/{}/",
        "/api/v1/projects/{}/oc4ids.json", "/api/v1/contracts/?event={}",
    ):  # fmt: skip
        kind = re.search(r"(project|event|contract|official|sector|organisation)", path[3:])[1]
        slugs = {"organisation": "hidden-office", "sector": "hidden-sector"}
        secret = slugs.get(kind, f"hidden-{kind}")
        if "?sector" in path:
            secret = "hidden-sector"
        elif "?organisation" in path:
            secret = "hidden-office"
        elif "?event" in path:
            secret = "hidden-event"
        assert answer(path, secret) == answer(path, "x" * len(secret)), path


def test_fact_sheets_tell_nothing_of_it_either(surrounded, client):
    from pypdf import PdfReader

    for path in ("projects/mill", "events/fair", "contracts/pact", "contracts/elsewhere"):
        content = client.get(f"/en/{path}.pdf").getvalue()
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert not SECRET.search(text), path


def test_the_records_are_hidden_only_as_long_as_they_are(surrounded, client):
    """Otherwise the tests above could not fail."""
    Project.objects.update(publication="published", publish_at=None)
    for path in ("projects/", "projects/mill/", "contracts/elsewhere/", "projects/feed/"):
        assert SECRET.search(client.get(f"/de/{path}").content.decode()), path
    assert "秘密project" in client.get("/zh-hans/search/?q=hidden").content.decode().replace(
        "<mark>", ""
    ).replace("</mark>", "")
