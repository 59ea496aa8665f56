"""Pictures and documents in forms of records."""

from functools import partial
from pathlib import PurePath

from django.db.models import Q

from guizhou_portal.pictures import stored_files

from .holders import is_picture, records_of, visible_holders


def picture_fields(image, alt=True, credit=None):
    """The form's fields for the picture ``image``, in their order.

    ``alt``: whether it has words of its own for people who cannot see it. ``credit``: the names of
    the credit and the licence, where they are not named after the picture.
    """
    return [
        image,
        (f"{image}_focus_x", f"{image}_focus_y"),
        *([f"{image}_alt"] if alt else []),
        credit or (f"{image}_credit", f"{image}_licence"),
    ]


class OtherUsesMixin:
    """Adds to an admin class: each file in its form says where else the same file is used."""

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            forms = [context["adminform"].form]
            for inline in context.get("inline_admin_formsets", ()):
                forms += inline.formset.initial_forms
            note_other_uses(self.admin_site, request, forms)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def note_other_uses(site, request, forms):
    """Tell the file inputs of ``forms`` which other records use their file.

    A picture is the same wherever its content is: its name begins with a hash of it.
    """
    inputs = {}
    for form in forms:
        for name, one in form.fields.items():
            file = form.initial.get(name)
            if hasattr(one.widget, "elsewhere") and getattr(file, "name", ""):
                inputs.setdefault(content_of(file.name), []).append((form.instance, one.widget))
    if not inputs:
        return
    holders = visible_holders(site, request)
    uses = stored_files.uses_of_files(partial(_same_content, inputs))
    found = {}
    for name, several in uses.items():
        found.setdefault(content_of(name), []).extend(
            one for one in several if one.column in holders
        )
    records = records_of(holders, [use for several in found.values() for use in several])
    for content, widgets in inputs.items():
        for instance, widget in widgets:
            widget.elsewhere = [
                holders[use.column].mention(records[use.column][use.key])
                for use in found.get(content, ())
                if (use.column.model, use.key) != (type(instance), instance.pk)
            ]


def _same_content(contents, column):
    condition = Q(pk__in=[])
    for content in contents:
        condition |= Q(**{f"{column.field.name}__contains": content})
    return condition


def content_of(name):
    """What two names of the same content have in common: the hash pictures are named after.

    Where a file of that name was there already, the storage has added some characters.
    """
    path = PurePath(name)
    return path.stem.split("_")[0] if is_picture(name) else path.stem
