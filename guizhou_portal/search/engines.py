"""How each database keeps the words of the entries so that they are found at once.

SQLite has a full-text table beside the entries, which triggers keep in step; PostgreSQL an index
over them. Both get words that are cut and folded already, so that both find the same.
"""

from django.db import connections

from . import index
from .declared import DECLARED
from .models import Entry

TABLE = "search_entry"
COLUMNS = ("title_words", "words")

#: FTS5 with the entries as its content. "ascii" splits at the spaces and changes no other letter.
SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(
        title_words, words, content='search_entry', content_rowid='id',
        detail='column', tokenize='ascii', prefix='1 2 3'
    )""",
    """CREATE TRIGGER IF NOT EXISTS search_entry_added AFTER INSERT ON search_entry BEGIN
        INSERT INTO search_words(rowid, title_words, words)
        VALUES (new.id, new.title_words, new.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_entry_removed AFTER DELETE ON search_entry BEGIN
        INSERT INTO search_words(search_words, rowid, title_words, words)
        VALUES ('delete', old.id, old.title_words, old.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_entry_changed AFTER UPDATE ON search_entry BEGIN
        INSERT INTO search_words(search_words, rowid, title_words, words)
        VALUES ('delete', old.id, old.title_words, old.words);
        INSERT INTO search_words(rowid, title_words, words)
        VALUES (new.id, new.title_words, new.words);
    END""",
)
#: No text search configuration takes part: the words are the lexemes.
VECTOR = "array_to_tsvector(string_to_array({}, ' '))"
POSTGRESQL = tuple(
    f"CREATE INDEX IF NOT EXISTS search_entry_{column} ON search_entry"
    f" USING gin ({VECTOR.format(column)}) WITH (fastupdate = off)"
    for column in COLUMNS
)


def prepare(using="default", **kwargs):
    """Receiver of ``post_migrate``: what no migration can say for both databases.

    Runs after every migration, for one that rebuilds the table takes SQLite's triggers with it.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        needed = {TABLE, *(model._meta.db_table for model in DECLARED)}
        if not needed <= set(connection.introspection.table_names(cursor)):
            return
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)
    if not Entry.objects.exists():
        index.fill()


def select_keys(vendor, kind, groups, column):
    """``(sql, parameters)``: the keys of the records that have one word of each group.

    ``kind``: the key of their content type. ``groups``: ``[[(word, is_beginning), …], …]``; words
    as :mod:`.words` makes them, which have neither quotes nor spaces.
    """
    if vendor == "sqlite":
        query = _all_of(groups, " AND ", " OR ", '"{}"', '"{}" *')
        return (
            "SELECT object_id FROM search_words JOIN search_entry ON id = search_words.rowid"
            " WHERE search_words MATCH %s AND content_type_id = %s",
            [f"{column} : ({query})", kind],
        )
    return (
        f"SELECT object_id FROM search_entry WHERE {VECTOR.format(column)} @@ %s::tsquery"  # noqa: S608  (a name of ours)
        " AND content_type_id = %s",
        [_all_of(groups, " & ", " | ", "'{}'", "'{}':*"), kind],
    )


def _all_of(groups, both, either, whole, beginning):
    return both.join(
        f"({either.join((beginning if begins else whole).format(word) for word, begins in group)})"
        for group in groups
    )
