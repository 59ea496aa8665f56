"""Notes which records changed, and writes their words once the change is for good."""

import threading
from collections import defaultdict

from django.db import transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete

from . import index
from .declared import DECLARED, relations_between, wholes_of


class _Noted(threading.local):
    """What this thread changed: ``{model: {key, …}}``; of what was rolled back, nothing changes."""

    def __init__(self):
        self.keys = defaultdict(set)


_noted = _Noted()


def note(model, keys):
    """Write these records' words when the transaction ends."""
    _noted.keys[model].update(keys)
    transaction.on_commit(catch_up, robust=True)


def catch_up():
    """Write what is noted, now: for who looks something up that was changed a moment ago."""
    while _noted.keys:
        index.write(*_noted.keys.popitem())


def forget():
    """Leave what is noted: for tests, whose changes are all taken back."""
    _noted.keys.clear()


def saved(sender, instance, **kwargs):
    if sender in DECLARED:
        note(sender, [instance.pk])
    for searchable, path in wholes_of(sender):
        # By a new name of this record others are found once its own words are written.
        if path not in searchable.names:
            note(searchable.model, index.keys_of(searchable.model, path, [instance.pk]))


def deleted(sender, instance, **kwargs):
    """Before it happens, while it is known what the record belongs to."""
    if sender in DECLARED:
        note(sender, [instance.pk])
    for searchable, path in wholes_of(sender):
        note(searchable.model, index.keys_of(searchable.model, path, [instance.pk]))


def related(sender, instance, action, pk_set, **kwargs):
    model, name = relations_between()[sender]
    if isinstance(instance, model):
        note(model, [instance.pk])
    elif action == "pre_clear":
        note(model, index.keys_of(model, name, [instance.pk]))
    else:
        note(model, pk_set or ())


def follow():
    """Listen to the kinds of record that matter: to listen to all would slow others' deletion."""
    senders = {*DECLARED, *(model for one in DECLARED.values() for model in one.paths.values())}
    for sender in senders:
        post_save.connect(saved, sender, dispatch_uid="search-saved")
        pre_delete.connect(deleted, sender, dispatch_uid="search-deleted")
    for sender in relations_between():
        m2m_changed.connect(related, sender, dispatch_uid="search-related")
