"""Forms for visitors: every field, hint and error in the portal's own markup.

A form says first what is wrong, as a list of links to the fields, and says it again at each field.
"""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList


class PortalRenderer(TemplatesSetting):
    """Forms through the project's own templates; widgets stay Django's."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class FieldErrors(ErrorList):
    template_name = "forms/errors.html"


class VisitorForm(forms.Form):
    """The base of every form on a public page.

    It is written into a template as ``{{ form }}`` between ``<form novalidate>`` and its button:
    the browser's own messages would come in the browser's language, not in the page's. A field
    whose label is a whole sentence has a ``short_label`` for the list of what is wrong.
    """

    default_renderer = PortalRenderer
    use_required_attribute = True

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("error_class", FieldErrors)
        super().__init__(*args, **kwargs)

    @property
    def wrong_fields(self):
        """The visible fields with an error, in the order in which they stand in the form."""
        return [field for field in self.visible_fields() if field.errors]

    @property
    def number_of_errors(self):
        return len(self.wrong_fields) + len(self.non_field_errors())
