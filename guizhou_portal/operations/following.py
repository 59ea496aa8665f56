"""Which changes the public sees: each of them advances the content version."""

from django.apps import apps
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save

from . import content_version

PUBLIC_APPS = ("events", "projects", "pages", "publishing")
#: No page shows them.
PRIVATE = ("projects.enquiries.", "guizhou_portal.publishing.models.PreviewLink")


def shown_models():
    """The models whose records public pages are made of."""
    return [
        model
        for label in PUBLIC_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if not f"{model.__module__}.{model.__name__}".startswith(PRIVATE)
    ]


def changed(using=None, **kwargs):
    """After the transaction: who asks between change and commit still sees, and keeps, the old."""
    transaction.on_commit(content_version.advance, using=using, robust=True)


def saved(instance, created, using=None, **kwargs):
    """A record that is not public may have been so until now."""
    if created or getattr(instance, "is_published", True):
        changed(using)
    else:
        removed(using)


def removed(using=None, **kwargs):
    """What was public is so no longer: nothing of before may stand in for a page."""
    transaction.on_commit(content_version.note_removal, using=using, robust=True)
    changed(using)


def follow():
    for model in shown_models():
        name = f"page-cache-{model._meta.label}"
        post_save.connect(saved, model, dispatch_uid=name)
        post_delete.connect(removed, model, dispatch_uid=name)
        if model._meta.auto_created:
            m2m_changed.connect(changed, model, dispatch_uid=name)
    post_migrate.connect(content_version.advance, dispatch_uid="page-cache-migrated")
