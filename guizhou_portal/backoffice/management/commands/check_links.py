"""Asks every outgoing address the records hold whether it still answers."""

import queue
import random
import threading
import time
from urllib.parse import urlsplit

from django.core.management.base import CommandError
from django.utils.translation import override

from guizhou_portal.backoffice.link_probe import probe
from guizhou_portal.backoffice.links import all_links, digest, store
from guizhou_portal.backoffice.models import LinkCheck
from guizhou_portal.operations.command import PortalCommand

#: As many silent hosts, and not one that answers: it is this machine that has no network.
SILENT_HOSTS = 3
SILENCE = (
    LinkCheck.Reason.UNKNOWN_HOST,
    LinkCheck.Reason.UNREACHABLE,
    LinkCheck.Reason.TIMEOUT,
)


class Command(PortalCommand):
    help = "Checks the outgoing links of all records; the overview lists those that are broken."

    def add_arguments(self, parser):
        parser.add_argument("--timeout", type=float, default=10, help="seconds for each address")
        parser.add_argument("--at-once", type=int, default=4, help="hosts asked at the same time")
        parser.add_argument(
            "--pause", type=float, default=0.5, help="seconds between two questions to one host"
        )
        parser.add_argument("--time-limit", type=float, default=600, help="seconds for all of it")
        parser.add_argument(
            "--allow-private", action="store_true", help="ask addresses of private networks, too"
        )
        parser.add_argument(
            "--fail-on-broken", action="store_true", help="exit with 1 if a link is broken"
        )

    def handle(self, *args, time_limit, fail_on_broken, **options):
        links = all_links()
        LinkCheck.objects.exclude(digest__in=[digest(one) for one in links]).delete()
        outcomes = outcomes_of(links, time.monotonic() + time_limit, options)
        if is_offline(outcomes):
            raise CommandError("No website could be reached. Is this machine connected?")
        checks = [store(address, outcome) for address, outcome in sorted(outcomes.items())]
        broken = self.report(links, checks)
        if broken and fail_on_broken:
            raise CommandError(f"{broken} links are broken.")

    def report(self, links, checks):
        """Print what was found; the number of broken links."""
        broken = [check for check in checks if check.is_broken]
        unsure = [check for check in checks if check.reason and not check.is_broken]
        for title, some in (("Broken", broken), ("Could not be checked", unsure)):
            for check in some:
                with override("en"):  # like all that commands say
                    self.stdout.write(f"{title}: {check.address}  {check.words}")
        self.stdout.write(
            f"{len(links)} addresses: {len(checks) - len(broken) - len(unsure)} answer, "
            f"{len(broken)} broken, {len(unsure)} could not be checked, "
            f"{len(links) - len(checks)} not reached in time."
        )
        return len(broken)


def outcomes_of(links, until, options):
    """``{address: outcome}`` of those that were asked before ``until``; no host twice at once."""
    hosts = {}
    for address in links:
        hosts.setdefault(_host(address), []).append(address)
    waiting, done = queue.SimpleQueue(), queue.SimpleQueue()
    for addresses in random.sample(list(hosts.values()), len(hosts)):  # each gets its turn
        waiting.put(addresses)

    def work():
        while time.monotonic() < until:
            try:
                addresses = waiting.get_nowait()
            except queue.Empty:
                return
            for n, address in enumerate(addresses):
                time.sleep(options["pause"] if n else 0)
                left = until - time.monotonic()
                if left > 0:
                    timeout = min(options["timeout"], left)
                    done.put((address, probe(address, timeout, options["allow_private"])))

    # As daemons: a server that never ends its answer must not keep the command.
    workers = [threading.Thread(target=work, daemon=True) for _ in range(options["at_once"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(until - time.monotonic(), 0))
    outcomes = {}
    while not done.empty():
        address, outcome = done.get()
        outcomes[address] = outcome
    return outcomes


def _host(address):
    try:
        return urlsplit(address).hostname
    except ValueError:
        return address


def is_offline(outcomes):
    silent = {_host(address) for address, one in outcomes.items() if one.reason in SILENCE}
    return len(silent) >= SILENT_HOSTS and not any(one.answered for one in outcomes.values())
