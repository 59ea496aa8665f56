"""How fields are labelled in the forms of the back office."""

from django import forms


class PlainForm(forms.ModelForm):
    """Labels stand above their fields, and so without a colon."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"label_suffix": "", **kwargs})
