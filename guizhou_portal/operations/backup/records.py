"""The records of a table as lines of JSON, the same from SQLite and from PostgreSQL.

The first line names the table, its columns and the last key that was ever given, so that the key
of a deleted record is not given again; each other line holds the values of one record.
"""

import gzip
import json
from base64 import b64decode, b64encode
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db import DatabaseError
from django.db.models import JSONField

from .faults import BackupError, DamagedError

BATCH = 500
#: What JSON has no word for: how it is written, and read back by the kind of the column.
WRITTEN = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: lambda value: value // timedelta(microseconds=1),
    Decimal: str,
    UUID: str,
    bytes: lambda value: b64encode(value).decode(),
    memoryview: lambda value: b64encode(value).decode(),
}
READ = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "DurationField": lambda value: timedelta(microseconds=value),
    "DecimalField": Decimal,
    "UUIDField": UUID,
    "BinaryField": lambda value: b64decode(value, validate=True),
}
#: Columns whose values JSON can say.
PLAIN = {
    *("AutoField", "BigAutoField", "SmallAutoField"),
    *("IntegerField", "BigIntegerField", "SmallIntegerField"),
    *("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
    *("BooleanField", "CharField", "EmailField", "FileField", "FloatField"),
    *("GenericIPAddressField", "ImageField", "JSONField", "SlugField", "TextField", "URLField"),
}


def kind_of(field):
    """The kind of a column in Django's words, that of the other table for a reference."""
    while field.remote_field:
        field = field.target_field
    kind = field.get_internal_type()
    if kind not in READ and kind not in PLAIN:
        raise BackupError(f"No backup knows columns such as {field}: {kind}.")
    return kind


def fields_of(model):
    return [field for field in model._meta.concrete_fields if not field.generated]


def dump(model, connection, file):
    """Write all records of ``model`` into ``file``, compressed; how many there are."""
    fields, count = fields_of(model), 0
    for field in fields:
        kind_of(field)
    records = model._base_manager.using(connection.alias).order_by("pk")
    # Without a name or a time of its own, so that the same records make the same file.
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as lines:
        head = {
            "table": model._meta.db_table,
            "columns": [field.column for field in fields],
            "last_key": last_key(model, connection),
        }
        lines.write(_line(head))
        rows = records.values_list(*(field.attname for field in fields))
        for row in rows.iterator(chunk_size=BATCH):
            lines.write(_line(row))
            count += 1
    return count


def _line(value):
    return json.dumps(value, ensure_ascii=False, default=_written).encode() + b"\n"


def _written(value):
    return WRITTEN[type(value)](value)


def load(model, connection, file):
    """Write the records of ``file`` (as :func:`dump` made it) into an empty table; how many.

    Raises :class:`DamagedError` if they are not of this table, :class:`BackupError` if the database
    refuses one.
    """
    fields, table, count = fields_of(model), model._meta.db_table, 0
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quoted(table)} ({columns}) VALUES ({marks})"  # noqa: S608  (names of ours)
    try:
        with gzip.open(file) as lines, connection.cursor() as cursor:
            head = json.loads(next(lines))
            if (head["table"], head["columns"]) != (table, [field.column for field in fields]):
                raise DamagedError(f"The backup's records are not those of the table {table}.")
            into = [_into(field, connection) for field in fields]
            while some := list(islice(lines, BATCH)):
                rows = [
                    [turn(value) for turn, value in zip(into, json.loads(line), strict=True)]
                    for line in some
                ]
                cursor.executemany(statement, rows)
                count += len(rows)
            set_last_key(model, connection, head["last_key"])
    except (ValueError, KeyError, TypeError, EOFError, StopIteration, gzip.BadGzipFile) as error:
        raise DamagedError(
            f"The backup's records of the table {table} cannot be read ({error})."
        ) from (error)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(
            f"The database does not take the records of the table {table}: {reason}"
        ) from error
    return count


def _into(field, connection):
    """What makes of a value in a line one that the database takes."""
    read = READ.get(kind_of(field), lambda value: value)
    if isinstance(field, JSONField) and not field.null:
        # JSON's null, which is a value here: Django would take None for SQL's.
        return lambda value: connection.ops.adapt_json_value(value, field.encoder)
    return lambda value: None if value is None else field.get_db_prep_save(read(value), connection)


def last_key(model, connection):
    """The last key the table has given, 0 if none or if it does not count them."""
    with connection.cursor() as cursor:
        if sequence := _sequence(model, connection, cursor):
            if connection.vendor == "sqlite":
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [sequence])
            else:
                cursor.execute(
                    f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608  (PostgreSQL's own name)
                )
            found = cursor.fetchone()
            return found[0] if found else 0
    return 0


def set_last_key(model, connection, key):
    """Count on from ``key``, or from the highest there is."""
    with connection.cursor() as cursor:
        sequence = _sequence(model, connection, cursor)
        if not sequence:
            return
        table = connection.ops.quote_name(model._meta.db_table)
        column = connection.ops.quote_name(model._meta.pk.column)
        cursor.execute(f"SELECT max({column}) FROM {table}")  # noqa: S608  (names of ours)
        key = max(int(key), cursor.fetchone()[0] or 0)
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [sequence])
            if key:
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [sequence, key])
        else:
            cursor.execute("SELECT setval(%s, %s, %s)", [sequence, max(key, 1), key > 0])


def _sequence(model, connection, cursor):
    """The name of what counts the keys of a table; None where nothing does."""
    table, pk = model._meta.db_table, model._meta.pk
    if not pk.get_internal_type().endswith("AutoField"):
        return None
    if connection.vendor == "sqlite":
        return table
    cursor.execute(
        "SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), pk.column]
    )
    return cursor.fetchone()[0]
