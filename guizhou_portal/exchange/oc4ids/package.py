"""A project package: projects with their contracts, and who publishes them when."""

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db.models import Max
from django.urls import reverse

import events.oc4ids
import projects.oc4ids
from events.models import Contract
from guizhou_portal.licences import Licence
from guizhou_portal.pages.models import Operator
from guizhou_portal.publishing.models import Publication

from .values import Parties, date_time, filled

VERSION = "0.9"
PORTAL = "Guizhou Portal"
AT_ONCE = 200  # projects in memory
IN_MEMORY = 2 * 1024 * 1024  # bytes of a package; a larger one waits on the disk


@dataclass(frozen=True)
class Package:
    """A package as it is sent: ``file`` stands at its beginning and is the receiver's to close."""

    file: IO[bytes]
    etag: str
    changed: object  # the moment of the newest change, with its time zone


def package(records, withdrawn, edition, uri):
    """The :class:`Package` of ``records``, or None without any: the standard asks for one project.

    ``records``: published projects. ``withdrawn``: those that may have been among them until they
    were withdrawn; that, too, was a change. The texts are in the language active now.
    """
    moments = []
    chosen = events.oc4ids.with_contracts(projects.oc4ids.for_oc4ids(records))
    with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        for record in chosen.iterator(chunk_size=AT_ONCE):
            body.write(b",\n" if moments else b"")
            body.write(as_json(joined(record, edition)))
            moments.append(newest(record))
        if not moments:
            return None
        moments += withdrawals(records, withdrawn)
        changed = max(moments)
        # The head, without the brace that closes it: the projects are its last field.
        head = as_json(metadata(edition, uri, changed))[:-1]
        whole = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (handed on open)
        whole.write(head + b',"projects":[\n')
        body.seek(0)
        shutil.copyfileobj(body, whole)
        whole.write(b"\n]}\n")
    return Package(whole, f'"{digest(whole)}"', changed)


def joined(record, edition):
    """One project with the contracts that belong to it and the parties of both."""
    parties = Parties()
    project = projects.oc4ids.project(record, edition, parties)
    processes = [
        events.oc4ids.contracting_process(contract, edition, parties)
        for contract in record.contracts.all()
    ]
    return project | filled(parties=list(parties), contractingProcesses=processes)


def newest(record):
    """The moment of the newest change to a project or to what is shown with it."""
    shown = list(projects.oc4ids.shown_records(record))
    for contract in record.contracts.all():
        shown += events.oc4ids.shown_records(contract)
    return max(
        moment
        for one in shown
        for moment in (one.updated, getattr(one, "publish_at", None))
        if moment
    )


def withdrawals(records, withdrawn):
    """The newest moments at which a project, or a contract of one, left the package."""
    contracts = Contract.objects.filter(
        publication=Publication.WITHDRAWN, project__in=records.order_by().values("pk")
    )
    for left in (withdrawn.order_by(), contracts):
        if moment := left.aggregate(moment=Max("updated"))["moment"]:
            yield moment


def metadata(edition, uri, changed):
    operator = Operator.current()
    return filled(
        uri=uri,
        version=VERSION,
        publishedDate=date_time(changed),
        publisher=publisher(operator, edition),
        license=data_licence(operator),
        publicationPolicy=publication_policy(edition),
    )


def publisher(operator, edition):
    if operator.name:
        return {"name": operator.name}
    return {"name": PORTAL, "uri": edition.url("/")}


def data_licence(operator):
    """The address of the licence the operator stated for the data; nothing if none was stated."""
    stated = operator.data_licence
    return Licence(stated).url if stated in Licence.values else ""


def publication_policy(edition):
    """The page that explains the data."""
    return edition.url(reverse("data"))


def as_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest(file):
    """Of the whole content; leaves ``file`` at its beginning."""
    found = sha256()
    file.seek(0)
    while piece := file.read(64 * 1024):
        found.update(piece)
    file.seek(0)
    return found.hexdigest()[:32]
