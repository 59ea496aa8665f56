"""Which files are stored, which records need them, and which nobody needs any more.

A file is needed by a record that names it, by a stored version of a record (it may be restored),
or by a text that links to it. A rendition is needed as long as its original is.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from reversion.models import Version

from guizhou_portal.parts import wholes

from .fields import PictureField
from .originals import ENDINGS
from .renditions import FALLBACK, MODERN, rendition_names

CARDS = "cards/"
#: Seconds for which a file that nobody needs is left alone: a form may be about to use it.
YOUNG = 24 * 3600
RENDITION = re.compile(
    rf"^(?P<stem>.+)\.\d+\.(?:{'|'.join(kind[1] for kind in (*MODERN, FALLBACK))})$"
)
PICTURES = tuple(f".{ending}" for ending in ENDINGS.values())


class Column(NamedTuple):
    """A field that keeps files."""

    model: type
    field: models.FileField

    @property
    def is_picture(self):
        return isinstance(self.field, PictureField)

    @property
    def owner(self):
        """The field that leads to the record this one is a part of; None if it is no part."""
        return next(iter(wholes(self.model)), None)


class Use(NamedTuple):
    """A record that keeps a file, by its primary key; ``owner``: that of what it was a part of."""

    column: Column
    key: int
    owner: int | None = None


@dataclass(frozen=True)
class StoredFile:
    """A stored file: ``name`` below the media folder, bytes, and its last change (POSIX)."""

    name: str
    size: int
    changed: float


def columns():
    """Every :class:`Column` of the portal's records whose files are in the media folder."""
    return [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField) and field.storage is default_storage
    ]


def uses_of_files(narrowed=None):
    """``{name: [Use, …]}`` of all files records keep; one query for each column.

    ``narrowed(column)`` gives a condition on the records, or None for all.
    """
    found = defaultdict(list)
    for column in columns():
        records = column.model._base_manager.exclude(**{column.field.name: ""})
        if narrowed and (condition := narrowed(column)) is not None:
            records = records.filter(condition)
        for key, name in records.order_by("pk").values_list("pk", column.field.name):
            found[name].append(Use(column, key))
    return dict(found)


def uses_in_history():
    """``{name: {Use, …}}`` of all files that stored versions of records keep; one query."""
    kinds = {}
    for column in columns():
        kinds.setdefault(ContentType.objects.get_for_model(column.model).pk, []).append(column)
    found = defaultdict(set)
    versions = Version.objects.filter(content_type__in=kinds).order_by()
    rows = versions.values_list("content_type", "object_id", "serialized_data")
    for kind, key, content in rows.iterator():
        fields = json.loads(content)[0]["fields"]
        for column in kinds[kind]:
            if name := fields.get(column.field.name):
                owner = fields.get(column.owner.name) if column.owner else None
                found[name].add(Use(column, int(key), owner))
    return dict(found)


def names_in_texts(text):
    """The names of files a text links to, with and without a full stop or bracket at the end."""
    address = re.escape(settings.MEDIA_URL)
    found = {unquote(name) for name in re.findall(rf"{address}([^\s\"'<>\\?#]+)", text)}
    return found | {name.rstrip(".,;:!)]}”»") for name in found}


def linked_files():
    """Names of the files that texts link to, those of stored versions included."""
    found = set()
    for model in apps.get_models():
        texts = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.TextField) and model._meta.app_label != "reversion"
        ]
        linking = Q(*((f"{name}__contains", settings.MEDIA_URL) for name in texts), _connector="OR")
        if texts and not model._meta.proxy and model._meta.managed:
            for row in model._base_manager.filter(linking).order_by().values_list(*texts):
                found |= names_in_texts(" ".join(filter(None, map(str, row))))
    versions = Version.objects.filter(serialized_data__contains=settings.MEDIA_URL).order_by()
    for text in versions.values_list("serialized_data", flat=True).iterator():
        found |= names_in_texts(text)
    return found


def files_on_disk() -> Iterator[StoredFile]:
    """Every file below the media folder, or on the object store that stands for the disk.

    Links are not followed, hidden files not looked at.
    """
    if hasattr(default_storage, "all_files"):
        for name, size, changed in default_storage.all_files():
            yield StoredFile(name, size, changed.timestamp())
        return
    root = Path(settings.MEDIA_ROOT)
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith(".") or path.is_symlink():
                continue
            try:
                status = path.stat()
            except FileNotFoundError:  # deleted by somebody else while we look
                continue
            yield StoredFile(path.relative_to(root).as_posix(), status.st_size, status.st_mtime)


def stem_of(name):
    """What an original and its renditions have in common: ``photos/ab12`` of both."""
    if match := RENDITION.match(name):
        return match["stem"]
    return name.rsplit(".", 1)[0]


def is_original(name):
    return not RENDITION.match(name) and not name.startswith(CARDS)


def orphans(files, needed):
    """Those of ``files`` that no name in ``needed`` stands for; cards have rules of their own."""
    stems = {stem_of(name) for name in needed}
    return [
        file
        for file in files
        if file.name not in needed
        and not (RENDITION.match(file.name) and stem_of(file.name) in stems)
        and not file.name.startswith(CARDS)
    ]


def needed_names():
    """The names of all files that a record, a stored version or a text needs."""
    return uses_of_files().keys() | uses_in_history().keys() | linked_files()


def missing_originals(uses, on_disk):
    """Names records keep that are not among the names ``on_disk``."""
    return sorted(uses.keys() - on_disk)


def missing_renditions(on_disk):
    """``{name of an original that is there: [names of its renditions that are not]}``."""
    found = {}
    for column in columns():
        if not column.is_picture:
            continue
        stored = column.model._base_manager.exclude(**{column.field.name: ""})
        fields = (column.field.name, column.field.width_field)
        for name, width in stored.order_by("pk").values_list(*fields):
            if name in on_disk and width:
                gone = [one for one in rendition_names(name, width) if one not in on_disk]
                if gone:
                    found[name] = gone
    return found


def current_cards():
    """The names of the social cards of everything that is public now, in all languages."""
    from django.utils.translation import override

    from guizhou_portal.pages.models import Page

    from .social_cards import card_name

    names = set()
    for code, _ in settings.LANGUAGES:
        with override(code):
            names |= {
                card_name(str(page.title), "", code) for page in Page.texts(*Page.Key).values()
            }
            for model in apps.get_models():
                if hasattr(model, "card_kind"):
                    needed = [
                        field.name
                        for field in model._meta.concrete_fields
                        if isinstance(field, models.ForeignKey) and not field.null
                    ]
                    records = model.objects.published().order_by("pk")
                    records = records.select_related(*needed) if needed else records
                    name_of = partial(card_name, language=code)
                    names |= {name_of(str(one), one.card_line()) for one in records.iterator(500)}
    return names


def stale_cards(files):
    """Social cards among ``files`` whose page has another title now, or none any more."""
    cards = [file for file in files if file.name.startswith(CARDS)]
    current = current_cards() if cards else set()
    return [file for file in cards if file.name not in current]


def delete(file):
    """Delete one of :func:`files_on_disk`, unless it is not what it was: then return False."""
    if hasattr(default_storage, "all_files"):
        return _delete_object(file)
    root = Path(settings.MEDIA_ROOT).resolve()
    path = root / file.name
    try:
        status = path.lstat()
        inside = path.parent.resolve().is_relative_to(root)
        if not inside or path.is_symlink() or status.st_mtime != file.changed:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _delete_object(file):
    try:
        if default_storage.get_modified_time(file.name).timestamp() != file.changed:
            return False
        default_storage.delete(file.name)
    except OSError:
        return False
    return True
