"""What an entry of Django's log says, in the language of who reads it."""

import json
import re

from django.utils.text import capfirst
from django.utils.translation import gettext

LABEL = re.compile(r"(?P<name>.*?)(?P<language> \[[\w-]+\])?$", re.DOTALL)


def told(entry):
    """The words of ``entry``; its fields are kept by their English labels, such as "Title [de]"."""
    if entry.is_deletion():
        return gettext("Deleted.")
    try:
        steps = json.loads(entry.change_message)
        for step in steps:
            for what in step.values():
                if "fields" in what:
                    what["fields"] = [in_own_language(label) for label in what["fields"]]
    except (ValueError, TypeError, AttributeError):
        return entry.get_change_message()  # words of our own, or none
    entry.change_message = json.dumps(steps)
    return entry.get_change_message()


def in_own_language(label):
    name, language = LABEL.match(label).groups(default="")
    small = name[:1].lower() + name[1:]  # as the catalogue has it; Django has capitalised it
    words = capfirst(gettext(small)) if gettext(small) != small else gettext(name)
    return f"{words}{language}"
