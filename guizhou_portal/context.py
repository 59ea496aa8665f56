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


def later_page(request):
    """``?page=2`` and so on for the later pages of a list, otherwise nothing."""
    number = request.GET.get("page", "")
    if number.isascii() and number.isdecimal() and number != "1":
        return f"?page={number}"
    return ""


def addresses(request):
    """``page`` for links to this page: canonical address, alternates, the language's own name.

    The address after the prefix is the same in every language, so no lookup is needed. Of the
    query string only the number of a list's later page makes another page.
    """
    rest = (without_language(request.path) or "") + later_page(request)
    current = get_language()
    alternates = [
        Alternate(
            language=code,
            name=OWN_NAMES[code],
            path=f"/{code}/{rest}",
            url=request.build_absolute_uri(f"/{code}/{rest}"),
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
