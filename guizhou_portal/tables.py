"""Which tables a database has so far."""

from django.db import connections


def has_table(model, using):
    """Whether a receiver of ``post_migrate`` may read ``model``: it is sent half way, too."""
    return model._meta.db_table in connections[using].introspection.table_names()
