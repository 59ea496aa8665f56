"""The model field every picture of the portal is kept in."""

from contextlib import suppress

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from .originals import ENDINGS, read_original
from .renditions import discard, drawn, store

PICTURE_NAMES = tuple(f".{ending}" for ending in (*ENDINGS.values(), "jpeg"))
ACCEPT = ",".join(f"image/{name.lower()}" for name in ENDINGS)


class CheckedPicture(ContentFile):
    """An upload that has been read, written anew and drawn in all its sizes."""

    def __init__(self, upload):
        original = read_original(upload)
        super().__init__(original.content, name=original.name)
        self.renditions = drawn(original.content)


def prepare_pictures(uploads):
    """Check and scale every picture among ``uploads`` before the form that holds them.

    It takes seconds for a large one. Django's admin saves a form in one transaction, in which
    SQLite lets nobody else write: the work must be done before that begins. What is found
    wrong is kept with the upload, for its field to say.
    """
    for upload in uploads:
        if upload.name.lower().endswith(PICTURE_NAMES):
            try:
                upload.checked = CheckedPicture(upload)
            except ValidationError as error:
                upload.refusal = error


class PictureFormField(forms.FileField):
    widget = forms.ClearableFileInput

    def to_python(self, data):
        upload = super().to_python(data)
        if upload is None:
            return None
        if refusal := getattr(upload, "refusal", None):
            raise refusal
        return getattr(upload, "checked", None) or CheckedPicture(upload)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ACCEPT}


class PictureField(models.ImageField):
    """An ``ImageField`` whose files are checked and stripped however they arrive.

    A form answers a bad file with a message; code that assigns one gets the same
    ``ValidationError`` from ``save()``. Renditions are made when the file is stored.
    ``crops``: the shapes pages show it in (:class:`~.focus.Crop`), for the form's previews.
    """

    def __init__(self, *args, crops=(), **kwargs):
        self.crops = crops
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        field = super().formfield(**{"form_class": PictureFormField, **kwargs})
        field.widget.crops = self.crops
        return field

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        if not file or file._committed:
            return super().pre_save(instance, add)
        if not isinstance(file.file, CheckedPicture):
            try:
                checked = CheckedPicture(file.file)
            except ValidationError as error:
                raise ValidationError({self.name: error.error_list}) from error
            setattr(instance, self.attname, checked)
            file = getattr(instance, self.attname)
        file.name = file.file.name
        renditions = file.file.renditions
        file = super().pre_save(instance, add)
        try:
            store(file.storage, file.name, renditions)
        except OSError:  # no room: a picture without its sizes is none, and takes the room left
            discard(file.storage, file.name, renditions)
            raise
        return file

    def update_dimension_fields(self, instance, *args, **kwargs):
        """As Django does; a file that is gone from the disk keeps the size it had."""
        with suppress(OSError):
            super().update_dimension_fields(instance, *args, **kwargs)


def require_alt(record, image):
    """Refuse a picture without words for those who cannot see it."""
    if getattr(record, image) and not getattr(record, f"{image}_alt"):
        field = build_localized_fieldname(f"{image}_alt", get_language())
        raise ValidationError({field: _("Describe the picture for people who cannot see it.")})
