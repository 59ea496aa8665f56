"""The model field every picture of the portal is kept in."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from .originals import ENDINGS, read_original
from .renditions import make_renditions

ACCEPT = ",".join(f"image/{name.lower()}" for name in ENDINGS)


class CheckedPicture(ContentFile):
    """An upload that has been read and written anew; carries its size in pixels."""

    def __init__(self, original):
        super().__init__(original.content, name=original.name)
        self.image_size = (original.width, original.height)


class PictureFormField(forms.FileField):
    widget = forms.ClearableFileInput

    def to_python(self, data):
        upload = super().to_python(data)
        return None if upload is None else CheckedPicture(read_original(upload))

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ACCEPT}


class PictureField(models.ImageField):
    """An ``ImageField`` whose files are checked and stripped however they arrive.

    A form answers a bad file with a message; code that assigns one gets the same
    ``ValidationError`` from ``save()``. Renditions are made when the file is stored.
    """

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField, **kwargs})

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        if not file or file._committed:
            return super().pre_save(instance, add)
        if not isinstance(file.file, CheckedPicture):
            try:
                checked = CheckedPicture(read_original(file.file))
            except ValidationError as error:
                raise ValidationError({self.name: error.error_list}) from error
            setattr(instance, self.attname, checked)
            file = getattr(instance, self.attname)
        file.name = file.file.name
        file = super().pre_save(instance, add)
        make_renditions(file.storage, file.name)
        return file


def require_alt(record, image):
    """Refuse a picture without words for those who cannot see it."""
    if getattr(record, image) and not getattr(record, f"{image}_alt"):
        raise ValidationError(
            {f"{image}_alt_de": _("Describe the picture for people who cannot see it.")}
        )
