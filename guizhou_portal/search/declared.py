"""Which records can be found, and by which of their texts: said in each app's ``search.py``."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import models
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.richtext import RichTextField

#: ``{model: Searchable}``
DECLARED = {}


@dataclass(frozen=True)
class Column:
    """One column a text is read from. ``path``: the relations that lead there, "" for none."""

    path: str
    name: str
    is_formatted: bool
    is_title: bool

    @property
    def lookup(self):
        return f"{self.path}__{self.name}" if self.path else self.name


@dataclass(frozen=True)
class Searchable:
    """``titles``: what a record is called; ``texts``: what is told of it; ``names``: relations to
    other searchable records, by whose titles it is found as well.

    Titles and texts are names of fields, through relations as in a query ("parties__described_as").
    """

    model: type[models.Model]
    titles: tuple[str, ...]
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @cached_property
    def columns(self):
        """Every :class:`Column` to read, translated fields in each language."""
        found = [one for name in self.titles for one in columns_of(self.model, name, True)]
        found += [one for name in self.texts for one in columns_of(self.model, name)]
        for path in self.names:
            named = DECLARED[related_model(self.model, path)]
            for name in named.titles:
                found += columns_of(self.model, f"{path}__{name}")
        return found

    @cached_property
    def paths(self):
        """Relations to records a change of which changes what this kind is found by."""
        steps = set()
        for column in self.columns:
            parts = column.path.split("__") if column.path else []
            steps.update("__".join(parts[: end + 1]) for end in range(len(parts)))
        return {path: related_model(self.model, path) for path in sorted(steps)}


def declare(model, titles, texts=(), names=()):
    """Let records of ``model`` be found; see :class:`Searchable`."""
    DECLARED[model] = Searchable(model, tuple(titles), tuple(texts), tuple(names))


def related_model(model, path):
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    return model


def columns_of(model, lookup, is_title=False):
    path, _, name = lookup.rpartition("__")
    owner = related_model(model, path) if path else model
    is_formatted = isinstance(owner._meta.get_field(name), RichTextField)
    return [Column(path, one, is_formatted, is_title) for one in in_each_language(owner, name)]


def in_each_language(model, name):
    try:
        is_translated = name in translator.get_options_for_model(model).fields
    except NotRegistered:
        is_translated = False
    if not is_translated:
        return [name]
    return [build_localized_fieldname(name, code) for code, _ in settings.LANGUAGES]


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
