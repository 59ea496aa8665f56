"""What the fields of a record mean, for the data page and the second sheet of a workbook."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Explained:
    """One field. ``path``: its name in the API, within others after a point. ``columns``: its
    names in a sheet, if it has any. ``label``: in the active language; ``about``: in English.
    ``codes``: ``[(code, name), …]``.
    """

    path: str
    columns: list
    label: str
    about: str
    type: str
    standard: str
    codes: list

    @property
    def depth(self):
        return self.path.count(".")


def fields_explained(resource):
    """``[Explained, …]`` for all fields of a resource, those within others after them."""
    names = {}
    for column in resource.columns() if resource.in_sheet else ():
        names.setdefault(column.field, []).append(column.column_name)
    return list(_explained(resource.fields, names))


def _explained(fields, names, path=""):
    for field in fields:
        label = str(field.label) or LABELS.get(field.name, lambda: "")()
        columns = names.get(field, [])
        here = f"{path}{field.name}"
        codes = [(code, str(name)) for code, name in field.codes()]
        yield Explained(here, columns, label, field.about, str(field.type), field.standard, codes)
        yield from _explained(field.parts, names, f"{here}.")


#: Of fields that no model has.
LABELS = {
    "key": lambda: _("Key"),
    "api_url": lambda: _("Address in the API"),
    "page_urls": lambda: _("Page on the portal"),
    "de": lambda: _("German"),
    "en": lambda: _("English"),
    "zh-hans": lambda: _("Simplified Chinese"),
    "updated": lambda: _("Last change"),
    "office": lambda: _("Office held at the time"),
    "programme_item": lambda: _("Programme item"),
    "country": lambda: _("Country"),
    "width": lambda: _("Width"),
    "height": lambda: _("Height"),
    "file_type": lambda: _("Kind of file"),
}
