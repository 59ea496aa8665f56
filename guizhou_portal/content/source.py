"""Reads the content files: plain YAML whose every mapping knows the line it starts on."""

from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
#: In the order of loading: later files may refer to records of earlier ones.
FILES = ("pages.yaml", "projects.yaml", "events.yaml")


class ContentError(Exception):
    """What is wrong with a content file: ``file, line N: reason``."""

    def __init__(self, file, line, reason):
        super().__init__(f"{Path(file).name}, line {line}: {reason.rstrip('.')}")


class Mapping(dict):
    """A mapping of a content file; ``line`` counts from 1."""

    line = 0


@dataclass(frozen=True)
class SourceRecord:
    """One record as written: the model's name in the file, its fields, and where it stands."""

    file: str
    model: str
    fields: Mapping

    def error(self, reason, line=None):
        return ContentError(self.file, line or self.fields.line, reason)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """In C where PyYAML was built with it, as in its wheels: ten times as fast."""


def _mapping(loader, node):
    mapping = Mapping()
    mapping.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"“{key}” is not a name", key_node.start_mark
            )
        if key in mapping:
            raise yaml.constructor.ConstructorError(
                None, None, f"“{key}” is written twice", key_node.start_mark
            )
        try:
            mapping[key] = loader.construct_object(value_node, deep=True)
        except ValueError as error:  # a date such as 2020-13-45
            raise yaml.constructor.ConstructorError(
                None, None, f"“{key}”: {error}", value_node.start_mark
            ) from error
    return mapping


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(folder=FOLDER):
    """Yield every :class:`SourceRecord` of the content files in ``folder``.

    Raises :class:`ContentError` for a file that is missing or not the YAML that is expected.
    """
    for name in FILES:
        path = Path(folder) / name
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a SafeLoader)
        except OSError as error:
            raise ContentError(name, 1, f"cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise ContentError(name, 1, "is not UTF-8") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise ContentError(name, line, getattr(error, "problem", None) or str(error)) from error
        if not isinstance(content, Mapping):
            raise ContentError(name, 1, "must be a mapping of model names to lists of records")
        for model, records in content.items():
            if not isinstance(records, list):
                raise ContentError(name, content.line, f"“{model}” must be a list of records")
            for fields in records:
                if not isinstance(fields, Mapping):
                    raise ContentError(
                        name, content.line, f"a record of “{model}” is not a mapping"
                    )
                yield SourceRecord(name, model, fields)
