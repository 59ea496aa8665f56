"""A portal that grows: a hundred records of each kind, and copies of them by the thousand.

The copies are made by the database itself, which takes seconds where objects would take minutes.
"""

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction

from events.models import (
    Appearance,
    Contract,
    ContractParty,
    Event,
    Official,
    ProgrammeItem,
)
from guizhou_portal.search import index
from guizhou_portal.search.models import Entry, PublicEntry
from guizhou_portal.search.results import RESULTS
from projects.models import Enquiry, LocationFactor, Organisation, Place, Project
from tests.factories import (
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
    many,
)

FEW = 100
#: Between the keys of a record and of its copy: more than there are parts of a kind.
STEP = 2000
SUMMARY = "What the two sides agreed on, and what is to follow from it in the coming years. " * 4
#: What no two records share.
OWN = {"slug", "reference"} | {
    f"{name}_{language}" for name in ("title", "name") for language in ("de", "en", "zh_hans")
}
#: Those before name none of those after.
MODELS = (
    *(Organisation, Place, Event, Official, Project, LocationFactor, Contract, ProgrammeItem),
    *(Appearance, ContractParty, Contract.sectors.through, Project.places.through, Enquiry),
)


def some(codes, number):
    values = list(codes.values)
    return [values[n % len(values)] for n in range(number)]


def slugs(kind):
    return [f"{kind}-{n}" for n in range(FEW)]


def texts():
    return {
        "summary_de": SUMMARY,
        "summary_en": SUMMARY,
        "summary_zh_hans": "双方就合作内容达成一致。" * 10,
    }


@transaction.atomic
def begin():
    """A hundred records of each kind, the first of them as a site has them; all are published."""
    sectors = [SectorFactory() for _ in range(6)]
    organisations = many(
        OrganisationFactory,
        FEW,
        slug=slugs("organisation"),
        kind=some(Organisation.Kind, FEW),
        country=[("DE", "CH", "CN", "AT")[n % 4] for n in range(FEW)],
    )
    places = many(
        PlaceFactory,
        FEW,
        slug=slugs("place"),
        latitude=[f"{25 + n % 4}.{n % 10}" for n in range(FEW)],
        longitude=[f"{104 + n % 5}.{n % 10}" for n in range(FEW)],
    )
    days = [f"20{n % 20 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(FEW)]
    events = many(
        EventFactory,
        FEW,
        slug=slugs("event"),
        starts_at=[f"{day}T09:00Z" for day in days],
        ends_at=[f"{day}T17:00Z" for day in days],
        country=["DE", "CN"] * (FEW // 2),
        **texts(),
    )
    officials = many(
        OfficialFactory,
        FEW,
        slug=slugs("official"),
        family_name=[f"FAMILY{n % 50}" for n in range(FEW)],
        organisation=organisations,
    )
    projects = many(
        ProjectFactory,
        FEW,
        slug=slugs("project"),
        sector=[sectors[n % 6] for n in range(FEW)],
        kind=some(Project.Kind, FEW),
        stage=some(Project.Stage, FEW),
        open_to_foreign_investors=[True, False] * (FEW // 2),
        public_authority=organisations,
        order=[n % 90 for n in range(FEW)],
        **texts(),
    )
    many(
        LocationFactorFactory,
        FEW,
        slug=slugs("factor"),
        kind=some(LocationFactor.Kind, FEW),
        organisation=organisations,
        place=places,
        order=[n % 90 for n in range(FEW)],
        **texts(),
    )
    contracts = many(
        ContractFactory,
        FEW,
        slug=slugs("contract"),
        event=[events[n // 4 * 4] for n in range(FEW)],
        project=[projects[n // 4 * 4] for n in range(FEW)],
        kind=some(Contract.Kind, FEW),
        status=some(Contract.Status, FEW),
        signed_on=days,
        **texts(),
    )
    for side, first in (("guizhou", 0), ("partner", 1)):
        many(
            ContractPartyFactory,
            FEW,
            contract=contracts,
            side=side,
            organisation=[organisations[(n + first) % FEW] for n in range(FEW)],
            signatory=officials,
        )
    for contract, sector in zip(contracts, sectors * FEW, strict=False):
        contract.sectors.add(sector)
    for project, place in zip(projects, places, strict=True):
        project.places.add(place)
    items = many(ProgrammeItemFactory, 5 * FEW, event=[events[n // 5] for n in range(5 * FEW)])
    many(
        AppearanceFactory,
        5 * FEW,
        programme_item=items,
        official=[officials[n // 5] for n in range(5 * FEW)],
    )
    Enquiry.objects.bulk_create(
        Enquiry(
            reference=f"R-{n}",
            project=projects[n],
            name=f"Sample {n}",
            email=f"sample{n}@example.com",
            message="Sample " * 40,
            state=Enquiry.State.values[n % 4],
            language="de",
            consented_at="2026-01-01T00:00Z",
        )
        for n in range(FEW)
    )
    index.fill()


@transaction.atomic
def grow(first, last):
    """Copies ``first`` up to, not including, ``last`` of everything :func:`begin` made."""
    for model in MODELS:
        copy(model, first, last)
    copy_of_entries(first, last)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*MODELS, Entry]):
            cursor.execute(statement)


def settle():
    """Let the database know what it has, as it does by itself after a while."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if is_postgresql else "ANALYZE")


def columns_of(model):
    """``(column, what a copy has in it)``; ``n`` is the number of the copy."""
    for field in model._meta.concrete_fields:
        column = connection.ops.quote_name(field.column)
        if field.primary_key or (
            isinstance(field, models.ForeignKey) and field.related_model in MODELS
        ):
            yield column, f"{column} + n * {STEP}"
        elif field.name == "signed_on":
            # Not in step with what else the copies have in common.
            days = "n * 37 % 3650"
            is_sqlite = connection.vendor == "sqlite"
            yield (
                column,
                f"date({column}, '-' || ({days}) || ' days')"
                if is_sqlite
                else (f"{column} - {days}"),
            )
        elif field.name in OWN:
            yield column, f"{column} || '-' || n"
        else:
            yield column, column


def copy(model, first, last):
    columns, values = zip(*columns_of(model), strict=True)
    lowest = model._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    insert(model, columns, values, f"id < {lowest + STEP}", first, last)


def copy_of_entries(first, last):
    # Contracts alone: a search is measured in test_search.py, here only one within a list.
    kinds = ContentType.objects.get_for_models(Contract)
    for model, kind in kinds.items():
        lowest = model._base_manager.order_by("pk").values_list("pk", flat=True)[0]
        condition = f"content_type_id = {kind.pk} AND object_id < {lowest + STEP}"
        columns = ["id", "content_type_id", "object_id", "title_words", "words"]
        values = [f"id + n * {STEP}", columns[1], f"object_id + n * {STEP}", *columns[3:]]
        if Entry.objects.filter(content_type=kind).exists():
            insert(Entry, columns, values, condition, first, last)
        if model in RESULTS:
            own = RESULTS[model].first
            condition = f"id >= {own} AND id < {own + lowest + STEP}"
            # Keys share a term by the thousand.
            its = index.term_of_kind(RESULTS[model].number, "")
            terms = f"replace(terms, '{its}0 ', '{its}' || n * {STEP // index.GROUP} || ' ')"
            values = [f"id + n * {STEP}", terms]
            insert(PublicEntry, ["id", "terms"], values, condition, first, last)


def insert(model, columns, values, condition, first, last):
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  (names of ours)
            f"WITH RECURSIVE copies(n) AS (SELECT {first} UNION ALL "
            f"SELECT n + 1 FROM copies WHERE n < {last - 1}) "
            f"SELECT {', '.join(values)} FROM {table}, copies WHERE {condition}"
        )
