"""Which fields of a model are texts in several languages, and which records lack some of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

from .constraints import LatestFirstIndex

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def translated_fields(model):
    """The names of the model's translated fields, without those of the single languages."""
    try:
        return list(translator.get_options_for_model(model).fields)
    except NotRegistered:
        return []


class Written(Value):
    """A text of ours, written out.

    SQLite knows again what an index is about only where nothing is left open in it.
    """

    def __init__(self, text):
        super().__init__(text, models.TextField())

    def as_sql(self, compiler, connection):
        return f"'{self.value}'", []


class Nothing(Written):
    """The text without a letter."""

    def __init__(self):
        super().__init__("")


def is_empty(name):
    """The condition that a text column holds nothing."""
    return Q(**{name: Nothing()}) | Q(**{f"{name}__isnull": True})


def is_filled(name):
    """The condition that a text column holds something."""
    return Q(**{f"{name}__gt": Nothing()})


def untranslated(texts, language, others):
    """The condition that one of ``texts`` is there in one of the ``others``, not in ``language``.

    ``texts``: names of translated fields.
    """
    condition = Q()
    for text in texts:
        elsewhere = Q()
        for code in others:
            elsewhere |= is_filled(build_localized_fieldname(text, code))
        condition |= is_empty(build_localized_fieldname(text, language)) & elsewhere
    return condition


def undescribed(picture):
    """The condition that there is a picture in the field, and no language describes it."""
    condition = is_filled(picture)
    for code in LANGUAGES:
        condition &= is_empty(build_localized_fieldname(f"{picture}_alt", code))
    return condition


def in_each_language(text):
    """The columns of a translated field."""
    return [build_localized_fieldname(text, code) for code in LANGUAGES]


def linking(columns, addresses=()):
    """The condition that formatted text in ``columns`` holds a link, or ``addresses`` one."""
    condition = Q()
    for address in addresses:
        condition |= is_filled(address)
    for column in columns:
        condition |= Q(GreaterThan(StrIndex(column, Written("href=")), 0))
    return condition


class _Untranslated:
    def __init__(self, *expressions, texts, language, others, **kwargs):
        self.texts, self.language, self.others = texts, language, others
        condition = untranslated(texts, language, others)
        super().__init__(*expressions, condition=condition, **kwargs)

    def deconstruct(self):
        # A migration names the texts: the condition itself would fill pages.
        path, expressions, kwargs = super().deconstruct()
        del kwargs["condition"]
        asked = {"texts": self.texts, "language": self.language, "others": self.others}
        return path, expressions, {**kwargs, **asked}


class UntranslatedIndex(_Untranslated, models.Index):
    """The records :func:`untranslated` is about, in the order of their list."""


class UntranslatedLatestFirstIndex(_Untranslated, LatestFirstIndex):
    """The same for a list by a date."""


def untranslated_indexes(kind, texts, *, fields=None, latest=None):
    """An index for each language of the records that lack some of ``texts`` in it.

    The back office counts and lists them. ``fields``: the order of its list; ``latest``: the
    column of a list by date. ``texts``: all translated fields, in the order of the alphabet.
    """
    for code in LANGUAGES:
        name = f"{kind}_lacks_{code.split('-')[0]}"
        others = [other for other in LANGUAGES if other != code]
        asked = {"name": name, "texts": texts, "language": code, "others": others}
        if latest:
            yield UntranslatedLatestFirstIndex.by(latest, **asked)
        else:
            yield UntranslatedIndex(fields=fields, **asked)
