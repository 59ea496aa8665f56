"""Changes of tables that are in use, for migrations: docs/updates.md says which are safe."""

from django.db.migrations.operations import AddIndex


class AddIndexBesideWriters(AddIndex):
    """Adds an index without keeping writers waiting, where PostgreSQL is the database.

    In a migration of its own with ``atomic = False``. One that was interrupted is begun anew.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        self._drop(schema_editor)  # what an interrupted attempt left is no use, but has the name
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        self._drop(schema_editor)

    def _drop(self, schema_editor):
        if schema_editor.connection.in_atomic_block:
            raise ValueError("AddIndexBesideWriters needs a migration with atomic = False.")
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
