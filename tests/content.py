"""The portal's own content for tests: read from its files once, then written row by row."""

from django.apps import apps
from django.db import connection, transaction

from guizhou_portal.content.loader import load
from guizhou_portal.search.changes import catch_up

APPS = ("pages", "projects", "events", "content", "publishing", "search")
#: Content types have other keys after each flush: the statement looks for them by name.
KIND = """(
    SELECT '(SELECT id FROM django_content_type WHERE app_label = ' || quote(app_label)
        || ' AND model = ' || quote(model) || ')'
    FROM django_content_type WHERE id = content_type_id
)"""
_kept = {}


def load_content():
    """What :func:`~guizhou_portal.content.loader.load` does on an empty database; its counts."""
    if connection.vendor != "sqlite":
        return load()  # there, keys that are written leave the sequences behind
    if not _kept:
        _kept["counts"] = load()
        catch_up()
        _kept["rows"] = [sql for table in _tables() if (sql := _rows_of(table))]
        return _kept["counts"]
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in _kept["rows"]:
            cursor.execute(sql)
    return _kept["counts"]


def _tables():
    for name in APPS:
        for model in apps.get_app_config(name).get_models(include_auto_created=True):
            yield model._meta.db_table


def _rows_of(table):
    """The statement that writes all rows of ``table`` again, as SQLite quotes their values."""
    with connection.cursor() as cursor:
        columns = [
            one.name for one in connection.introspection.get_table_description(cursor, table)
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        quoted = " || ', ' || ".join(
            KIND if one == "content_type_id" else f'quote("{one}")' for one in columns
        )
        cursor.execute(f'SELECT {quoted} FROM "{table}"')  # noqa: S608  (our own names)
        rows = ", ".join(f"({row[0]})" for row in cursor.fetchall())
    return rows and f'INSERT INTO "{table}" ({names}) VALUES {rows}'  # noqa: S608  (as SQLite quoted them)
