"""Every new migration is safe on a database that the earlier release still uses."""

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from guizhou_portal.operations.schema import AddIndexBesideWriters

from .migration_rules import dangers

#: The last migrations before the portal went online: what came up to them met no visitors.
BASELINE = {
    "backoffice": "0004",
    "content": "0001",
    "events": "0008",
    "pages": "0002",
    "projects": "0007",
    "publishing": "0002",
    "search": "0002",
}


@pytest.fixture
def loader(settings):
    """All migrations there are; tests of records are told that there are none (--no-migrations)."""
    settings.MIGRATION_MODULES = {}
    return MigrationLoader(None)


def newer_than_the_baseline(loader):
    for app, name in sorted(loader.graph.nodes):
        if app in BASELINE and name[:4] > BASELINE[app]:
            yield app, name


def test_every_migration_since_the_portal_went_online_is_safe_or_says_why(loader):
    found = []
    for node in newer_than_the_baseline(loader):
        before = loader.project_state(node, at_end=False)
        found += [f"{'.'.join(node)}: {one}" for one in dangers(loader.graph.nodes[node], before)]
    assert not found, "\n".join(["docs/updates.md tells what to do:", *found])


def test_the_baseline_names_every_app_of_ours_that_has_migrations(loader, settings):
    ours = {
        app
        for app, _name in loader.graph.nodes
        if (settings.BASE_DIR / app).is_dir() or "guizhou_portal" in apps.get_app_config(app).name
    }
    assert ours == set(BASELINE)
    for app, name in BASELINE.items():
        assert any(node == app and one.startswith(name) for node, one in loader.graph.nodes)


@pytest.fixture
def before():
    """Tables as the earlier release knows them."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=100)),
        ("note", models.TextField(null=True)),
        ("number", models.IntegerField(null=True)),
    ]
    state.add_model(ModelState("events", "Event", fields))
    return state


def migration(*steps, **attributes):
    return type("Migration", (migrations.Migration,), {"operations": [*steps], **attributes})(
        "0099", "events"
    )


def index(name="by_title"):
    return models.Index(fields=["title"], name=name)


NEW = migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (migrations.RemoveField("Event", "note"), "still uses Event.note"),
        (migrations.DeleteModel("Event"), "still uses"),
        (migrations.RenameField("Event", "note", "remark"), "by its old name"),
        (migrations.RenameModel("Event", "Conference"), "by its old name"),
        (
            migrations.AddField("Event", "seats", models.IntegerField(default=0)),
            "does not fill it: null=True or db_default",
        ),
        (
            migrations.AddField("Event", "code", models.CharField(null=True, unique=True)),
            "writers wait while its index is built",
        ),
        (migrations.AlterField("Event", "number", models.IntegerField()), "may be empty"),
        (migrations.AlterField("Event", "number", models.CharField(null=True)), "written anew"),
        (migrations.AlterField("Event", "title", models.CharField(max_length=50)), "written anew"),
        (
            migrations.AlterField("Event", "title", models.CharField(max_length=100, unique=True)),
            "writers wait",
        ),
        (migrations.AddIndex("Event", index()), "AddIndexBesideWriters"),
        (AddIndexBesideWriters("Event", index()), "atomic = False"),
        (
            migrations.AddConstraint(
                "Event", models.UniqueConstraint(fields=["title"], name="one_title")
            ),
            "every row is looked at",
        ),
        (migrations.RunSQL("LOCK TABLE events_event"), "nobody can tell"),
    ],
)
def test_what_breaks_the_earlier_release_or_keeps_it_waiting_is_refused(before, step, why):
    (said,) = dangers(migration(step), before)
    assert why in said
    assert not dangers(migration(step, safe_because="The table has one row."), before)


@pytest.mark.parametrize(
    "steps",
    [
        [migrations.AddField("Event", "seats", models.IntegerField(null=True))],
        [migrations.AddField("Event", "seats", models.IntegerField(db_default=0))],
        [migrations.AlterField("Event", "title", models.CharField(max_length=300))],
        [migrations.AlterField("Event", "title", models.CharField("name", max_length=100))],
        [migrations.AlterField("Event", "note", models.TextField("remark", null=True))],
        [NEW, migrations.AddIndex("New", models.Index(fields=["id"], name="by_id"))],
        [migrations.RunPython(migrations.RunPython.noop)],
        [
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("Event", "note")]
            )
        ],
    ],
)
def test_what_both_releases_can_work_with_is_let_through(before, steps):
    assert dangers(migration(*steps), before) == []


def test_an_index_built_beside_writers_is_let_through(before):
    assert dangers(migration(AddIndexBesideWriters("Event", index()), atomic=False), before) == []


def test_data_is_not_moved_while_tables_are_locked(before):
    moving = migrations.RunPython(migrations.RunPython.noop)
    column = migrations.AddField("Event", "seats", models.IntegerField(null=True))
    (said,) = dangers(migration(column, moving), before)
    assert "moves data" in said
