"""An import shows what it would do and then does it; what is wrong in a file changes nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.admin.models import LogEntry
from reversion.models import Version

from events.models import Contract, ContractParty, Official
from guizhou_portal.backoffice.sheets.resources import RecordSheet
from projects.models import Organisation, Project

from .factories import (
    ContractFactory,
    ContractPartyFactory,
    OfficialFactory,
    OrganisationFactory,
    ProjectFactory,
    SectorFactory,
)
from .sheets import DryRun, csv_of, exported, rows_of


def test_the_difference_is_shown_field_by_field_and_language_by_language(backoffice):
    project = ProjectFactory(title_de="Altes Wort", title_zh_hans="旧的词", stage="preparation")
    (row,) = rows_of(exported(backoffice, Project))
    row.update(title_de="Neues Wort", title_zh_hans="新的词", stage="implementation", kind="")
    dry_run = DryRun(backoffice, Project, csv_of([row]))
    assert dry_run.numbers == (0, 1, 0)
    assert dry_run.changes == [
        ("title [de]", "<del>Altes</del> Wort", "<ins>Neues</ins> Wort"),
        ("title [zh-hans]", "<del>旧</del>的词", "<ins>新</ins>的词"),
        ("project stage", "<del>preparation</del>", "<ins>implementation</ins>"),
    ]
    project.refresh_from_db()
    assert project.title_de == "Altes Wort"
    assert "1 record was changed" in dry_run.apply()
    project.refresh_from_db()
    assert (project.title_de, project.title_zh_hans) == ("Neues Wort", "新的词")
    assert project.stage == "implementation"
    assert DryRun(backoffice, Project, csv_of([row])).numbers == (0, 0, 1)


def test_new_records_come_with_and_without_an_address_and_old_ones_are_left_alone(backoffice):
    OrganisationFactory(slug="old", city_de="Bonn")
    rows = [
        {"slug": "", "name_en": "Sample Works", "kind": "company", "extra": "x"},
        {"slug": "given", "name_en": "", "kind": "Fund", "extra": ""},
        {"slug": "old", "name_en": "Renamed", "kind": "company", "extra": ""},
    ]
    rows[1]["name_en"] = "Sample Fund"
    dry_run = DryRun(backoffice, Organisation, csv_of(rows, delimiter=","))
    assert "<code>extra</code>" in dry_run.page
    assert dry_run.numbers == (2, 1, 0)
    dry_run.apply()
    assert Organisation.objects.get(slug="sample-works").kind == "company"
    assert Organisation.objects.get(slug="given").kind == "fund"
    old = Organisation.objects.get(slug="old")
    assert (old.name_en, old.city_de, old.name_de) == ("Renamed", "Bonn", old.name_de)


def test_parts_are_added_changed_and_removed_with_their_record(backoffice):
    contract = ContractFactory()
    for order, name in enumerate(("Seller", "Buyer")):
        ContractPartyFactory(contract=contract, described_as_en=name, order=order)
    buyer = OrganisationFactory(slug="a-buyer")
    (row,) = rows_of(exported(backoffice, Contract))
    row.update({name: "" for name in row if name.startswith("party_1_")})
    row.update(party_2_described_as_en="The buyer", party_2_organisation="a-buyer")
    row.update(party_3_side="guizhou", party_3_name_not_published="ja", party_3_country="cn")
    row.update(milestone_1_note_de="Baubeginn", milestone_1_date="31.12.2031")
    dry_run = DryRun(backoffice, Contract, csv_of([row]))
    told = {field: (before, after) for field, before, after in dry_run.changes}
    assert told["Contracting party 1: described as [en]"] == ("<del>Seller</del>", "–")
    assert told["Contracting party 3: country"] == ("–", "<ins>China</ins>")
    assert dry_run.problems == []
    dry_run.apply()
    parties = [(p.described_as_en, p.side, p.country.code) for p in contract.parties.all()]
    assert parties == [("The buyer", "partner", ""), (None, "guizhou", "CN")]
    assert contract.parties.first().organisation == buyer
    assert contract.milestones.get().date == date(2031, 12, 31)
    assert dry_run.numbers == (0, 1, 0)
    again = rows_of(exported(backoffice, Contract))
    assert DryRun(backoffice, Contract, csv_of(again)).numbers == (0, 0, 1)


def test_a_single_wrong_row_keeps_everything_out(backoffice):
    sector = SectorFactory()
    rows = [
        {"slug": "good", "title_de": "Gut", "sector": sector.slug},
        {"slug": "no-title", "title_de": "​", "sector": sector.slug},
        {"slug": "no-sector", "title_de": "x", "sector": "nowhere"},
        {"slug": "good", "title_de": "y", "sector": sector.slug},
        {"slug": "amount", "title_de": "z", "sector": "", "investment_volume": "1.234"},
        {
            "slug": "Not A Slug",
            "title_de": "z" * 161,
            "sector": sector.slug,
            "investment_volume": "12,5",
            "stage": "soon",
            "publish_at": "2031-01-01",
            "open_to_foreign_investors": "maybe",
            "order": "1,5",
        },
    ]
    dry_run = DryRun(backoffice, Project, csv_of(rows, headers=list(rows[-1])))
    said = {(line, column): words for line, column, words in dry_run.problems}
    assert said.keys() >= {
        (3, "title_de"),
        (4, "sector"),
        (5, "slug"),
        (6, "sector"),
        (6, "investment_volume"),
        (7, "slug"),
        (7, "title_de"),
        (7, "stage"),
        (7, "open_to_foreign_investors"),
        (7, "order"),
        (7, "–"),
    }
    assert said[3, "title_de"] == "Enter this in at least one language."
    assert said[4, "sector"] == "There is no record “nowhere” among the sectors."
    assert said[5, "slug"] == "Row 2 has this address already."
    assert "two ways" in said[6, "investment_volume"]
    assert not dry_run.may_apply
    dry_run.apply()
    assert not Project.objects.exists()


def test_the_rules_of_the_database_are_said_in_words(backoffice):
    project = ProjectFactory()
    (row,) = rows_of(exported(backoffice, Project))
    row.update(investment_volume="1.234.567,50", publication="draft", publish_at="31.12.2031 18:00")
    problems = DryRun(backoffice, Project, csv_of([row])).problems
    assert [sentence.split(":")[0] for *_where, sentence in problems] == [
        "Only a published record has a publication time",
        "An amount and its currency come together",
    ]
    row.update(currency="eur", publication="published")
    DryRun(backoffice, Project, csv_of([row])).apply()
    project.refresh_from_db()
    assert project.investment_volume == Decimal("1234567.50")
    assert project.publish_at == datetime(2031, 12, 31, 17, tzinfo=UTC)


def test_a_record_that_changed_meanwhile_is_shown_again_and_not_overwritten(backoffice):
    official = OfficialFactory(position_de="Alt")
    content = csv_of([{"slug": official.slug, "position_de": "Aus der Datei"}])
    dry_run = DryRun(backoffice, Official, content)
    Official.objects.update(position_de="Von der Kollegin")
    page = dry_run.apply()
    assert "Nothing was imported: records were changed" in page
    assert "Kollegin" in page
    official.refresh_from_db()
    assert official.position_de == "Von der Kollegin"
    dry_run.read(page)
    assert "1 record was changed" in dry_run.apply()
    assert "imported already" in dry_run.apply()


def test_what_was_shown_cannot_be_made_up(backoffice):
    dry_run = DryRun(backoffice, Organisation, b"slug;name_de;kind\na;b;fund\n")
    fingerprint, _colon, _signature = dry_run.shown.partition(":")
    for shown in ("", fingerprint, f"{fingerprint}:x"):
        dry_run.shown = shown
        assert "Nothing was imported" in dry_run.apply()
    assert not Organisation.objects.exists()


def test_an_import_is_in_the_history_of_each_record_and_of_no_other(backoffice, editor):
    changed, same = OfficialFactory(position_de="Alt"), OfficialFactory(position_de="Gleich")
    contents = csv_of(
        [
            {"slug": changed.slug, "name": changed.name, "position_de": "Neu"},
            {"slug": same.slug, "name": same.name, "position_de": "Gleich"},
            {"slug": "new", "name": "NEW Person", "position_de": ""},
        ]
    )
    DryRun(backoffice, Official, contents, "officials.csv").apply()
    found, imported = Version.objects.get_for_object(changed).order_by("pk")
    assert (found.field_dict["position_de"], found.revision.user) == ("Alt", None)
    assert (imported.field_dict["position_de"], imported.revision.user) == ("Neu", editor)
    assert "officials.csv" in imported.revision.comment
    assert not Version.objects.get_for_object(same).exists()
    assert Version.objects.get_for_object(Official.objects.get(slug="new")).count() == 1
    entries = {entry.object_repr: entry.get_change_message() for entry in LogEntry.objects.all()}
    assert entries == {changed.name: "Changed position [de].", "NEW Person": "Added."}


def test_a_former_address_is_not_taken_from_the_record_it_leads_to(backoffice):
    official = OfficialFactory(slug="old")
    official.slug = "new"
    official.save()
    dry_run = DryRun(backoffice, Official, csv_of([{"slug": "old", "name": "X"}]))
    assert "whose address is new now" in dry_run.problems[0][2]


def test_rich_text_is_shown_as_it_will_be_stored(backoffice):
    official = OfficialFactory()
    content = csv_of([{"slug": official.slug, "biography_de": "<script>x</script>Hello"}])
    dry_run = DryRun(backoffice, Official, content)
    assert "script" not in dry_run.changes[0][2]
    dry_run.apply()
    assert DryRun(backoffice, Official, content).numbers == (0, 0, 1)


def test_an_import_of_very_many_changes_is_asked_for_in_parts(backoffice, monkeypatch):
    monkeypatch.setattr("guizhou_portal.backoffice.sheets.resources.MAX_CHANGES", 1)
    rows = [{"slug": slug, "name_de": slug, "kind": "fund"} for slug in "abc"]
    dry_run = DryRun(backoffice, Organisation, csv_of(rows))
    assert "Import it in parts." in dry_run.page
    dry_run.apply()
    assert not Organisation.objects.exists()
    dry_run = DryRun(backoffice, Organisation, csv_of(rows[:1]))
    assert "1 record was added" in dry_run.apply()


def test_an_error_nobody_thought_of_is_no_traceback_and_changes_nothing(backoffice, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(RecordSheet, "save_m2m", fail)
    dry_run = DryRun(backoffice, Organisation, b"slug;name_de;kind\na;b;fund\n")
    assert dry_run.problems[0][0] == 2
    assert not Organisation.objects.exists()
    assert not ContractParty.objects.exists()
