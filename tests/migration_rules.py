"""What a migration may do to a database that two releases use at once: docs/updates.md."""

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations import operations

from guizhou_portal.operations.schema import AddIndexBesideWriters

_postgresql = DatabaseWrapper(
    {"ENGINE": "django.db.backends.postgresql", "NAME": "", "OPTIONS": {}, "TIME_ZONE": None}
)

GONE = "the earlier release still uses {what}: stop using it first, remove it in the next release"
RENAMED = "the earlier release knows {what} by its old name: add the new one beside it"


def dangers(migration, state):
    """Sentences about what of ``migration`` is not safe; ``state``: the project's before it."""
    if getattr(migration, "safe_because", ""):
        return []
    state, found, new = state.clone(), [], set()
    steps = list(_on_the_database(migration.operations))
    for operation in steps:
        if isinstance(operation, operations.CreateModel):
            new.add(operation.name_lower)
        elif getattr(operation, "model_name", "").lower() not in new:
            found += [
                f"{operation.describe()}: {why}" for why in _why_not(operation, state, migration)
            ]
        operation.state_forwards(migration.app_label, state)
    moving = [one for one in steps if isinstance(one, operations.RunPython)]
    if moving and len(moving) < len(steps):
        found.append("It changes tables and moves data: the tables stay locked meanwhile.")
    return found


def _on_the_database(steps):
    for operation in steps:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _on_the_database(operation.database_operations)
        else:
            yield operation


def _why_not(operation, state, migration):
    model = getattr(operation, "model_name", getattr(operation, "name", ""))
    if isinstance(operation, (operations.RemoveField, operations.DeleteModel)):
        yield GONE.format(what=f"{model}.{operation.name}")
    elif isinstance(
        operation, (operations.RenameField, operations.RenameModel, operations.AlterModelTable)
    ):
        yield RENAMED.format(what=model)
    elif isinstance(operation, operations.AddField):
        yield from _of_a_new_column(operation.field)
    elif isinstance(operation, operations.AlterField):
        before = state.models[migration.app_label, model.lower()].fields[operation.name]
        yield from _of_a_changed_column(before, operation.field)
    elif isinstance(operation, AddIndexBesideWriters):
        if migration.atomic:
            yield "it needs a migration with atomic = False"
    elif isinstance(operation, operations.AddIndex):
        yield "writers wait while it is built: AddIndexBesideWriters does it beside them"
    elif isinstance(operation, (operations.AddConstraint, operations.AlterUniqueTogether)):
        yield "everybody waits while every row is looked at"
    elif isinstance(operation, operations.RunSQL):
        yield "nobody can tell what it locks"


def _of_a_new_column(field):
    if field.many_to_many:
        return
    if not field.null and field.db_default is models.NOT_PROVIDED:
        yield "the earlier release does not fill it: null=True or db_default"
    if field.unique or field.db_index:
        yield "writers wait while its index is built: an index of its own, beside them"


def _of_a_changed_column(before, after):
    if before.many_to_many or after.many_to_many:
        return
    if before.null and not after.null:
        yield "rows of the earlier release may be empty, and every row is looked at"
    if (after.unique or after.db_index) and not (before.unique or before.db_index):
        yield "writers wait while its index is built"
    if _column(before) != _column(after) and not _only_longer(before, after):
        yield "the whole table is written anew while everybody waits: a second column instead"


def _column(field):
    if field.is_relation:
        return field.related_model
    return field.db_parameters(_postgresql)["type"]


def _only_longer(before, after):
    """varchar(n) to a larger n, or to text: PostgreSQL only notes it."""
    texts = (models.CharField, models.TextField)
    if not (isinstance(before, texts) and isinstance(after, texts)):
        return False
    if isinstance(before, models.TextField):
        return isinstance(after, models.TextField)
    return after.max_length is None or before.max_length <= after.max_length
