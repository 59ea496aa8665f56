"""The message catalogues, kept without gettext's programs: Babel extracts, merges, compiles."""

from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

#: Of gettext's functions and Django's, with the places of message, plural and context.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "translate": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FOLDERS = ("guizhou_portal", "events", "projects", "templates")
PLURALS = {"de": "(n != 1)", "en": "(n != 1)", "zh-hans": "0"}


class Command(BaseCommand):
    help = "Updates (--update) or checks (--check) the message catalogues of all three languages."

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="extract, merge and compile")
        what.add_argument(
            "--check", action="store_true", help="fail on anything incomplete or stale"
        )

    def handle(self, *args, update, **options):
        messages = extracted()
        faults = []
        for language, _ in settings.LANGUAGES:
            po = folder_of(language) / "django.po"
            if update:
                write(po, language, messages)
            faults += faults_of(po, messages)
        if faults and not update:
            raise CommandError("\n".join(["The catalogues are not complete:", *faults]))
        for fault in faults:
            self.stdout.write(fault)


def folder_of(language):
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES"


def extracted():
    """Every message of our own code and templates: ``{(context, id): (plural id, places)}``."""
    from babel.messages.extract import extract

    found = {}
    for folder in FOLDERS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
                continue
            source = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                # What is not a message becomes words of X; their indentation means nothing.
                lines = templatize(source, origin=str(path)).splitlines()
                source = "\n".join(line.strip() for line in lines)
            place = path.relative_to(settings.BASE_DIR).as_posix()
            for _, message, _, context in extract(
                "python", BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"}
            ):
                ids = message if isinstance(message, tuple) else (message,)
                if not ids[0]:
                    continue
                plural, places = found.get((context, ids[0]), (None, set()))
                found[context, ids[0]] = (
                    ids[1] if len(ids) > 1 and ids[1] else plural,
                    places | {place},
                )
    return found


def read(po, language=None):
    from babel.messages.pofile import read_po

    if not po.exists():
        return None
    return read_po(StringIO(po.read_text(encoding="utf-8")), locale=language)


def write(po, language, messages):
    """Merge ``messages`` into the catalogue, drop what is no longer used, and compile it.

    English is the language of the message ids, so its translations are the ids themselves.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    old = read(po)
    number = 1 if language == "zh-hans" else 2
    catalogue = Catalog(locale=to_locale(language), fuzzy=False, charset="utf-8", header_comment="")
    catalogue.project, catalogue.version = "Guizhou Portal", ""
    for (context, text), (plural, places) in sorted(
        messages.items(), key=lambda m: (m[0][1], m[0][0] or "")
    ):
        known = old.get(text, context) if old else None
        string = known.string if known and not known.fuzzy else ""
        if language == "en":
            string = (text, plural) if plural else text
        if plural and not (isinstance(string, tuple) and len(string) == number):
            string = ("",) * number
        if not plural and isinstance(string, tuple):  # it had a plural until now
            string = string[0]
        catalogue.add(
            (text, plural) if plural else text,
            string,
            locations=[(place, None) for place in sorted(places)],
            flags=["python-format"] if known and known.python_format else [],
            context=context,
        )
    po.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, catalogue, width=100, omit_header=True)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: Guizhou Portal\\n"\n'
        f'"Language: {to_locale(language)}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={number}; plural={PLURALS[language]};\\n"\n\n'
    )
    po.write_text(header + out.getvalue().decode().strip() + "\n", encoding="utf-8")
    po.with_suffix(".mo").write_bytes(compiled(po))


def compiled(po):
    """The bytes of the compiled catalogue, the same for the same messages on every day."""
    from babel.messages.mofile import write_mo

    catalogue, file = read(po, po.parts[-3]), BytesIO()
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(file, catalogue)
    return file.getvalue()


def faults_of(po, messages):
    """What is missing, superfluous, untranslated, fuzzy or not compiled in one catalogue."""
    name = po.relative_to(settings.BASE_DIR)
    catalogue = read(po)
    if catalogue is None or not po.with_suffix(".mo").exists():
        return [f"{name}: missing"]
    entries = {(entry.context, _first(entry.id)): entry for entry in catalogue if entry.id}
    faults = [f"{name}: not in the catalogue: {key[1]}" for key in messages if key not in entries]
    faults += [f"{name}: no longer used: {key[1]}" for key in entries if key not in messages]
    for entry in entries.values():
        strings = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
        if entry.fuzzy:
            faults.append(f"{name}: fuzzy: {_first(entry.id)}")
        elif not all(strings):
            faults.append(f"{name}: untranslated: {_first(entry.id)}")
    if po.with_suffix(".mo").read_bytes() != compiled(po):
        faults.append(f"{name}: the compiled catalogue is not current: make messages")
    return faults


def _first(ids):
    return ids[0] if isinstance(ids, (tuple, list)) else ids
