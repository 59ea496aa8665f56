"""The page "Files": every stored picture and document, what uses it, and what nobody uses."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath
from time import time

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Q
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guizhou_portal.documents import kind_of
from guizhou_portal.pictures import stored_files
from guizhou_portal.pictures.renditions import MODERN

from .attention import without_alternative_text
from .holders import is_picture, localised, records_of, visible_holders

PER_PAGE = 30


class Show(Enum):
    """The filters of the page, by their name in its address."""

    ALL = pgettext_lazy("files", "all")
    PICTURES = gettext_lazy("pictures")
    DOCUMENTS = gettext_lazy("documents")
    NO_ALT = gettext_lazy("without alternative text")
    HISTORY = gettext_lazy("only in older versions")
    UNUSED = gettext_lazy("unused")
    MISSING = gettext_lazy("gone from the disk")

    @property
    def key(self):
        return self.name.lower().replace("_", "-")


@dataclass
class Row:
    """A file as the page shows it. ``size``: bytes, None if it is gone from the disk."""

    name: str
    size: int | None
    changed: datetime | None
    is_picture: bool
    thumbnail: str = ""
    uses: list = field(default_factory=list)
    earlier: list = field(default_factory=list)
    alt: str = ""
    is_silent: bool = False
    is_unused: bool = False

    @property
    def url(self):
        return default_storage.url(self.name)

    @property
    def file_name(self):
        return PurePath(self.name).name

    @property
    def kind(self):
        return kind_of(self.name)


class Inventory:
    """All files a person may see, read once for a page."""

    def __init__(self, holders, sees_everything):
        self.holders = holders
        everywhere = stored_files.uses_of_files()
        in_history = stored_files.uses_in_history()
        self.disk = {file.name: file for file in stored_files.files_on_disk()}
        self.uses = self.visible(everywhere)
        self.earlier = {
            name: uses
            for name, uses in self.visible(in_history).items()
            if name not in everywhere and name in self.disk
        }
        # What came today may belong to a form that is not saved yet.
        settled = [one for one in self.disk.values() if one.changed < time() - stored_files.YOUNG]
        orphans = stored_files.orphans(settled, everywhere.keys() | in_history.keys())
        if orphans:
            linked = stored_files.linked_files()
            orphans = stored_files.orphans(orphans, linked)
        self.orphans = orphans if sees_everything else []
        self.unused = {one.name for one in self.orphans if stored_files.is_original(one.name)}
        self.missing = self.uses.keys() - self.disk.keys()

    def visible(self, uses):
        kept = {
            name: [one for one in found if one.column in self.holders]
            for name, found in uses.items()
        }
        return {name: found for name, found in kept.items() if found}

    @property
    def names(self):
        return self.uses.keys() | self.earlier.keys() | self.unused

    def chosen(self, show):
        """The names one of the filters leaves."""
        if show is Show.PICTURES:
            return {name for name in self.names if is_picture(name)}
        if show is Show.DOCUMENTS:
            return {name for name in self.names if not is_picture(name)}
        if show is Show.NO_ALT:
            return self.silent()
        return {
            Show.HISTORY: self.earlier.keys(),
            Show.UNUSED: self.unused,
            Show.MISSING: self.missing,
        }.get(show, self.names)

    def silent(self):
        """Names of pictures that no language describes."""
        conditions = {column: without_alternative_text(column.model) for column in self.holders}
        return self.matching(lambda column: conditions[column] or Q(pk__in=[]))

    def found(self, words):
        """Names of files that are called so, or whose record is."""
        named = {name for name in self.names if words.casefold() in name.casefold()}
        return named | self.matching(lambda column: self.texts(column, words))

    def texts(self, column, words):
        condition = Q(pk__in=[])
        owner = self.holders[column].owner
        places = [(column.model, "", ("title", "name", "caption", f"{column.field.name}_alt"))]
        if owner:
            related = column.model._meta.get_field(owner).related_model
            places.append((related, f"{owner}__", ("title", "name")))
        for model, prefix, names in places:
            for name in names:
                for one in localised(model, name):
                    condition |= Q(**{f"{prefix}{one}__icontains": words})
        return condition

    def matching(self, condition):
        """Names of files whose records fulfil ``condition(column)``."""

        def narrowed(column):
            return condition(column) if column in self.holders else Q(pk__in=[])

        return stored_files.uses_of_files(narrowed).keys() & self.names

    def newest_first(self, names):
        return sorted(
            names, key=lambda name: (-self.disk[name].changed if name in self.disk else 1, name)
        )

    def rows(self, names):
        """A :class:`Row` for each of ``names``; records are read once for all of them."""
        rows = [self.row(name) for name in names]
        for attribute, found in (("uses", self.uses), ("earlier", self.earlier)):
            shown = [use for row in rows for use in found.get(row.name, ())]
            records = records_of(self.holders, shown)
            for row in rows:
                for use in found.get(row.name, ()):
                    self.mention(row, attribute, use, records[use.column].get(use.key))
        return rows

    def row(self, name):
        file = self.disk.get(name)
        return Row(
            name,
            file.size if file else None,
            datetime.fromtimestamp(file.changed, UTC) if file else None,
            is_picture(name),
            self.thumbnail(name) if is_picture(name) else "",
            is_unused=name in self.unused,
        )

    def thumbnail(self, name):
        """The address of the smallest size there is of a picture; nothing if there is none."""
        stem, ending = stored_files.stem_of(name), MODERN[-1][1]
        sizes = self.sizes.get(stem, [])
        return default_storage.url(f"{stem}.{min(sizes)}.{ending}") if sizes else ""

    @property
    def sizes(self):
        if not hasattr(self, "_sizes"):
            self._sizes = {}
            for name in self.disk:
                if stored_files.RENDITION.match(name) and name.endswith(MODERN[-1][1]):
                    width = int(name.split(".")[-2])
                    self._sizes.setdefault(stored_files.stem_of(name), []).append(width)
        return self._sizes

    def mention(self, row, attribute, use, record):
        holder = self.holders[use.column]
        if record is None:
            row.earlier.append(holder.earlier_mention(use))
            return
        page = "change" if attribute == "uses" else "history"
        getattr(row, attribute).append(holder.mention(record, page))
        alt = localised(use.column.model, f"{use.column.field.name}_alt")
        if attribute == "uses" and use.column.is_picture and alt:
            row.alt = row.alt or getattr(record, f"{use.column.field.name}_alt") or ""
            row.is_silent |= not any(getattr(record, one) for one in alt)


def files_page(site, request):
    """The page itself; view of the admin ``site``."""
    holders = visible_holders(site, request)
    if not holders:
        raise PermissionDenied
    inventory = Inventory(holders, len(holders) == len(stored_files.columns()))
    shows = {show.key: show for show in Show}
    show = shows.get(request.GET.get("show"), Show.ALL)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    names = inventory.chosen(show)
    if words:
        names = names & inventory.found(words)
    page = Paginator(inventory.newest_first(names), PER_PAGE).get_page(request.GET.get("p"))
    return TemplateResponse(
        request,
        "admin/files.html",
        {
            **site.each_context(request),
            "title": _("Files"),
            "shows": shows.values(),
            "shown": show,
            "words": words,
            "page": page,
            "rows": inventory.rows(page.object_list),
            "number": page.paginator.count,
            "orphans": inventory.orphans,
            "orphaned_bytes": sum(file.size for file in inventory.orphans),
            "missing": len(inventory.missing),
        },
    )


def may_see_files(site, request):
    return bool(visible_holders(site, request))
