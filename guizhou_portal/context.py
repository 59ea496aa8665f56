"""What every template may need about the address of the page it shows."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

#: Languages in themselves, and short, for the switch.
OWN_NAMES = {"de": "Deutsch", "en": "English", "zh-hans": "中文"}


@dataclass(frozen=True)
class Alternate:
    """The same page in another language; ``url`` is absolute."""

    language: str
    name: str
    path: str
    url: str
    current: bool


def without_language(path):
    """The rest of an address after its language, or None if it has none."""
    for code, _ in settings.LANGUAGES:
        if path == f"/{code}/" or path.startswith(f"/{code}/"):
            return path[len(code) + 2 :]
    return None


def addresses(request):
    """``page`` for links to this page: canonical address, alternates, the language's own name.

    The address after the prefix is the same in every language, so no lookup is needed. Query
    strings are left out: they do not make another page.
    """
    rest = without_language(request.path)
    current = get_language()
    alternates = [
        Alternate(
            language=code,
            name=OWN_NAMES[code],
            path=f"/{code}/{rest or ''}",
            url=request.build_absolute_uri(f"/{code}/{rest or ''}"),
            current=code == current,
        )
        for code, _ in settings.LANGUAGES
    ]
    return {
        "alternates": alternates,
        "language": current,
        "canonical": next(a.url for a in alternates if a.current),
        "default_alternate": alternates[0].url,
    }
