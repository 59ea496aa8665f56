"""Who may see which stored files, and in which form each is edited."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.admin.utils import quote
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.pictures import stored_files


class Mention(NamedTuple):
    """A record that uses a file, as the page names it."""

    address: str
    record: str
    field: str


class Holder(NamedTuple):
    """Where the records of a column are edited: an admin class, and the way from record to form.

    ``owner``: the name of the field that leads to the record whose form it is; "" for its own.
    """

    column: stored_files.Column
    model_admin: object
    owner: str

    def address(self, record, page="change"):
        meta = self.model_admin.opts
        key = getattr(record, f"{self.owner}_id") if self.owner else record.pk
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[quote(key)])

    def name(self, record):
        """What the record is called, after the record it is a part of."""
        own = str(record) or str(record._meta.verbose_name)
        return f"{getattr(record, self.owner)}: {own}" if self.owner else own

    def mention(self, record, page="change"):
        label = str(self.column.field.verbose_name)
        return Mention(self.address(record, page), self.name(record), label)

    def earlier_mention(self, use):
        """The same for a record that is deleted now, or for a part taken out of its record."""
        meta = self.model_admin.opts
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_recoverlist")
        name = gettext("a deleted record")
        whole = use.owner and self.model_admin.model._base_manager.filter(pk=use.owner).first()
        if whole:
            address = reverse(
                f"admin:{meta.app_label}_{meta.model_name}_history", args=[quote(whole.pk)]
            )
            name = str(whole)
        return Mention(address, name, str(self.column.field.verbose_name))

    def records(self, keys):
        records = self.column.model._base_manager.filter(pk__in=keys)
        return (records.select_related(self.owner) if self.owner else records).in_bulk()


def holder_of(site, column):
    """The :class:`Holder` of ``column`` in the admin ``site``; None if no form shows it."""
    if column.model in site._registry:
        return Holder(column, site._registry[column.model], "")
    owner = column.owner
    if owner and owner.related_model in site._registry:
        return Holder(column, site._registry[owner.related_model], owner.name)
    return None


def visible_holders(site, request):
    """``{column: Holder}`` of what this person may see."""
    found = {}
    for column in stored_files.columns():
        holder = holder_of(site, column)
        meta = column.model._meta
        rights = [f"{meta.app_label}.{action}_{meta.model_name}" for action in ("view", "change")]
        if (
            holder
            and holder.model_admin.has_view_or_change_permission(request)
            and any(map(request.user.has_perm, rights))
        ):
            found[column] = holder
    return found


def records_of(holders, uses):
    """The records of ``uses``, each column's read once: ``{column: {key: record}}``."""
    keys = {}
    for use in uses:
        keys.setdefault(use.column, set()).add(use.key)
    return {column: holders[column].records(of) for column, of in keys.items()}


def is_picture(name):
    return name.lower().endswith(stored_files.PICTURES)


def localised(model, name):
    """The columns of a field in all languages; its own if it is not translated; [] without it."""
    names = [build_localized_fieldname(name, code) for code, _name in settings.LANGUAGES]
    for candidates in (names, [name]):
        try:
            for one in candidates:
                model._meta.get_field(one)
        except FieldDoesNotExist:
            continue
        return candidates
    return []
