"""The answer to an enquiry as a handler writes it, begun with the words of a template."""

from django import forms
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.backoffice.forged import is_key

from .form import LineField, MessageField
from .models import AnswerTemplate, Mail

LONGEST = 20_000  # characters of an answer


class AnswerForm(forms.Form):
    """``number``: how many answers the enquiry has by now."""

    subject = LineField(
        label=_("Subject"),
        max_length=Mail._meta.get_field("subject").max_length,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    body = MessageField(
        label=pgettext_lazy("mail", "Text"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "vLargeTextField answer-text", "rows": 14}),
    )
    #: How many answers there were when the page was opened.
    answers = forms.IntegerField(widget=forms.HiddenInput, required=False)

    use_required_attribute = False

    def __init__(self, *args, enquiry, number, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.number = number
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["lang"] = enquiry.language

    def clean(self):
        cleaned = super().clean()
        if self.number > (cleaned.get("answers") or 0):
            self.data = {**self.data.dict(), "answers": self.number}
            self.add_error(
                None,
                _(
                    "Somebody has answered while you were writing. Nothing of yours is lost: read "
                    "that answer below, then send yours if it is still needed."
                ),
            )
        return cleaned


def template_named(key):
    """The :class:`.models.AnswerTemplate` an address names, or None."""
    return AnswerTemplate.objects.filter(pk=key).first() if is_key(key) else None


def is_missing(template, language):
    """Whether some of the template's words are borrowed from another language."""
    names = (build_localized_fieldname(name, language) for name in ("subject", "body"))
    return not all(getattr(template, name) for name in names)


def first_words(enquiry, template):
    """Subject and body to begin with, in the language of the enquiry; ``template`` may be None."""
    with override(enquiry.language):
        if template is None:
            subject = gettext("Your enquiry %(reference)s") % {"reference": enquiry.reference}
            return {"subject": subject, "body": ""}
        subject, body = template.subject or "", template.body or ""
    if enquiry.reference not in subject:
        subject = f"{subject} ({enquiry.reference})"
    return {"subject": subject, "body": body}
