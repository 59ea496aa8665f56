"""What a role may do with a record: asked on the server for forms, parts, lists, actions alike.

Django's permissions say which kinds of record a person may change. Two things depend on more: an
editor changes only what the public does not see, and a translator only the translated texts.
"""

from functools import partial

from django.db.models import Q
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from guizhou_portal.parts import wholes
from guizhou_portal.publishing.models import Publication, PublicRecord
from guizhou_portal.richtext import RichTextField

from .roles import TRANSLATE, may_publish

NOT_YOURS = _("The public can see this record: only publishers may change it.")


def is_public(record):
    """Whether the public can see ``record``, or will at a time that is set already.

    A part is as public as what it belongs to; an organisation, a place or a sector is public as
    soon as a public record names it.
    """
    if isinstance(record, PublicRecord):
        return record.publication == Publication.PUBLISHED
    parents = wholes(type(record))
    if parents:
        found = (_whole_of(record, field) for field in parents)
        return any(is_public(parent) for parent in found if parent)
    return any(
        relation.related_model._base_manager.filter(condition, **{relation.field.name: record})
        .order_by()
        .exists()
        for relation in record._meta.related_objects
        if (condition := _published_whole(relation.related_model)) is not None
    )


def _whole_of(record, field):
    """What ``record`` is a part of; None for an older version of it whose whole is deleted."""
    try:
        return getattr(record, field.name)
    except field.remote_field.model.DoesNotExist:
        return None


def _published_whole(model, prefix=""):
    """The condition that a record of ``model``, or its whole, is published; None if neither can."""
    if issubclass(model, PublicRecord):
        return Q(**{f"{prefix}publication": Publication.PUBLISHED})
    for field in wholes(model):
        return _published_whole(field.remote_field.model, f"{prefix}{field.name}__")
    return None


def show_formatted(record):
    """Let a form that is only read show formatted texts as they look, not their source."""
    repeated = translator.get_options_for_model(type(record)).fields
    for field in record._meta.concrete_fields:
        if isinstance(field, RichTextField) and field.name not in repeated:
            # Sanitised when it was saved; Django would turn its line ends into breaks.
            text = (getattr(record, field.attname) or "").replace("\n", " ")
            setattr(record, field.attname, mark_safe(text))  # noqa: S308  (see above)


def untranslated_fields(model):
    """The names of the editable columns and relations that hold no translated text."""
    texts = translator.get_options_for_model(model).all_fields
    return [
        field.name
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.editable
        and not field.primary_key
        and field.name not in texts
        and not hasattr(field, "translated_field")
    ]


class RolePermissions:
    """For the admin class of a record and for the inlines of its parts, which follow the record.

    ``change`` is what Django asks before it shows a form that can be saved; ``edit`` is to change
    everything in it. ``obj`` is the record, for a part the whole it belongs to.
    """

    def has_edit_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_touch(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.has_edit_permission(request, obj) or self.has_translate_permission(request)

    def has_translate_permission(self, request):
        return request.user.has_perm(TRANSLATE) and super().has_view_permission(request)

    def may_touch(self, request, record):
        return record is None or may_publish(request.user) or not is_public(record)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if obj is None or self.has_edit_permission(request, obj):
            return fields
        return [*fields, *self.fields_kept_from_translators()]

    def fields_kept_from_translators(self):
        return untranslated_fields(self.model)


class RecordPermissions(RolePermissions):
    """For the admin class of a record."""

    def has_publish_permission(self, request):
        return may_publish(request.user)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.may_touch = staticmethod(partial(self.may_touch, request))
        publication = form.base_fields.get("publication")
        if publication and not may_publish(request.user):
            publication.choices = self.states_for_editors(obj)
        return form

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if issubclass(self.model, PublicRecord) and not may_publish(request.user):
            return [*fields, "publish_at"]
        return fields

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and not self.has_edit_permission(request, obj):
            show_formatted(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def states_for_editors(self, record):
        """Draft and in review; a state that only a publisher gives stays where it is."""
        return [
            (value, words)
            for value, words in Publication.choices
            if value in (Publication.DRAFT, Publication.REVIEW)
            or (record and value == record.publication)
        ]

    def save_model(self, request, obj, form, change):
        if getattr(obj, "publication", Publication.PUBLISHED) != Publication.PUBLISHED:
            obj.publish_at = None  # an editor does not see it, and could not empty it
        super().save_model(request, obj, form, change)


class PartPermissions(RolePermissions):
    """For the inline of a record's parts."""

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self.may_touch(request, obj)

    def fields_kept_from_translators(self):
        whole = wholes(self.model)[0].name
        return [name for name in super().fields_kept_from_translators() if name != whole]
