"""How the value of a field is written in a cell, and read from what people write there.

Each is one of django-import-export's widgets: ``render`` gives the text of a value, ``clean`` the
value of a text, or a ``ValueError`` with a sentence for the editor.
"""

import re
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from guizhou_portal.backoffice.forms import YEARS
from guizhou_portal.richtext import RichTextField, sanitise

from .texts import plain

TRUE = {"true", "1", "yes", "ja", "wahr", "是", "真"}
FALSE = {"false", "0", "no", "nein", "falsch", "否", "假"}
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
MOMENTS = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
GERMAN_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?|-?[0-9]+,[0-9]+")
ENGLISH_NUMBER = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
#: A thousand and more to the one, one and a fraction to the other.
AMBIGUOUS_NUMBER = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
DIGITS = 24  # more than any field holds
FEW = 20  # choices that an error names one by one


class Cell(Widget):
    """Plain text. ``width``: of its column in a workbook, in characters."""

    width = 24
    is_text = True
    allowed = gettext_lazy("text")

    def __init__(self, field):
        super().__init__()
        self.field = field

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else plain(str(value))

    def clean(self, value, row=None, **kwargs):
        text = value.strip()
        return self.read(text) if text else self.nothing()

    def read(self, text):
        return text

    def nothing(self):
        """What an empty cell means: the field's usual value where it cannot be empty."""
        if self.field.has_default() and not self.field.null and not self.field.blank:
            return self.field.get_default()
        return "" if self.field.empty_strings_allowed else None

    def words(self, text):
        """What the cell's text says to a reader."""
        return text

    def codes(self):
        """All values there may be, if they are few."""
        return []

    def meaning(self):
        """The values there may be, in words."""
        most = getattr(self.field, "max_length", None)
        if most and type(self) is Cell:
            return _("text of at most %(n)d characters") % {"n": most}
        return self.allowed


class LongCell(Cell):
    width = 60


class RichCell(LongCell):
    allowed = gettext_lazy("text in paragraphs, or simple HTML")

    def read(self, text):
        return plain(sanitise(text))

    def words(self, text):
        return strip_tags(text).strip()


class ChoiceCell(Cell):
    width = 16

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(getattr(value, "code", value) or "")

    def read(self, text):
        codes = {str(code).casefold(): code for code, _words in self.field.flatchoices}
        if text.casefold() in codes:
            return codes[text.casefold()]
        raise ValueError(
            _("“%(text)s” is not possible here. Possible: %(values)s.")
            % {"text": text, "values": ", ".join(self.codes()) or self.meaning()}
        )

    def codes(self):
        codes = [str(code) for code, _words in self.field.flatchoices if code]
        return codes if len(codes) <= FEW else []

    def meaning(self):
        return _("one of") if self.codes() else _("code of two letters (ISO 3166-1), such as DE")

    def words(self, text):
        return str(dict(self.field.flatchoices).get(text, text))


class BooleanCell(Cell):
    width = 10
    is_text = False
    allowed = gettext_lazy("one of")

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(bool(value)).lower()

    def read(self, text):
        if text.casefold() in TRUE | FALSE:
            return text.casefold() in TRUE
        raise ValueError(_("“%(text)s” is neither true nor false.") % {"text": text})

    def nothing(self):
        return None if self.field.null else False

    def codes(self):
        return ["true", "false"]

    def words(self, text):
        return {"true": _("yes"), "false": _("no")}.get(text, text)


class NumberCell(Cell):
    width = 16
    is_text = False
    allowed = gettext_lazy("number")

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else format(value, "f")

    def read(self, text):
        number = self.number(re.sub(r"[\u00a0\u202f]", "", text).replace("−", "-"))
        places = getattr(self.field, "decimal_places", 0)
        exact = number.quantize(Decimal(1).scaleb(-places))
        if exact != number:
            raise ValueError(
                _("“%(text)s” has more than %(n)d digits after the decimal sign.")
                % {"text": text, "n": places}
            )
        return exact if places else int(exact)

    def number(self, text):
        if AMBIGUOUS_NUMBER.fullmatch(text):
            raise ValueError(
                _("“%(text)s” can be read in two ways. Write it without a sign for thousands.")
                % {"text": text}
            )
        if GERMAN_NUMBER.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        elif ENGLISH_NUMBER.fullmatch(text):
            text = text.replace(",", "")
        if len(text) > DIGITS or not PLAIN_NUMBER.fullmatch(text):
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text})
        return Decimal(text)


class DateCell(Cell):
    width = 14
    is_text = False
    allowed = gettext_lazy("date, as 2031-12-31 or 31.12.2031")

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.isoformat()

    def read(self, text):
        moment = _in_one_of(DAYS, text)
        if moment is None or moment.time() != moment.min.time():
            raise ValueError(
                _("“%(text)s” is not a date. Write it as 2031-12-31 or 31.12.2031.")
                % {"text": text}
            )
        return moment.date()


class MomentCell(Cell):
    """A point in time; without an offset, the clock in Germany is meant."""

    width = 26
    is_text = False
    allowed = gettext_lazy("time, as 2031-12-31T18:00+01:00 or 31.12.2031 18:00 (German time)")

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return ""
        return timezone.localtime(value, timezone.get_default_timezone()).isoformat()

    def read(self, text):
        moment = self.moment(text)
        if moment is None:
            raise ValueError(
                _("“%(text)s” is not a point in time. Write it as 2031-12-31T18:00+01:00.")
                % {"text": text}
            )
        if moment.year not in YEARS:
            raise ValueError(
                _("Enter a year from %(first)d to %(last)d.")
                % {"first": YEARS[0], "last": YEARS[-1]}
            )
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment, timezone.get_default_timezone())
        return moment

    def moment(self, text):
        try:
            moment = parse_datetime(text)
        except ValueError:
            return None
        return moment or _in_one_of((*MOMENTS, *DAYS), text)


def _in_one_of(formats, text):
    for one in formats:
        try:
            return datetime.strptime(text, one)
        except ValueError:
            continue
    return None


class RecordCell(Cell):
    """Another record, by its address (slug)."""

    width = 28

    def __init__(self, field):
        super().__init__(field)
        self.model = field.remote_field.model
        self.known = {}

    def render(self, value, obj=None, **kwargs):
        return value.slug if value else ""

    def read(self, text):
        if text not in self.known:
            found = self.model._base_manager.filter(slug=text).first()
            if found is None:
                raise ValueError(
                    _("There is no record “%(slug)s” among the %(kind)s.")
                    % {"slug": text, "kind": self.model._meta.verbose_name_plural}
                )
            self.known[text] = found
        return self.known[text]

    def nothing(self):
        return None

    def meaning(self):
        return _("address (slug) of one of the %(kind)s") % {
            "kind": self.model._meta.verbose_name_plural
        }


class RecordsCell(RecordCell):
    """Any number of other records."""

    width = 40

    def render(self, value, obj=None, **kwargs):
        records = value.all() if hasattr(value, "all") else value or ()
        return ", ".join(sorted(record.slug for record in records))

    def read(self, text):
        slugs = dict.fromkeys(slug.strip() for slug in text.split(","))
        return [super(RecordsCell, self).read(slug) for slug in slugs if slug]

    def nothing(self):
        return []

    def meaning(self):
        return _("addresses (slugs) of %(kind)s, separated by commas") % {
            "kind": self.model._meta.verbose_name_plural
        }


class FileCell(Cell):
    """The name of a file, which a sheet cannot hold."""

    width = 28
    allowed = gettext_lazy("name of the file; for information only, an import ignores it")


#: The first that fits.
KINDS = (
    (models.ManyToManyField, RecordsCell),
    (models.ForeignKey, RecordCell),
    (models.FileField, FileCell),
    (RichTextField, RichCell),
    (models.TextField, LongCell),
    (models.BooleanField, BooleanCell),
    (models.DateTimeField, MomentCell),
    (models.DateField, DateCell),
    ((models.DecimalField, models.IntegerField), NumberCell),
)


def cell_of(field):
    """The :class:`Cell` for a field of a model; that of a translated text is its original's."""
    original = getattr(field, "translated_field", field)
    for kind, cell in KINDS:
        if isinstance(original, kind):
            return cell(field)
    return ChoiceCell(field) if original.choices else Cell(field)
