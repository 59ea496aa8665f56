"""Writes the public site as plain files; docs/mirror.md tells how to serve them."""

import re
import sys
import time
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email

from guizhou_portal.operations.command import PortalCommand
from guizhou_portal.operations.mirror.addresses import Site
from guizhou_portal.operations.mirror.asking import portal_at
from guizhou_portal.operations.mirror.crawl import Crawl
from guizhou_portal.operations.mirror.writing import Folder, FolderError
from guizhou_portal.pages.models import Operator

WIDTH = 30  # characters of the progress bar
MOST_LINES = 100  # of broken links


class Command(PortalCommand):
    help = (
        "Writes the whole public site as plain files, or brings an earlier copy up to date. "
        "Exit status: 0 if all is in order, 1 if a link is broken or a file could not be removed "
        "(the copy is written), or the portal failed (the copy stays as it was)."
    )
    when_interrupted = "The copy was left as it was."

    def add_arguments(self, parser):
        parser.add_argument("folder", help="an empty folder, or that of an earlier copy")
        parser.add_argument(
            "--base-url", required=True, help="where the copy will be: https://mirror.example"
        )
        parser.add_argument(
            "--live-url", default="", help="where the portal is; search and forms lead there"
        )
        parser.add_argument(
            "--mail", default="", help="where enquiries go without it (default: the operator's)"
        )

    def handle(self, *args, folder, base_url, live_url, mail, **options):
        site = Site(
            origin("--base-url", base_url),
            live_url and origin("--live-url", live_url),
            mail_address(mail) or Operator.current().email,
        )
        begun = time.monotonic()
        try:
            with portal_at(site.base) as portal, Folder(folder) as copy:
                crawl = Crawl(portal, site)
                self.collect(crawl, copy)
                if crawl.faults:
                    raise CommandError("\n".join(failed(crawl.faults)))
                written, removed = copy.publish()
        except FolderError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The copy could not be made: {error}.") from error
        self.stdout.write(
            f"{len(copy.wanted)} files: {written} written, {removed} removed, "
            f"{len(copy.wanted) - written} unchanged, in {time.monotonic() - begun:.1f} s."
        )
        self.tell(copy.left, crawl.links.report())

    def collect(self, crawl, copy):
        is_shown = self.stdout.isatty()
        for number, document in enumerate(crawl.documents(), 1):
            copy.take(document.file, document.body)
            if is_shown:
                done = min(WIDTH, WIDTH * number // (crawl.found + 2))
                bar = f"[{'#' * done}{' ' * (WIDTH - done)}] {number}/{crawl.found + 2}"
                self.stdout.write(f"\r{bar} {document.file[-40:]:40}", ending="")
                self.stdout.flush()
        if is_shown:
            self.stdout.write(f"\r{' ' * 90}\r", ending="")

    def tell(self, left, broken):
        for file in left:
            self.stderr.write(
                f"Not removed, because it was changed since the last export: {file}. Take it out "
                "of the folder."
            )
        for line in broken[:MOST_LINES]:
            self.stderr.write(f"Broken: {line}")
        if broken:
            more = f" ({len(broken) - MOST_LINES} more)" if len(broken) > MOST_LINES else ""
            self.stderr.write(f"{len(broken)} broken links{more}.")
        if left or broken:
            sys.exit(1)


def origin(option, url):
    """Scheme and host of ``url``; :class:`CommandError` if it is more or less than that."""
    try:
        parts = urlsplit(url.lower())
        is_one = parts.scheme in ("http", "https") and parts.hostname
        parts.port  # noqa: B018  (raises if it is none)
    except ValueError:
        is_one = False
    if not is_one or not re.fullmatch(r"https?://[a-z0-9.:\[\]-]+/?", url.lower()):
        raise CommandError(f"{option} must look like https://mirror.example, without a path.")
    return f"{parts.scheme}://{parts.netloc}"


def mail_address(text):
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise CommandError("--mail must be an e-mail address.") from None
    return text


def failed(faults):
    yield "The portal failed; the copy was left as it was."
    for address, status in sorted(faults.items())[:MOST_LINES]:
        yield f"{address} answers {status}"
