"""What a sender fills in. Nothing typed is lost, whatever is wrong with it."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from guizhou_portal.backoffice.forms import is_visible
from guizhou_portal.forms import VisitorForm

from . import attachments
from .addresses import AddressField
from .models import LONGEST_MESSAGE, ConsentText, Enquiry
from .opened import Opened
from .suspicion import too_many_files

TRAP = "website"
#: Kinds of characters. Names have rare ones that this Python does not know yet ("Cn", "Co").
NOT_WRITTEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}


class LineField(forms.CharField):
    """One line: line ends and other characters that are not written become spaces.

    So nothing that is typed can begin a line of its own in the head of a mail.
    """

    def to_python(self, value):
        text = super().to_python(value)
        plain = (" " if unicodedata.category(one) in NOT_WRITTEN else one for one in text)
        return " ".join("".join(plain).split())


class MessageField(forms.CharField):
    """Lines end as everywhere else on the site, and are counted as the browser counts them.

    A message that nobody can see is none.
    """

    def to_python(self, value):
        text = super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(
            one for one in text if one in "\n\t" or unicodedata.category(one)[:2] != "Cc"
        )

    def validate(self, value):
        super().validate(value)
        if not is_visible(value):
            raise ValidationError(self.error_messages["required"], code="required")


def country_choices():
    named = list(countries)
    if get_language() == "zh-hans":
        # As in a Chinese dictionary: the common characters of this code stand by their sound.
        named.sort(key=lambda country: country.name.encode("gb18030"))
    return [("", _("Please choose")), *named]


class EnquiryForm(VisitorForm):
    """``file_too_large``: whether a file was left out while it came. ``is_gone``: whether what it
    is about was withdrawn meanwhile.
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
        error_messages={"required": _("Please write your message.")},
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
        error_messages={"required": _("Please give your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = LineField(
        label=_("Organisation"),
        max_length=200,
        error_messages={"required": _("Please give your organisation.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        error_messages={"required": _("Please choose your country.")},
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("For the confirmation and the answer."),
        error_messages={
            "required": _("Please give your e-mail address."),
            "invalid": _("Please write the address in full, such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    telephone = LineField(
        label=_("Telephone"),
        max_length=50,
        required=False,
        help_text=_("Only if you would like to be called."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Without your consent the enquiry cannot be answered.")},
    )

    def __init__(self, *args, file_too_large=False, is_gone=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.file_too_large, self.is_gone = file_too_large, is_gone
        self._read_words()
        self.fields["consent"].label = self.consent.text
        self.fields["consent"].short_label = gettext("Consent")
        self.fields["consent"].help_text = format_html(
            '<a href="{}">{}</a>', reverse("privacy"), gettext("Privacy policy")
        )

    def _read_words(self):
        """What an earlier answer of ours has signed: when the form was opened, and its file."""
        opened = Opened.read(self.data.get("opened", "")) if self.is_bound else None
        self.consent = ConsentText.shown(opened.consent) if opened else ConsentText.current()
        self.is_expired = self.is_bound and (opened is None or opened.is_expired)
        self.opened = opened or Opened.now(self.consent.pk)
        word = "" if "leave_out" in self.data else self.data.get("kept", "")
        self.kept = attachments.Kept.read(word) if word else None
        self.is_file_lost = bool(word) and self.kept is None

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
            self.add_error(
                None,
                _("The page was open for a long time. Nothing is lost: please send it once more."),
            )
        if self.is_gone:
            self.add_error(
                None,
                _(
                    "Part or all of what you were writing about is no longer published. Nothing "
                    "is lost: you can send your enquiry all the same."
                ),
            )

    def file_to_keep(self, request):
        """The :class:`.attachments.Kept` that goes along with the form; None without one.

        Stores what came just now, for a browser forgets it. ``ValidationError`` if that cannot be.
        """
        upload = self.cleaned_data.pop("attachment", None)
        if upload and too_many_files(request):
            raise ValidationError(
                _(
                    "Too many files came from this connection within an hour. Please send your "
                    "enquiry without the file, or try again later."
                )
            )
        if upload:
            self.kept = attachments.Kept.store(upload, self.kind)
        elif self.is_file_lost:
            raise ValidationError(_("The file is not kept any more. Please choose it again."))
        return self.kept
