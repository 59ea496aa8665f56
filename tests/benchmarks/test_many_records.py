"""The back office with a hundred contracts and with a hundred thousand: printed, never asserted."""

import statistics
import time

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from events.models import Contract
from guizhou_portal.search import index
from tests.factories import (
    ContractFactory,
    ContractPartyFactory,
    EventFactory,
    OfficialFactory,
    OrganisationFactory,
    SectorFactory,
    many,
)

FEW, MANY = 100, 100_000
ROUNDS = 5
SUMMARY = "What the two sides agreed on, and what is to follow from it in the coming years. " * 4


def slugs(kind, first, number):
    return [f"{kind}-{n}" for n in range(first, first + number)]


def fill(first, contracts):
    """Contracts with two parties each; a fifth as many organisations and officials."""
    others = max(contracts // 5, 20)
    events = many(EventFactory, max(contracts // 200, 2), slug=slugs("event", first, contracts))
    organisations = many(
        OrganisationFactory, others, slug=slugs("organisation", first, others), country="CN"
    )
    officials = many(
        OfficialFactory,
        others,
        slug=slugs("official", first, others),
        family_name=[f"FAMILY{n % 500}" for n in range(others)],
        organisation=[organisations[n] for n in range(others)],
    )
    made = many(
        ContractFactory,
        contracts,
        slug=slugs("contract", first, contracts),
        event=[events[n % len(events)] for n in range(contracts)],
        signed_on=[f"20{n % 20 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(contracts)],
        summary_de=SUMMARY,
        summary_en=SUMMARY,
        summary_zh_hans="双方就合作内容达成一致。" * 10,
        publication=["draft" if n % 50 == 0 else "published" for n in range(contracts)],
    )
    for side in ("guizhou", "partner"):
        many(
            ContractPartyFactory,
            contracts,
            contract=made,
            side=side,
            organisation=[organisations[n % others] for n in range(contracts)],
            signatory=[officials[n % others] for n in range(contracts)],
        )


def pages(last):
    contract = Contract.objects.order_by("pk").first()
    listed = "/admin/events/contract/"
    autocomplete = "/admin/autocomplete/?app_label=events&model_name=contractparty&field_name="
    return {
        "list, first page": listed,
        "list, late page": f"{listed}?p={last}",
        "list, search: one found": f"{listed}?q=contract+77+%28",
        "list, search: many found": f"{listed}?q=contract",
        "list, search: by organisation": f"{listed}?q=organisation+77",
        "list, search: Chinese, many": f"{listed}?q=%E5%90%88%E4%BD%9C",
        "list, search: part of a word": f"{listed}?q=rganis",
        "list, search: none found": f"{listed}?q=nowhere",
        "list, drafts": f"{listed}?state=draft",
        "list, by title": f"{listed}?o=1",
        "list of organisations": "/admin/projects/organisation/",
        "list of officials": "/admin/events/official/",
        "autocomplete, contracts": f"{autocomplete}contract&term=contract+77",
        "autocomplete, organisations": f"{autocomplete}organisation&term=organisation+7",
        "autocomplete, officials": f"{autocomplete}signatory&term=PERSON7",
        "autocomplete, nothing typed": f"{autocomplete}contract&term=",
        "form of a contract": f"{listed}{contract.pk}/change/",
        "form of its event": f"/admin/events/event/{contract.event_id}/change/",
        "overview": "/admin/",
        "overview again": "/admin/",
        "public list": "/de/contracts/",
    }


def milliseconds(client, name, path):
    times = []
    for _ in range(ROUNDS):
        if not name.endswith("again"):
            cache.clear()
        start = time.perf_counter()
        assert client.get(path).status_code == 200, path
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def measured(client, last):
    return {name: milliseconds(client, name, path) for name, path in pages(last).items()}


@pytest.mark.django_db
def test_the_back_office_with_a_hundred_thousand_contracts(client, capsys):
    client.force_login(get_user_model().objects.create_superuser("bench", "", "x"))
    SectorFactory()
    fill(0, FEW)
    index.fill()
    client.get("/admin/")
    few = measured(client, 2)
    start = time.perf_counter()
    fill(FEW, MANY - FEW)
    index.fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    filled = time.perf_counter() - start
    late = measured(client, 500)
    with capsys.disabled():
        print(f"\n{connection.vendor}; filled in {filled:.0f} s; milliseconds, first asked for")
        print(f"{'page':30} {FEW:>8,} {MANY:>8,}  times")
        for name, before in few.items():
            print(f"{name:30} {before:8.1f} {late[name]:8.1f} {late[name] / before:6.1f}")
