"""The search page with a thousand to a hundred thousand records: printed, never asserted."""

import random
import statistics
import time

import pytest
from django.db import connection

from guizhou_portal.search import index
from tests.factories import (
    ContractFactory,
    EventFactory,
    LocationFactorFactory,
    OfficialFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SectorFactory,
    many,
)

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3


def listed(words, between=None):
    return [one.strip() for one in words.split(between)]


GERMAN = listed("""
    Verkehr Straße Umweltschutz Lebensmittel Tourismus Industrie Datenzentrum Plattform Energie
    Wasser Stadtverkehr Güterverkehr Ökologie Förderung Kooperation Vertrag Rahmenvertrag
    Investition Wissenschaft Hochschule Krankenhaus Gesundheit Maschinenbau Fahrzeugbau Bergbau
    Landwirtschaft Tee Straßenbau Brücke Flughafen Messe Finanzdaten Rechenzentrum Wachstum Netz
    Forschung Prüfung
""")
ENGLISH = listed("""
    traffic road environment food tourism industry data platform energy water city freight ecology
    support cooperation contract agreement investment science university hospital health machinery
    vehicles mining farming tea construction bridge airport fair finance centre growth network
    research testing company companies cities industries
""")
CHINESE = listed("""
    交通 道路 环境保护 食品安全 旅游 工业 数据中心 平台 能源 水利 城市 货运 生态
    扶持 合作 合同 框架协议 投资 科技 大学 医院 健康 机械 汽车 矿业 农业
    茶叶 建筑 桥梁 机场 展会 金融 增长 网络 研究 检验 企业
""")
SYLLABLES = listed("""
    an ber dor el fur gan hei ik jo kal lin mo nu or pa rei sol tan ur vel wei xu yin zan
""")
FAMILIES = listed("""
    QIN LIANG ZHANG WANG LI ZHAO CHEN MÜLLER SCHMIDT WEBER KELLER BAUMANN HUBER FREI
""")

QUERIES = listed(
    """
    verkehr | Straße | strasse | oekologie | verkehr vertrag | kehr | rechenzentrum |
    datenzentrum plattform | zentrum | contract | contracts | city | cities | data centre |
    investment agreement mining | tra | x | qin | weber | müller | mueller keller | projekt 77
    | vertrag 4711 | 交通 | 云 | 食品安全 | 数据中心 合作 | 框架 | 投资合同 |
    法兰克福 | guiyang | Brucke |
    flughafen bau | tourismus forschung hochschule | toursmus | umweltschtz | nirgendwo | a |
    "verkehr" OR -bau | Ｄａｔａ | straßenbau brücke 交通 | freight bridges airports
""",
    "|",
)


def slugs(kind, first, number):
    return [f"{kind}-{n}" for n in range(first, first + number)]


class Words:
    """Texts whose words are as unlike each other as those of a real site."""

    def __init__(self):
        self.chance = random.Random(5)  # noqa: S311

    def some(self, words, number, space=" "):
        return space.join(self.chance.choices(words, k=number))

    def made_up(self):
        return "".join(self.chance.choices(SYLLABLES, k=3)).capitalize()

    def titles(self, number, kind):
        return {
            "title_de": [
                f"{kind} {n}: {self.some(GERMAN, 2)} {self.made_up()}" for n in range(number)
            ],
            "title_en": [f"{self.some(ENGLISH, 3)} {self.made_up()}" for n in range(number)],
            "title_zh_hans": [self.some(CHINESE, 3, "") for n in range(number)],
        }

    def texts(self, number):
        return {
            "summary_de": [f"{self.some(GERMAN, 25)}. {self.made_up()}" for n in range(number)],
            "summary_en": [self.some(ENGLISH, 30) for n in range(number)],
            "summary_zh_hans": [self.some(CHINESE, 30, "") for n in range(number)],
        }


def fill(first, number, words):
    """Six tenths contracts, two tenths officials, the rest projects, factors and events."""
    sector = SectorFactory() if not first else SectorFactory._meta.model._base_manager.first()
    organisation, place = OrganisationFactory(), PlaceFactory()
    states = ["draft" if n % 20 == 0 else "published" for n in range(number)]
    events = max(number // 50, 1)
    made = many(
        EventFactory,
        events,
        slug=slugs("event", first, events),
        **words.titles(events, "Konferenz"),
        **words.texts(events),
    )
    for factory, share, kind, more in (
        (ContractFactory, 0.6, "Vertrag", {"event": [made[n % events] for n in range(number)]}),
        (ProjectFactory, 0.13, "Projekt", {"sector": sector}),
        (LocationFactorFactory, 0.05, "Standort", {"organisation": organisation, "place": place}),
    ):
        size = int(number * share)
        more = {
            key: value[:size] if isinstance(value, list) else value for key, value in more.items()
        }
        many(
            factory,
            size,
            slug=slugs(kind.lower(), first, size),
            publication=states[:size],
            **words.titles(size, kind),
            **words.texts(size),
            **more,
        )
    size = int(number * 0.2)
    many(
        OfficialFactory,
        size,
        slug=slugs("official", first, size),
        name=[f"{words.some(FAMILIES, 1)} {words.made_up()}" for _ in range(size)],
        position_de=[words.some(GERMAN, 4) for _ in range(size)],
        organisation=organisation,
        publication=states[:size],
    )


def measured(client, language, typed):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(f"/{language}/search/", {"q": typed}).status_code == 200, typed
        times.append(1000 * (time.perf_counter() - start))
    return times


@pytest.mark.django_db
def test_search_in_up_to_a_hundred_thousand_records(client, capsys):
    words, stored, columns = Words(), 0, []
    for size in SIZES:
        start = time.perf_counter()
        fill(stored, size - stored, words)
        index.fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        filled = time.perf_counter() - start
        stored = size
        client.get("/de/search/?q=x")
        columns.append({typed: measured(client, "de", typed) for typed in QUERIES})
        with capsys.disabled():
            print(f"\n{connection.vendor}: {size:,} records, filled in {filled:.0f} s", end="")
    with capsys.disabled():
        print(f"\nmilliseconds for the whole page, {len(QUERIES)} queries, {ROUNDS} times each")
        print(f"{'':34}", *(f"{size:>9,}" for size in SIZES))
        for typed in QUERIES:
            print(f"{typed:34}", *(f"{statistics.median(one[typed]):9.1f}" for one in columns))
        for name, value in (("median", 50), ("95th percentile", 95)):
            every = [sorted(time for times in one.values() for time in times) for one in columns]
            print(f"{name:34}", *(f"{times[len(times) * value // 100]:9.1f}" for times in every))
