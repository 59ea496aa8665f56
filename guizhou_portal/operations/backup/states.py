"""Which migrations a database, a backup and this release know, and the tables that follow from it.

A backup may be older than the release that restores it: its records are those of the tables as
its migrations had made them, not of today's models.
"""

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from .faults import BackupError

#: Who is signed in, and what the search makes of the records: not part of a backup.
LEFT_OUT = {"sessions", "search"}


def applied_to(connection):
    """The migrations a database has had, ``{(app, name), …}``; none for an empty one."""
    return set(MigrationRecorder(connection).applied_migrations())


def unknown(migrations):
    """Those of ``migrations`` that this release does not have, in order."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    return sorted(set(migrations) - known)


def newest(migrations):
    """The last ones of each app among ``migrations``: all others lead to them."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    there = [key for key in sorted(migrations) if key in graph.nodes]
    return [
        key
        for key in there
        if not any(
            child.key[0] == key[0] and child.key in migrations
            for child in graph.node_map[key].children
        )
    ]


def models_at(migrations):
    """The models of the tables that ``migrations`` make and a backup keeps, in a stable order."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = loader.project_state(newest(migrations))
    models = state.apps.get_models(include_auto_created=True)
    kept = [
        model
        for model in models
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in LEFT_OUT
    ]
    return sorted(kept, key=lambda model: model._meta.db_table)


def check_known(migrations, what, advice):
    """Raise :class:`BackupError` if ``what`` has migrations this release does not know."""
    if missing := unknown(migrations):
        first = ".".join(missing[0])
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise BackupError(
            f"{what} is of a newer release: this one does not know its migration {first}{more}. "
            f"{advice}"
        )
