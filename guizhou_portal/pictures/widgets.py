"""How forms ask for files: with a preview, a place to drop them, and what is wrong said at once.

The file input itself stays what it is; ``static/js/admin-pictures.js`` adds to it.
"""

from pathlib import PurePath

from django import forms
from django.forms.renderers import TemplatesSetting
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from guizhou_portal.documents import MAX_BYTES as MAX_DOCUMENT
from guizhou_portal.documents import SIGNATURES, kind_of, size_of

from .fields import PICTURE_NAMES, PictureFormField
from .focus import focus_classes, focus_of
from .originals import MAX_BYTES, MAX_PIXELS
from .renditions import MODERN, rendition_name, widths_for

KINDS = ("JPEG", "PNG", "WebP", "AVIF")
DOCUMENTS = tuple(f".{ending}" for ending in SIGNATURES)


def thumbnail_of(file):
    """The address of the smallest rendition of a stored picture."""
    width = getattr(file.instance, file.field.width_field)
    if not width:
        return file.url
    return file.storage.url(rendition_name(file.name, min(widths_for(width)), MODERN[-1][1]))


def words_of(file):
    """What is said of a stored picture to those who cannot see it."""
    record = file.instance
    return getattr(record, f"{file.field.name}_alt", None) or str(record)


class StoredFileInput(forms.ClearableFileInput):
    """An input for a file that shows the one there is.

    ``refused``: the name of the file that was chosen in a form that had to be shown again; browsers
    do not choose it anew. ``elsewhere``: other uses of the stored file, see
    :func:`guizhou_portal.backoffice.pictures.note_other_uses`.
    """

    template_name = "forms/file_input.html"
    refused = ""
    elsewhere = ()
    max_bytes = MAX_DOCUMENT
    endings = DOCUMENTS
    limits = format_lazy(
        _("{kinds}, up to {size}"),
        kinds=", ".join(SIGNATURES).upper(),
        size=format_lazy("{} MB", MAX_DOCUMENT // 2**20),
    )

    class Media:
        css = {"all": ["css/pictures.css", "css/admin-files.css"]}
        js = ["js/admin-pictures.js"]

    def render(self, name, value, attrs=None, renderer=None):
        return super().render(name, value, attrs, TemplatesSetting())

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        shown = self.shown(value) if self.is_initial(value) else None
        context["file"] = {
            "stored": shown,
            "refused": self.refused,
            "elsewhere": self.elsewhere,
            "limits": self.limits,
            "limits_id": f"{context['widget']['attrs'].get('id', name)}_limits",
            "endings": " ".join(self.endings),
            "max_bytes": self.max_bytes,
            "most": filesizeformat(self.max_bytes),
        }
        described = context["widget"]["attrs"].get("aria-describedby", "")
        context["widget"]["attrs"]["aria-describedby"] = " ".join(
            filter(None, [context["file"]["limits_id"], described])
        )
        return context

    def shown(self, file):
        return {
            "url": file.url,
            "name": PurePath(file.name).name,
            "kind": kind_of(file.name),
            "size": size_of(file),
        }


class PictureInput(StoredFileInput):
    max_bytes = MAX_BYTES
    endings = PICTURE_NAMES
    crops = ()
    limits = format_lazy(
        _("{kinds}, up to {size} and {megapixels} megapixels"),
        kinds=", ".join(KINDS),
        size=format_lazy("{} MB", MAX_BYTES // 2**20),
        megapixels=MAX_PIXELS // 1_000_000,
    )

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["file"] |= {
            "is_picture": True,
            "max_pixels": MAX_PIXELS,
            "megapixels": MAX_PIXELS // 1_000_000,
            "crops": [(crop.value, crop.label) for crop in self.crops],
        }
        return context

    def shown(self, file):
        record, image = file.instance, file.field.name
        return {
            **super().shown(file),
            "thumbnail": thumbnail_of(file),
            "alt": words_of(file),
            "width": getattr(record, file.field.width_field),
            "height": getattr(record, file.field.height_field),
            "focus": focus_classes(*focus_of(record, image)),
        }


class _AsksForFile:
    """Tells the widget what the form knows: which file was chosen and could not be kept."""

    def get_bound_field(self, form, field_name):
        chosen = form.files.get(form.add_prefix(field_name)) if form.is_bound else None
        self.widget.refused = chosen.name if chosen else ""
        return super().get_bound_field(form, field_name)


class DocumentInputField(_AsksForFile, forms.FileField):
    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ",".join(DOCUMENTS)}


class PictureInputField(_AsksForFile, PictureFormField):
    pass
