"""Senders' e-mail addresses: which are taken, and which lead to the same mailbox."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

#: Quotes, encoded words and ways through other servers: no company's address is written with
#: them, but with some a mail gets lines of its own in its head, or another recipient.
NOT_TAKEN = set('"?%!')
#: Python's codec (IDNA 2003) writes them as other letters: the mail would reach another domain.
WRITTEN_OTHERWISE = set("ßς")


class AddressField(forms.EmailField):
    """One address that mail can be sent to from outside, in its one way to write it."""

    default_error_messages = {"invalid": validate_email.message}

    def clean(self, value):
        address = super().clean(value)
        try:
            address = canonical(address)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        self.run_validators(address)  # letters of full width may have hidden anything
        return address


def canonical(address):
    """The address with its domain as people read it, "münchen.de"; ``ValueError`` if none."""
    local, _, domain = address.rpartition("@")
    labels = unicodedata.normalize("NFKC", domain).lower().split(".")
    if NOT_TAKEN & set(local) or len(labels) < 2 or "[" in domain:
        raise ValueError("no address that mail can be sent to")
    return f"{local}@{'.'.join(_label(one) for one in labels)}"


def _label(label):
    if WRITTEN_OTHERWISE & set(label):
        return f"xn--{label.encode('punycode').decode()}"
    plain = label.encode("idna")
    try:
        return plain.decode("idna")
    except UnicodeError:  # one of the above, written so already
        return plain.decode()


def mailbox(address):
    """The address without what its owner may add after a plus, as in "ada+offer@example.org"."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def same_mailbox(field, address):
    """What holds for records whose ``field`` is an address of the same :func:`mailbox`."""
    box = mailbox(address)
    local, _, domain = box.rpartition("@")
    tagged = Q(**{f"{field}__istartswith": f"{local}+", f"{field}__iendswith": f"@{domain}"})
    return Q(**{f"{field}__iexact": box}) | tagged
