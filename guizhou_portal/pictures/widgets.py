"""How forms ask for files: with a preview, a place to drop them, and what is wrong said at once.

The file input itself stays what it is; ``static/js/admin-pictures.js`` adds to it.
"""

from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
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
from .uploads import Upload

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


class ChosenBefore(str):
    """The token of an upload: what a form sends of a file it has kept."""


class StoredFileInput(forms.ClearableFileInput):
    """An input for a file that shows the one there is.

    Where the form had to be shown again, ``kept`` is the file chosen in it, ready to be shown, and
    ``refused`` the name of one that could not be kept. ``elsewhere``: other uses of the stored
    file, see :func:`guizhou_portal.backoffice.pictures.note_other_uses`.
    """

    template_name = "forms/file_input.html"
    kept = None
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

    def kept_name(self, name):
        return f"{name}-kept"

    def leave_name(self, name):
        return f"{name}-leave"

    def value_from_datadict(self, data, files, name):
        """What is chosen now comes before what was kept; so does taking the stored file out."""
        chosen = super().value_from_datadict(data, files, name)
        token = data.get(self.kept_name(name))
        if chosen is None and token and self.leave_name(name) not in data:
            return ChosenBefore(token)
        return chosen

    def value_omitted_from_data(self, data, files, name):
        omitted = super().value_omitted_from_data(data, files, name)
        return omitted and self.kept_name(name) not in data

    def use_required_attribute(self, initial):
        return super().use_required_attribute(initial) and not self.kept

    def keep(self, upload, token, left_out, record, field):
        """Show ``upload``; saving puts it into ``field`` of ``record`` unless it is left out."""
        file = getattr(type(record)(**{field: upload.name}), field)
        self.kept = {
            **self.facts(file, record),
            "name": upload.called,
            "alt": upload.called,
            "token": token,
            "left_out": left_out,
        }

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        stored = self.shown(value) if self.is_initial(value) else None
        context["file"] = {
            "stored": stored,
            "kept": self.kept,
            "picture": self.kept or stored,
            "kept_name": self.kept_name(name),
            "leave_name": self.leave_name(name),
            "kept_id": f"{context['widget']['attrs'].get('id', name)}_kept",
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
            filter(
                None,
                [self.kept and context["file"]["kept_id"], context["file"]["limits_id"], described],
            )
        )
        return context

    def shown(self, file):
        return {
            **self.facts(file, file.instance),
            "url": file.url,
            "name": PurePath(file.name).name,
        }

    def facts(self, file, record):
        """What is said of a file, which saving would put into ``record`` if it is not there."""
        return {"kind": kind_of(file.name), "size": size_of(file)}


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
        return {**super().shown(file), "alt": words_of(file)}

    def facts(self, file, record):
        return {
            **super().facts(file, record),
            "thumbnail": thumbnail_of(file),
            "width": getattr(file.instance, file.field.width_field),
            "height": getattr(file.instance, file.field.height_field),
            "focus": focus_classes(*focus_of(record, file.field.name)),
        }


class KeepsFile:
    """A form's field that takes a file which the same form has kept.

    ``purpose``: the model's field, ``user``: who fills in the form; a file is kept for them alone.
    """

    purpose, user = "", None

    def clean(self, data, initial=None):
        if not isinstance(data, ChosenBefore):
            return super().clean(data, initial)
        if upload := self.read(data):
            return upload.name
        raise ValidationError(
            _("The file you chose before is no longer there. Please choose it again."), code="gone"
        )

    def read(self, token):
        """The upload behind ``token``; None if there is none that may be used here."""
        return Upload.read(token, self.purpose, self.user) if self.user else None


class DocumentInputField(KeepsFile, forms.FileField):
    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ",".join(DOCUMENTS)}


class PictureInputField(KeepsFile, PictureFormField):
    pass
