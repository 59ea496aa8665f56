"""The source content: loaded once, never over an editor's work, never by half."""

import re
import shutil

import pytest
from django.core.management import CommandError, call_command

from events.models import Contract, Event, Official, ProgrammeItem
from guizhou_portal.content.loader import load
from guizhou_portal.content.source import FILES, FOLDER
from projects.models import LocationFactor, Project, Sector

from .factories import SectorFactory


@pytest.fixture
def content(tmp_path):
    """A copy of the content files to change."""
    return shutil.copytree(
        FOLDER, tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "m*")
    )


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def total(counts, outcome):
    return sum(counter[outcome] for counter in counts.values())


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Event, ProgrammeItem, Official, Contract, Project, LocationFactor, Sector)
    ]


def test_a_second_load_changes_nothing_and_says_so(db, capsys):
    call_command("load_source_content")
    assert "project: 6 created" in capsys.readouterr().out
    before = everything()
    call_command("load_source_content")
    said = capsys.readouterr().out
    assert "project: 6 skipped" in said
    assert "created" not in said
    assert everything() == before


def test_an_edited_record_stays_as_the_editor_left_it(portal, content):
    Project.objects.filter(slug="traffic-cloud").update(title_en="Edited title")
    ProgrammeItem.objects.filter(kind="signing").update(title_de="Bearbeitet")
    change(content, "projects.yaml", "en: Traffic cloud", "en: New source title")
    change(content, "events.yaml", "en: Several hundred invited guests", "en: A few hundred")
    counts = load(content)
    assert counts["project"] == {"kept": 1, "skipped": 5}
    assert counts["event"] == {"kept": 1}
    assert Project.objects.get(slug="traffic-cloud").title_en == "Edited title"
    assert ProgrammeItem.objects.get(kind="signing").title_de == "Bearbeitet"
    assert Event.objects.get().audience_en == "Several hundred invited guests"


def test_what_an_editor_adds_beyond_the_files_is_kept_as_well(portal, content):
    ProgrammeItem.objects.filter(kind="signing").update(language_spoken_de="Deutsch")
    project = Project.objects.get(slug="traffic-cloud")
    project.key_figures.create(label_de="Muster", value_de="1", source="Muster")
    Project.objects.filter(slug="tourism-cloud").update(open_to_foreign_investors=None)
    change(content, "events.yaml", "en: Several hundred invited guests", "en: A few hundred")
    change(content, "projects.yaml", "en: Traffic cloud", "en: New source title")
    change(content, "projects.yaml", "en: Tourism cloud", "en: New source title")
    counts = load(content)
    assert counts["event"] == {"kept": 1}
    assert counts["project"] == {"kept": 2, "skipped": 4}
    assert ProgrammeItem.objects.get(kind="signing").language_spoken_de == "Deutsch"
    assert project.key_figures.count() == 1


def test_a_record_nobody_edited_follows_the_source(portal, content):
    change(content, "projects.yaml", "en: Traffic cloud", "en: New source title")
    counts = load(content)
    assert counts["project"] == {"updated": 1, "skipped": 5}
    assert Project.objects.get(slug="traffic-cloud").title_en == "New source title"
    assert total(load(content), "updated") == 0


def test_a_deleted_record_does_not_come_back(portal):
    Contract.objects.get(slug="contract-swiss-companies").delete()
    Official.objects.filter(appearances=None).delete()
    assert load()["contract"] == {"kept": 1, "skipped": 1}
    assert Contract.objects.count() == 1


def test_a_renamed_address_is_an_edit_and_makes_no_second_record(portal):
    project = Project.objects.get(slug="tourism-cloud")
    project.slug = "travel-cloud"
    project.save()
    load()
    assert Project.objects.count() == 6
    assert not Project.objects.filter(slug="tourism-cloud").exists()


def test_a_record_an_editor_made_first_is_kept(db):
    SectorFactory(slug="traffic", name_en="The editor's own")
    counts = load()
    assert counts["sector"] == {"kept": 1, "created": 5}
    assert Sector.objects.get(slug="traffic").name_en == "The editor's own"


BROKEN = {
    "not YAML": (
        "projects.yaml",
        "    order: 2\n",
        "    order: [2\n",
        r"projects\.yaml, line \d+: ",
    ),
    "unknown field": (
        "projects.yaml",
        "    icon: traffic",
        "    ikon: traffic",
        r"projects\.yaml, line 4: “ikon” is not a field of sector",
    ),
    "unknown kind of record": (
        "events.yaml",
        "contract:\n",
        "kontract:\n",
        r"events\.yaml, line \d+: “kontract” is not a kind of record",
    ),
    "missing language": (
        "projects.yaml",
        "      en: Intelligent traffic and transport\n",
        "",
        r"projects\.yaml, line 4: “name” needs exactly the languages de, en, zh-hans",
    ),
    "a target that is not there": (
        "projects.yaml",
        "public_authority: guizhou-government",
        "public_authority: nobody",
        r"projects\.yaml, line \d+: “public_authority” names organisation “nobody”",
    ),
    "a value the record refuses": (
        "events.yaml",
        "    kind: not_published",
        "    kind: surprise",
        r"events\.yaml, line \d+: .*surprise",
    ),
    "a rule broken in a part": (
        "events.yaml",
        "        name_not_published: true\n        country: CH\n",
        "        name_not_published: true\n",
        r"events\.yaml, line \d+: .*contracting party is either",
    ),
    "written twice": (
        "projects.yaml",
        "    icon: traffic\n",
        "    icon: traffic\n    icon: food\n",
        r"projects\.yaml, line 7: “icon” is written twice",
    ),
    "a record written twice": (
        "projects.yaml",
        "  - slug: industry-cloud\n",
        "  - slug: traffic-cloud\n",
        r"projects\.yaml, line \d+: “slug: traffic-cloud” is written twice",
    ),
    "a date that does not exist": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    starts_on: 2020-13-45\n",
        r"projects\.yaml, line \d+: “starts_on”: month must be in 1",
    ),
    "words for a number": (
        "projects.yaml",
        "    latitude: 26.8\n",
        "    latitude: north\n",
        r"projects\.yaml, line \d+: latitude: “north” value must be a decimal number",
    ),
    "words for yes or no": (
        "projects.yaml",
        "    open_to_foreign_investors: true\n",
        "    open_to_foreign_investors: perhaps\n",
        r"projects\.yaml, line \d+: open_to_foreign_investors: “perhaps” value must be",
    ),
    "a list for a single value": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: [ppp]\n",
        r"projects\.yaml, line \d+: “kind” must be a single value",
    ),
    "a value for a list": (
        "projects.yaml",
        "    places: [guizhou]\n",
        "    places: [[guizhou]]\n",
        r"projects\.yaml, line \d+: “places” must be a list of addresses of records",
    ),
    "nothing for a list of parts": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    key_figures:\n",
        r"projects\.yaml, line \d+: “key_figures” must be a list of mappings",
    ),
    "a list of something else for parts": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    key_figures: [one]\n",
        r"projects\.yaml, line \d+: “key_figures” must be a list of mappings",
    ),
    "a relation to others": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    contracts: [one]\n",
        r"projects\.yaml, line \d+: “contracts” is not a field of project",
    ),
    "a file": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    image: photo.jpg\n",
        r"projects\.yaml, line \d+: “image” is a file, which is uploaded in the admin",
    ),
    "a name that is none": (
        "projects.yaml",
        "    kind: ppp\n",
        "    kind: ppp\n    ? [a]\n    : b\n",
        r"projects\.yaml, line \d+: “\['a'\]” is not a name",
    ),
    "no records": (
        "projects.yaml",
        "\nproject:\n",
        "\nproject: 5\nprojects:\n",
        r"projects\.yaml, line \d+: “project” must be a list of records",
    ),
    "no address": (
        "events.yaml",
        "  - slug: zhang-kun\n    publication: published\n",
        "  - publication: published\n",
        r"events\.yaml, line \d+: the record has no “slug”",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_named_with_line_and_reason_and_nothing_is_loaded(db, content, fault):
    name, old, new, reason = BROKEN[fault]
    change(content, name, old, new)
    with pytest.raises(CommandError, match=reason) as refused:
        call_command("load_source_content", folder=content)
    assert "Nothing was loaded." in str(refused.value)
    assert not any(everything())


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_that_breaks_later_changes_nothing_either(portal, content, fault):
    before = everything()
    name, old, new, reason = BROKEN[fault]
    change(content, name, old, new)
    with pytest.raises(CommandError, match=reason):
        call_command("load_source_content", folder=content)
    assert everything() == before


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_no_text_is_named(db, content, name):
    (content / name).write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(CommandError, match=f"{name}, line 1: is not UTF-8"):
        call_command("load_source_content", folder=content)
    (content / name).unlink()
    with pytest.raises(CommandError, match=f"{name}, line 1: cannot be read"):
        call_command("load_source_content", folder=content)
    assert not any(everything())


# --- what the content itself must keep -----------------------------------------------------------


def test_each_project_is_described_in_eighty_to_a_hundred_and_fifty_words(portal):
    for project in Project.objects.all():
        for language in ("de", "en"):
            text = re.sub(r"<[^>]+>", " ", getattr(project, f"description_{language}"))
            assert 80 <= len(text.split()) <= 150, (project.slug, language, len(text.split()))
        # Chinese writes about three characters where English writes two words.
        characters = re.findall(r"[\u4e00-\u9fff]", project.description_zh_hans)
        assert 120 <= len(characters) <= 260, (project.slug, len(characters))


def test_every_text_exists_in_every_language(portal):
    from guizhou_portal.backoffice.completeness import State, language_states
    from guizhou_portal.pages.models import Page

    for model in (Event, ProgrammeItem, Official, Contract, Project, LocationFactor, Sector, Page):
        for record in model.objects.all():
            states = {one.state for one in language_states(record)}
            assert states == {State.COMPLETE}, (model.__name__, record.pk)


def test_chinese_texts_use_chinese_punctuation_and_no_stray_spaces():
    for name in FILES:
        chinese = re.findall(r"[\u4e00-\u9fff].*", (FOLDER / name).read_text(encoding="utf-8"))
        for line in chinese:
            assert not re.search(
                r"[\u4e00-\u9fff] +[A-Za-z0-9]|[A-Za-z0-9] +[\u4e00-\u9fff]", line
            ), line
            assert not re.search(r"[\u4e00-\u9fff][,;:!?]", line), line


def test_no_sum_and_no_date_is_stated_that_the_source_does_not_know(portal):
    assert not Contract.objects.exclude(value=None).exists()
    assert not Contract.objects.exclude(signed_on=None).exists()
    assert not Project.objects.exclude(investment_volume=None).exists()
    assert not Event.objects.exclude(starts_at=None).exists()
    assert set(Official.objects.values_list("family_name", flat=True)) == {"QIN", "LIANG", "ZHANG"}
