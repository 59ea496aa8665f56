"""What the page that asks before it deletes tells of what goes along."""

from django.apps import apps
from django.utils.text import capfirst


class DeletionMixin:
    """Leaves out what only joins two records: it has no name, and not everybody may see the other.

    A project goes from the shortlists of enquiries, of which editors learn nothing.
    """

    def get_deleted_objects(self, objs, request):
        rows, numbers, *rest = super().get_deleted_objects(objs, request)
        joining = [one._meta for one in apps.get_models(include_auto_created=True)
                   if one._meta.auto_created]  # fmt: skip
        kinds = {str(one.verbose_name_plural) for one in joining}
        beginnings = tuple(f"{capfirst(one.verbose_name)}: " for one in joining)
        told = {kind: number for kind, number in numbers.items() if str(kind) not in kinds}
        return _without(rows, beginnings), told, *rest


def _without(rows, beginnings):
    """Django's rows as they are nested, less those that begin so."""
    return [
        _without(row, beginnings) if isinstance(row, list) else row
        for row in rows
        if isinstance(row, list) or not row.startswith(beginnings)
    ]
