"""The portal's own content for tests: read from its files once, then written row by row."""

from contextlib import contextmanager

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from guizhou_portal.content.loader import load
from guizhou_portal.search.changes import catch_up

APPS = ("pages", "projects", "events", "content", "publishing", "search")
#: What the names of the tables of the search begin with.
INDEX = "search_"
#: A value as the database writes it into a statement.
QUOTED = {"sqlite": "quote({})", "postgresql": "quote_nullable(({})::text)"}[connection.vendor]
#: Content types have other keys after each flush: the statement looks for them by name.
KIND = f"""(
    SELECT '(SELECT id FROM django_content_type WHERE app_label = ' || {QUOTED.format("app_label")}
        || ' AND model = ' || {QUOTED.format("model")} || ')'
    FROM django_content_type WHERE id = content_type_id
)"""  # noqa: S608  (our own names)
_kept = {}


@contextmanager
def content():
    """The content as long as a test runs; yields what :func:`load_content` returns.

    To SQLite the index of the search is five times the work of all the rest, and most tests look
    for nothing: it is written there before the first statement that asks for it.
    """
    if connection.vendor != "sqlite" or not _kept:
        yield load_content()
        return
    index = [sql for sql in _kept["statements"] if sql.startswith(f'INSERT INTO "{INDEX}')]

    def when_asked_for(execute, sql, params, many, context):
        while index and INDEX in sql:
            context["connection"].connection.execute(index.pop(0))  # past the counts of queries
        return execute(sql, params, many, context)

    counts = load_content(but=tuple(index))
    with connection.execute_wrapper(when_asked_for):
        yield counts


def load_content(but=()):
    """What :func:`~guizhou_portal.content.loader.load` does on an empty database; its counts."""
    if not _kept:
        # What the migrations leave behind is there in every test.
        filled_by_it = [one for one in _models() if not one._base_manager.exists()]
        _kept["counts"] = load()
        catch_up()
        _kept["statements"] = [*filter(None, map(_rows_of, filled_by_it)), *_sequences()]
        return _kept["counts"]
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in _kept["statements"]:
            if sql not in but:
                cursor.execute(sql)
    return _kept["counts"]


def _models():
    for name in APPS:
        yield from apps.get_app_config(name).get_models(include_auto_created=True)


def _rows_of(model):
    """The statement that writes all rows of the model's table again."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        columns = [
            one.name for one in connection.introspection.get_table_description(cursor, table)
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        quoted = " || ', ' || ".join(
            KIND if one == "content_type_id" else QUOTED.format(f'"{one}"') for one in columns
        )
        cursor.execute(f'SELECT {quoted} FROM "{table}"')  # noqa: S608  (our own names)
        rows = ", ".join(f"({row[0]})" for row in cursor.fetchall())
    return rows and f'INSERT INTO "{table}" ({names}) VALUES {rows}'  # noqa: S608  (quoted above)


def _sequences():
    """Statements after which new records get keys that are free, where the keys are counted."""
    return connection.ops.sequence_reset_sql(no_style(), list(_models()))
