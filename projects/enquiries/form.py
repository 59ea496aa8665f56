"""What a sender fills in. Nothing typed is lost, whatever is wrong with it."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from guizhou_portal.forms import VisitorForm

from . import attachments
from .addresses import AddressField
from .models import LONGEST_MESSAGE, Enquiry
from .opened import Opened

TRAP = "website"


class LineField(forms.CharField):
    """One line: line ends and other characters that are not written become spaces.

    So nothing that is typed can begin a line of its own in the head of a mail.
    """

    def to_python(self, value):
        text = super().to_python(value)
        plain = (" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
        return " ".join("".join(plain).split())


class MessageField(forms.CharField):
    """Lines end as everywhere else on the site, and are counted as the browser counts them."""

    def to_python(self, value):
        text = super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(
            one for one in text if one in "\n\t" or unicodedata.category(one)[:2] != "Cc"
        )


def country_choices():
    return [("", ""), *countries]


class EnquiryForm(VisitorForm):
    """``consent``: the :class:`.models.ConsentText` that is asked. ``file_too_large``: whether a
    file was left out while it came.
    """

    interest = forms.ChoiceField(
        label=_("What are you interested in?"),
        choices=Enquiry.Interest.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    message = MessageField(
        label=_("Your message"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    attachment = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("PDF, DOCX, XLSX, PNG or JPEG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"}),
    )
    name = LineField(
        label=pgettext_lazy("person", "Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = LineField(
        label=_("Organisation"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    telephone = LineField(
        label=_("Telephone"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Without your consent the enquiry cannot be answered.")},
    )

    def __init__(self, *args, consent, file_too_large=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.file_too_large = file_too_large
        self.fields["consent"].label = consent.text
        self.fields["consent"].help_text = format_html(
            '<a href="{}">{}</a>', reverse("privacy"), gettext("Privacy policy")
        )
        self.opened = Opened.read(self.data.get("opened", "")) if self.is_bound else None
        self.is_expired = self.is_bound and self.opened is None
        self.opened = self.opened or Opened.now()
        self.kept = attachments.Kept.read(self.data.get("kept", "")) if self.is_bound else None
        if self.kept and "leave_out" in self.data:
            self.kept = None

    @property
    def trap(self):
        """What stands in the field people do not see."""
        return self.data.get(TRAP, "")

    def clean_telephone(self):
        telephone = self.cleaned_data["telephone"]
        digits = sum(one.isdigit() for one in telephone)
        if telephone and not (5 <= digits <= 20 and digits * 2 >= len(telephone)):
            raise ValidationError(_("Please write the number with digits, such as +49 69 123456."))
        return telephone

    def clean_attachment(self):
        if self.file_too_large:
            raise attachments.too_large()
        upload = self.cleaned_data["attachment"]
        if upload:
            self.kind = attachments.kind_of(upload)
        return upload

    def clean(self):
        if self.is_expired:
            raise ValidationError(
                _("The page was open for a long time. Nothing is lost: please send it once more.")
            )

    def keep_file(self):
        """Store the file of a form that is shown again, for a browser forgets it."""
        upload = self.cleaned_data.get("attachment")
        if upload:
            self.kept = attachments.Kept.store(upload, self.kind)

    def file_to_send(self):
        """The :class:`.attachments.Kept` to go with a valid form; None without one."""
        self.keep_file()
        return self.kept
