"""Restores a backup: reads and checks all of it, builds a database beside, then changes over.

Until the new database takes its place, in one transaction, the portal is the old one; from then on
it is the one of the backup. What a ``kill -9`` leaves behind are files nobody asks for, which the
next restore, begun in the same way, removes.
"""

import os
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from guizhou_portal.operations import content_version

from . import archive, encryption, ending, manifest, records, replacing, states, turns
from .faults import BackupError, DamagedError
from .files import ENQUIRIES, MEDIA, WAITING, Waiting, folders, names_in
from .signals import built

DATABASE, ENDING = "database/", ".jsonl.gz"
#: What is filled by the migrations alone: a database with nothing else is empty.
FILLED_BY_ITSELF = {
    *("django_migrations", "django_content_type", "django_session"),
    *("auth_permission", "auth_group", "auth_group_permissions", "projects_consenttext"),
}


def check(file, key_file=None, tell=print):
    """Read all of a backup and change nothing; its :class:`.manifest.Manifest`."""
    with _opened(file, key_file) as stream:
        found = _read(stream, lambda part: None)
    _describe(found, tell)
    found.check_release()
    return found


def restore(file, key_file=None, replace=False, tell=print):
    """Make the portal what it was when ``file`` was made, files included, or change nothing.

    ``replace``: also where there is something already. ``tell`` is called with lines of progress.
    Raises :class:`BackupError`, and ``OSError`` where a disk is full.
    """
    media, enquiries = (
        Waiting(folder, is_private=first == ENQUIRIES) for first, folder in folders().items()
    )
    enquiries.make_folder()
    with turns.alone():
        if not replace and (there := _in_use()):
            raise BackupError(f"There is something already ({there}). --yes replaces all of it.")
        try:
            for one in (media, enquiries):
                one.prepare()
            with _opened(file, key_file) as stream:
                found = _read(stream, _Taker(media, enquiries))
            _describe(found, tell)
            found.check_release()
            if found.has_media and not isinstance(default_storage, FileSystemStorage):
                tell(f"Uploads come into {media.folder}: copy them into the object store.")
            with replacing.new_database():
                _build(found, enquiries.place / "database", tell)
            _change_over([media, enquiries] if found.has_media else [enquiries], tell)
        finally:
            ending.hold()
            for clear in (replacing.throw_away, media.clear, enquiries.clear):
                _aside(tell, "Left over, until the next restore removes it", clear)
    _forget_pages(tell)
    return found


def _change_over(waiting, tell):
    """The files first: the old database does not miss any, nor does the new one. See .files."""
    try:
        for one in waiting:
            one.add()
        replacing.take_over()
    except BaseException:
        ending.hold()
        for one in waiting:
            one.take_back()
        raise
    for one in waiting:
        _aside(tell, f"Files in {one.folder} may be left over", _remove_others, one, tell)


def _remove_others(waiting, tell):
    removed, left = waiting.remove_others()
    restored = f"{len(waiting.names):,} files restored"
    tell(f"{waiting.folder}: {restored}, {len(removed):,} others removed.")
    for name in left:
        tell(f"{waiting.folder / name} is not of the backup, but could not be removed.")


def _forget_pages(tell):
    """Whatever was made of the old records is made anew."""
    advice = "The cache could not be emptied: empty it, then start the servers"
    for name in caches:
        _aside(tell, advice, _empty_cache, name)
    # What server processes keep for themselves.
    _aside(tell, "The servers could not be told", content_version.advance)


def _empty_cache(name):
    if caches[name].clear() is False:  # one that goes on without its server says so, no more
        raise ConnectionError(f"{name}: its server does not answer")


def _aside(tell, words, step, *args):
    """Do what no longer decides whether the portal is restored: a fault only adds a line."""
    try:
        step(*args)
    except Exception as error:
        with suppress(OSError):  # nobody reads any more
            tell(f"{words} ({error}).")


def _in_use():
    """What there is already, in words."""
    if not replacing.is_missing() and (table := _table_in_use()):
        return f"records in the table {table}"
    return next((f"files in {folder}" for folder in folders().values() if names_in(folder)), "")


def _table_in_use():
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in FILLED_BY_ITSELF or table.startswith("search_"):
                continue
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608  (the database's own name)
            if cursor.fetchone():
                return table
    return None


# --- reading -------------------------------------------------------------------------------------


@contextmanager
def _opened(file, key_file):
    """The archive in ``file``, decrypted if it has to be."""
    try:
        with Path(file).open("rb") as stream:
            beginning = stream.read(len(encryption.BEGINNING))
            stream.seek(0)
            if beginning == encryption.BEGINNING:
                if not key_file:
                    raise BackupError(f"{file} is encrypted: name the key with --identity-file.")
                context = encryption.decrypting(stream, encryption.identities(key_file))
            else:
                context = nullcontext(stream)
            with context as plain:
                yield plain
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        if error.filename != os.fspath(file):
            raise
        raise BackupError(f"{file} cannot be read ({error.strerror}).") from error


def _read(stream, take):
    """Give each part but the manifest to ``take``; the manifest, all parts checked against it."""
    found, said = {}, None
    for part in archive.parts(stream):
        if part.name == manifest.NAME:
            said = part.text(manifest.MOST_BYTES)
            continue
        take(part)
        for _ in part.chunks():
            pass  # what was not taken counts for its checksum, too
        found[part.name] = (part.size, part.sha256)
    if said is None:
        raise DamagedError(f"The backup is not whole: {manifest.NAME} is missing.")
    content = manifest.Manifest.read(said)
    for name in found:
        if not name.startswith((DATABASE, f"{MEDIA}/", f"{ENQUIRIES}/")):
            raise DamagedError(
                f"The backup is refused: it holds {name!r}, which no backup of ours does."
            )
    content.check_parts(found)
    return content


class _Taker:
    """Lays parts where they wait: nothing of them is used before all of them are checked."""

    def __init__(self, media, enquiries):
        self.waiting = {MEDIA: media, ENQUIRIES: enquiries}
        self.records = enquiries.place / "database"
        self.records.mkdir(mode=0o700)

    def __call__(self, part):
        first, _, name = part.name.partition("/")
        if first in self.waiting and name and name.split("/")[0] != WAITING:
            self.waiting[first].take(name, part.chunks(), part.changed)
        elif part.name.startswith(DATABASE) and "/" not in name and name.endswith(ENDING):
            with (self.records / name).open("xb") as file:
                for chunk in part.chunks():
                    file.write(chunk)


def _describe(found, tell):
    count, size = len(found.parts), sum(size for size, _ in found.parts.values())
    tell(
        f"The backup is whole: {count:,} parts, {size / 1e6:,.1f} MB, made {found.made} by "
        f"{found.release} (Django {found.django}, {found.database})."
    )


# --- building ------------------------------------------------------------------------------------


def _build(found, folder, tell):
    """Fill the new database: its tables as they were, the records, then what came since."""
    tell("Building the database …")
    models = states.models_at(found.migrations)
    tables = {model._meta.db_table for model in models}
    if tables != found.records.keys():
        odd = sorted(tables ^ found.records.keys())[0]
        raise DamagedError(f"The backup's tables are not those of its migrations: {odd}.")
    try:
        MigrationExecutor(connection).migrate(states.newest(found.migrations))
        with transaction.atomic():
            _empty()
            for model in models:
                table = model._meta.db_table
                with (folder / f"{table}{ENDING}").open("rb") as file:
                    count = records.load(model, connection, file)
                if count != found.records[table]:
                    raise DamagedError(f"The backup is not whole: records of {table} are missing.")
        tell(f"Database: {sum(found.records.values()):,} records in {len(models)} tables.")
        ContentType.objects.clear_cache()
        later = _later_migrations()
        call_command("migrate", interactive=False, verbosity=0)  # the search index as well
        if later:
            tell(f"Migrations that came since: {later}.")
        built.send(sender=None, tell=tell)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(f"The database could not be built: {reason}") from error
    finally:
        ContentType.objects.clear_cache()


def _empty():
    """Take out what migrations write into new tables: the backup has it, as it became since."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_migrations":
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  (the database's own name)


def _later_migrations():
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
