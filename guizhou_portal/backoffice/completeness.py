"""Which languages of a record are complete."""

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.translated import LANGUAGES, translated_fields, untranslated


class State(Enum):
    COMPLETE = _("complete")
    PARTIAL = _("partial")
    MISSING = _("missing")


@dataclass(frozen=True)
class LanguageState:
    language: str
    state: State


def language_states(record):
    """A :class:`LanguageState` for each language of ``record``.

    A language is complete when it has every text that any other language has: a field that is
    empty everywhere is unknown, not untranslated.
    """
    fields = list(translator.get_options_for_model(type(record)).fields)
    filled = {
        code: {name for name in fields if getattr(record, build_localized_fieldname(name, code))}
        for code in LANGUAGES
    }
    wanted = set().union(*filled.values())
    return [LanguageState(code, _state(filled[code], wanted)) for code in LANGUAGES]


def _state(filled, wanted):
    if filled == wanted and wanted:
        return State.COMPLETE
    return State.PARTIAL if filled else State.MISSING


def lacks(record, language):
    """Whether ``record`` has a text in another language that it has not in ``language``."""
    states = language_states(record)
    if all(one.state is State.MISSING for one in states):
        return False  # nothing to translate
    return any(one.language == language and one.state is not State.COMPLETE for one in states)


def incomplete_in(model, language):
    """The condition that a text is there in another language, but not in ``language``.

    The same rule as :func:`language_states`, for the database.
    """
    others = [code for code in LANGUAGES if code != language]
    return untranslated(sorted(translated_fields(model)), language, others)
