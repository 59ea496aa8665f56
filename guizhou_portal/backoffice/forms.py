"""What every record's form in the admin has in common."""

import unicodedata

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.parts import wholes
from guizhou_portal.pictures.fields import PictureField
from guizhou_portal.pictures.widgets import (
    DocumentInputField,
    PictureInput,
    PictureInputField,
    StoredFileInput,
)
from guizhou_portal.publishing.models import FormerSlug
from guizhou_portal.richtext import RichTextField

from .many import tell_chosen
from .parallel import ParallelForm
from .permissions import NOT_YOURS
from .rich_text import RichTextWidget

YEARS = range(1900, 2101)
FORMER = _("This is a former address of “%(name)s”, whose address is %(slug)s now.")


class PlausibleDateTimeField(forms.SplitDateTimeField):
    """A point in time of the years people mean; others do not survive a change of time zone."""

    def compress(self, data_list):
        if data_list and data_list[0] and data_list[0].year not in YEARS:
            raise forms.ValidationError(
                _("Enter a year from %(first)d to %(last)d."),
                params={"first": YEARS[0], "last": YEARS[-1]},
            )
        return super().compress(data_list)


#: For ``formfield_overrides``: how the admin asks for formatted texts, times, addresses, files.
FIELDS = {
    RichTextField: {"widget": RichTextWidget},
    models.DateTimeField: {"form_class": PlausibleDateTimeField, "widget": AdminSplitDateTime},
    models.URLField: {"assume_scheme": "https"},
    models.FileField: {"form_class": DocumentInputField, "widget": StoredFileInput},
    PictureField: {"form_class": PictureInputField, "widget": PictureInput},
}


class RecordForm(ParallelForm):
    """A required text is required in one language, whichever the editor writes first.

    Left to itself, django-modeltranslation would ask for the German text of everything.
    """

    #: Whether the editor may add to a record, or take from it: the admin class says so.
    may_touch = staticmethod(lambda record: True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tell_chosen(self)
        for names in self.required_texts():
            for name in names.values():
                self.fields[name].required = False
                self.fields[name].widget.is_required = False
        for field in self.fields.values():
            if isinstance(field.widget, AdminSplitDateTime):
                name_both_parts(field)
            elif isinstance(field.widget, forms.ClearableFileInput):
                # Django 6 frames it in a fieldset, whose legend does not name the input.
                field.widget.use_fieldset = False
            elif isinstance(field.widget, RelatedFieldWidgetWrapper):
                # Who chooses an organisation here must not delete it from everywhere by the way.
                field.widget.can_delete_related = field.widget.can_view_related = False
        if "publish_at" in self.fields:
            explain(self.fields["publish_at"], _("Time in Germany."))

    def required_texts(self):
        """For each required text, ``{language: name of the form's field}``."""
        options = translator.get_options_for_model(self._meta.model)
        for field in options.fields:
            names = {code: build_localized_fieldname(field, code) for code, _ in settings.LANGUAGES}
            is_required = not self._meta.model._meta.get_field(field).blank
            if is_required and names[settings.LANGUAGE_CODE] in self.fields:
                yield names

    def clean(self):
        cleaned = super().clean()
        for field in wholes(self._meta.model):
            whole = cleaned.get(field.name)
            if whole and not self.may_touch(whole):
                self.add_error(field.name, NOT_YOURS)
        self.refuse_addresses_of_others(cleaned.get("slug"))
        for names in self.required_texts():
            filled = (is_visible(cleaned.get(n)) or n in self.errors for n in names.values())
            if not any(filled):
                self.add_error(names[get_language()], _("Enter this in at least one language."))
        return cleaned

    def refuse_addresses_of_others(self, slug):
        """Whoever may not change a record must not take an address from it that leads to it."""
        other = slug and FormerSlug.objects.record_for(self._meta.model, slug)
        if other and other != self.instance and not self.may_touch(other):
            self.add_error("slug", FORMER % {"name": other, "slug": other.slug})


class ListForm(forms.ModelForm):
    """A row of a list that is edited in place: each input says whose value it holds."""

    #: Whether this editor may change the record of the row; else what is sent for it is ignored.
    may_change = staticmethod(lambda record: True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_fixed = not self.may_change(self.instance)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"
            field.disabled = self.is_fixed


def explain(field, words):
    """Put ``words`` before the help a field has already."""
    field.help_text = format_lazy("{} {}", words, field.help_text)


def is_visible(text):
    """Whether there is anything to read: neither blanks nor characters of no width."""
    return any(unicodedata.category(one)[0] not in "CZ" for one in text or "")


def name_both_parts(field):
    """Django's two inputs of one point in time share a label that belongs to neither."""
    for part, words in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
        part.attrs["aria-label"] = format_lazy("{}: {}", field.label, words)
