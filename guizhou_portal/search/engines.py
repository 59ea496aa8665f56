"""How each database keeps the words of the entries so that they are found at once.

SQLite has a full-text table beside the entries, which triggers keep in step; PostgreSQL an index
over them. Both get words that are cut and folded already, so that both find the same.
"""

from django.db import connections

from . import index
from .declared import DECLARED
from .models import Entry, PublicEntry
from .results import ROOM

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


def for_short_questions(connection, **kwargs):
    """Receiver of ``connection_created``: PostgreSQL would take the questions for long work.

    It goes by the cost told above, and would compile them or start processes to share them, which
    takes longer than to answer them.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off; SET max_parallel_workers_per_gather = 0")


def select_keys(vendor, kind, groups, column):
    """``(sql, parameters)``: the keys of the records that have one word of each group.

    ``kind``: the key of their content type. ``groups``: ``[[(word, is_beginning), …], …]``; words
    as :mod:`.words` makes them, which have neither quotes nor spaces.
    """
    if vendor == "sqlite":
        query = _for_sqlite(groups)
        return (
            "SELECT object_id FROM search_words JOIN search_entry ON id = search_words.rowid"
            " WHERE search_words MATCH %s AND content_type_id = %s",
            [f"{column} : ({query})", kind],
        )
    return (
        f"SELECT object_id FROM search_entry WHERE {VECTOR.format(column)} @@ %s::tsquery"  # noqa: S608  (a name of ours)
        " AND content_type_id = %s",
        [_for_postgresql(groups), kind],
    )


def public_keys(connection, wanted):
    """``[(n, key), …]``: for the nth of ``wanted`` the keys in the public index, in order.

    ``wanted``: ``[(groups, first, last, most), …]``; ``groups`` as for :func:`select_keys`, the
    keys from ``first`` to ``last``, and of these the first ``most``. One statement for all.
    """
    if not wanted:
        return []
    if connection.vendor == "sqlite":
        statement, parameters = _of_sqlite(wanted)
    else:
        statement, parameters = _of_postgresql(wanted)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return sorted(cursor.fetchall())


def _of_sqlite(wanted):
    """It gives the keys one after the other, so that few are found as quickly as they are few."""
    one = (
        "SELECT * FROM (SELECT {} AS n, rowid FROM search_terms WHERE search_terms MATCH %s"
        " AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)"
    )
    parameters = []
    for groups, *limits in wanted:
        parameters += [_for_sqlite(groups), *limits]
    return " UNION ALL ".join(one.format(n) for n in range(len(wanted))), parameters


def select_public(vendor, groups, first, last):
    """``(sql, parameters)``: the records' own keys of what :func:`public_keys` would find."""
    if vendor == "sqlite":
        return (
            "SELECT rowid - %s FROM search_terms WHERE search_terms MATCH %s"
            " AND rowid BETWEEN %s AND %s",
            [first, _for_sqlite(groups), first, last],
        )
    return (
        f"SELECT id - %s FROM {PUBLIC} WHERE {TERMS} @@ %s::tsquery AND id BETWEEN %s AND %s",  # noqa: S608  (names of ours)
        [
            first,
            _for_postgresql([[(index.term_of_kind(first // ROOM), False)], *groups]),
            first,
            last,
        ],
    )


#: So many groups of a kind's first records are looked at first.
NEAR = 3
#: By an expression of the key: its own index would be walked through past the terms.
MATCHING = (
    f"SELECT {{}} AS n, id FROM {PUBLIC} WHERE {TERMS} @@ %s::tsquery"  # noqa: S608  (names of ours)
    " AND id + 0 BETWEEN %s AND %s{} ORDER BY id + 0 LIMIT %s"
)
IF_ANY = f" AND (SELECT max(id) FROM {PUBLIC} WHERE id <= %s) >= %s"  # noqa: S608  (a name of ours)


def _of_postgresql(wanted):
    """It looks up all that match before it puts them in order, however few are wanted.

    So it is asked for records of the kind alone; and where few are wanted, for those among its
    first records, and only where they are not enough for the others: a limit of 0 costs nothing.
    """
    near, asked, before, after = [], [], [], []
    for n, (groups, first, last, most) in enumerate(wanted):
        kinds = range(first // ROOM, last // ROOM + 1)
        of_kinds = [(index.term_of_kind(number), False) for number in kinds]
        if len(kinds) > 1 or most > index.GROUP:
            asked.append(f"({MATCHING.format(n, '')})")
            after += [_for_postgresql([of_kinds, *groups]), first, last, most]
            continue
        group = first % ROOM // index.GROUP
        nearest = [(index.term_of_kind(kinds[0], one), False) for one in range(group, group + NEAR)]
        end = kinds[0] * ROOM + (group + NEAR) * index.GROUP
        near.append(f"near{n} AS MATERIALIZED ({MATCHING.format(n, '')})")
        before += [_for_postgresql([nearest, *groups]), first, min(last, end - 1), most]
        others = MATCHING.format(n, IF_ANY)
        asked.append(
            f"SELECT n, id FROM near{n}"  # noqa: S608  (names of ours)
            f" UNION ALL ({others} - (SELECT count(*) FROM near{n}))"
        )
        after += [_for_postgresql([of_kinds, *groups]), end, last, last, end, most]
    beginning = f"WITH {', '.join(near)} " if near else ""
    return beginning + " UNION ALL ".join(asked), before + after


def _for_sqlite(groups):
    return _all_of(groups, " AND ", " OR ", '"{}"', '"{}" *')


def _for_postgresql(groups):
    return _all_of(groups, " & ", " | ", "'{}'", "'{}':*")


def _all_of(groups, both, either, whole, beginning):
    return both.join(
        f"({either.join((beginning if begins else whole).format(word) for word, begins in group)})"
        for group in groups
    )
