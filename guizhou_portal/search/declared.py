"""Which records can be found, and by which of their texts: said in each app's ``search.py``.

Which of them are results of the public search, and how they look there: :mod:`.results`.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.publishing.models import PublicRecord, published
from guizhou_portal.richtext import RichTextField
from guizhou_portal.translated import translated_fields

#: ``{model: Searchable}``
DECLARED = {}


@dataclass(frozen=True)
class Column:
    """One column a text is read from.

    ``path``: the relations that lead there, "" for none. ``language``: of its texts, "" if they
    belong to none. ``shown_with``: relations to public records, without which the public does not
    see this text.
    """

    path: str
    name: str
    language: str
    is_formatted: bool
    is_title: bool
    shown_with: tuple[str, ...]

    @property
    def lookup(self):
        return f"{self.path}__{self.name}" if self.path else self.name

    def is_public(self):
        """The condition of what the public sees of it; a ``Q``."""
        condition = Q()
        for path in self.shown_with:
            condition &= Q(**{f"{path}__isnull": True}) | published(f"{path}__")
        return condition


@dataclass(frozen=True)
class Searchable:
    """``titles``: what a record is called; ``texts``: what is told of it; ``names``: relations to
    other searchable records, by whose titles it is found as well. ``hidden_with``: parts that are
    shown only where another record is published, ``{"appearances": "appearances__official"}``.

    Titles and texts are names of fields, through relations as in a query ("parties__described_as").
    """

    model: type[models.Model]
    titles: tuple[str, ...]
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hidden_with: tuple[tuple[str, str], ...] = ()

    @cached_property
    def columns(self):
        """Every :class:`Column` to read, translated fields in each language."""
        found = [one for name in self.titles for one in self.columns_of(name, True)]
        found += [one for name in self.texts for one in self.columns_of(name)]
        for path in self.names:
            named = DECLARED[related_model(self.model, path)]
            for name in named.titles:
                found += self.columns_of(f"{path}__{name}")
        return found

    def columns_of(self, lookup, is_title=False):
        path, _, name = lookup.rpartition("__")
        owner = related_model(self.model, path) if path else self.model
        is_formatted = isinstance(owner._meta.get_field(name), RichTextField)
        shown_with = self.public_records_on(path)
        return [
            Column(path, one, language, is_formatted, is_title, shown_with)
            for one, language in in_each_language(owner, name)
        ]

    def public_records_on(self, path):
        steps = steps_of(path)
        found = [
            step for step in steps if issubclass(related_model(self.model, step), PublicRecord)
        ]
        found += [record for part, record in self.hidden_with if part in steps]
        return tuple(dict.fromkeys(found))

    @cached_property
    def paths(self):
        """Relations to records a change of which changes what this kind is found by."""
        steps = set()
        for column in self.columns:
            steps.update(steps_of(column.path))
        return {path: related_model(self.model, path) for path in sorted(steps)}


def declare(model, titles, texts=(), names=(), hidden_with=None):
    """Let records of ``model`` be found; see :class:`Searchable`."""
    hidden_with = tuple((hidden_with or {}).items())
    DECLARED[model] = Searchable(model, tuple(titles), tuple(texts), tuple(names), hidden_with)


def steps_of(path):
    """``"parties__signatory"``: ``["parties", "parties__signatory"]``."""
    parts = path.split("__") if path else []
    return ["__".join(parts[: end + 1]) for end in range(len(parts))]


def related_model(model, path):
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    return model


def is_translated(model, name):
    return name in translated_fields(model)


def in_each_language(model, name):
    """``[(column, language), …]`` of a field; without a language if it is not translated."""
    if not is_translated(model, name):
        return [(name, "")]
    return [(build_localized_fieldname(name, code), code) for code, _ in settings.LANGUAGES]


def wholes_of(model):
    """``[(Searchable, path), …]``: the kinds of record that show something of ``model``."""
    return [
        (one, path)
        for one in DECLARED.values()
        for path, shown in one.paths.items()
        if shown is model
    ]


def relations_between():
    """``{table between: (model, field)}`` of the relations of many to many records are found by."""
    fields = (
        (one.model, one.model._meta.get_field(path.split("__")[0]))
        for one in DECLARED.values()
        for path in one.paths
    )
    return {
        relation.remote_field.through: (model, relation.name)
        for model, relation in fields
        if relation.many_to_many
    }
