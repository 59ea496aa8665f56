"""How each database keeps the words of the entries so that they are found at once.

SQLite has a full-text table beside the entries, which triggers keep in step; PostgreSQL an index
over them. Both get words that are cut and folded already, so that both find the same.
"""

from django.db import connections

from . import index
from .declared import DECLARED
from .models import Entry, PublicEntry

TABLE = "search_entry"
PUBLIC = "search_publicentry"
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
    # A term says by its mark where it stands: columns and places within them need not be kept.
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_terms USING fts5(
        terms, content='search_publicentry', content_rowid='id',
        detail='none', tokenize='ascii', prefix='2 3 4'
    )""",
    """CREATE TRIGGER IF NOT EXISTS search_terms_added AFTER INSERT ON search_publicentry BEGIN
        INSERT INTO search_terms(rowid, terms) VALUES (new.id, new.terms);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_terms_removed AFTER DELETE ON search_publicentry BEGIN
        INSERT INTO search_terms(search_terms, rowid, terms)
        VALUES ('delete', old.id, old.terms);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_terms_changed AFTER UPDATE ON search_publicentry BEGIN
        INSERT INTO search_terms(search_terms, rowid, terms)
        VALUES ('delete', old.id, old.terms);
        INSERT INTO search_terms(rowid, terms) VALUES (new.id, new.terms);
    END""",
)
#: No text search configuration takes part: the words are the lexemes.
VECTOR = "array_to_tsvector(string_to_array({}, ' '))"
#: The same for the public index, told as dear as it is: otherwise a word that is in many records
#: makes the planner read all terms instead of the index. A function in SQL would lose its cost.
TERMS = "search_terms_of(terms)"
POSTGRESQL = (
    *(
        f"CREATE INDEX IF NOT EXISTS search_entry_{column} ON search_entry"
        f" USING gin ({VECTOR.format(column)}) WITH (fastupdate = off)"
        for column in COLUMNS
    ),
    f"""CREATE OR REPLACE FUNCTION search_terms_of(terms text) RETURNS tsvector
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
        AS $$ BEGIN RETURN {VECTOR.format("terms")}; END $$""",
    f"CREATE INDEX IF NOT EXISTS search_publicentry_terms ON {PUBLIC}"
    f" USING gin ({TERMS}) WITH (fastupdate = off)",
    # The terms aside, so that many entries' keys are read from few pages.
    f"ALTER TABLE {PUBLIC} SET (toast_tuple_target = 128)",
)


def prepare(using="default", **kwargs):
    """Receiver of ``post_migrate``: what no migration can say for both databases.

    Runs after every migration, for one that rebuilds the table takes SQLite's triggers with it.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        needed = {TABLE, PUBLIC, *(model._meta.db_table for model in DECLARED)}
        if not needed <= set(connection.introspection.table_names(cursor)):
            return
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)
    if not (Entry.objects.exists() and PublicEntry.objects.exists()):
        index.fill()


def without_compiling(connection, **kwargs):
    """Receiver of ``connection_created``: PostgreSQL would compile what it takes for long work.

    It goes by the cost told above; the questions are answered in less time than that takes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")


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


def public_keys(connection, wanted):
    """``[(n, key), …]``: for the nth of ``wanted`` the keys in the public index, in order.

    ``wanted``: ``[(groups, first, last, most), …]``; ``groups`` as for :func:`select_keys`, the
    keys from ``first`` to ``last``, and of these the first ``most``. One statement for all.
    """
    if not wanted:
        return []
    if connection.vendor == "sqlite":
        # It gives the keys one after the other, so that few are found as quickly as they are few.
        one = (
            "SELECT * FROM (SELECT {} AS n, rowid FROM search_terms WHERE search_terms MATCH %s"
            " AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)"
        )
        asked = [_all_of(groups, " AND ", " OR ", '"{}"', '"{}" *') for groups, *_ in wanted]
    else:
        # Sorted by an expression: an index of the keys would be walked through past the terms.
        one = (
            "(SELECT {} AS n, id FROM matching{} WHERE id BETWEEN %s AND %s"
            " ORDER BY id + 0 LIMIT %s)"
        )
        return _from_postgresql(connection, wanted, one)
    parameters = []
    for question, (_groups, *limits) in zip(asked, wanted, strict=True):
        parameters += [question, *limits]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(n) for n in range(len(wanted))), parameters)
        return cursor.fetchall()


def select_public(vendor, groups, first, last):
    """``(sql, parameters)``: the records' own keys of what :func:`public_keys` would find."""
    if vendor == "sqlite":
        return (
            "SELECT rowid - %s FROM search_terms WHERE search_terms MATCH %s"
            " AND rowid BETWEEN %s AND %s",
            [first, _all_of(groups, " AND ", " OR ", '"{}"', '"{}" *'), first, last],
        )
    return (
        f"SELECT id - %s FROM {PUBLIC} WHERE {TERMS} @@ %s::tsquery AND id BETWEEN %s AND %s",  # noqa: S608  (names of ours)
        [first, _all_of(groups, " & ", " | ", "'{}'", "'{}':*"), first, last],
    )


def _from_postgresql(connection, wanted, one):
    """It looks for all that match whatever the limit: each question is put once."""
    questions = {}
    numbers = [
        questions.setdefault(_all_of(groups, " & ", " | ", "'{}'", "'{}':*"), len(questions))
        for groups, *_ in wanted
    ]
    matching = (
        f"matching{{}} AS MATERIALIZED (SELECT id FROM {PUBLIC}"  # noqa: S608  (names of ours)
        f" WHERE {TERMS} @@ %s::tsquery)"
    )
    parts = ", ".join(matching.format(number) for number in questions.values())
    asked = " UNION ALL ".join(one.format(n, number) for n, number in enumerate(numbers))
    parameters = [*questions, *(limit for _groups, *limits in wanted for limit in limits)]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {asked}", parameters)
        return cursor.fetchall()


def _all_of(groups, both, either, whole, beginning):
    return both.join(
        f"({either.join((beginning if begins else whole).format(word) for word, begins in group)})"
        for group in groups
    )
