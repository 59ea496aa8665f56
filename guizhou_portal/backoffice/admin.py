"""The admin class every record's own builds on."""

import re
from contextlib import contextmanager

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from reversion.admin import VersionAdmin
from reversion.models import Version
from reversion.revisions import is_registered

from guizhou_portal.context import OWN_NAMES
from guizhou_portal.pictures.fields import prepare_pictures
from guizhou_portal.publishing.models import FormerSlug

from .attention import AttentionFilter, checks_of_publication
from .completeness import language_states
from .deletion import DeletionMixin
from .forged import SoundMixin, is_key
from .forms import FIELDS, RecordForm
from .history import (
    belongs_to_nothing,
    differences,
    keep_as_found,
    keep_before_deletion,
    only_with_parts,
    stored_with,
    versions_of,
)
from .kept_files import KeepsFilesMixin, KeptFilesMixin
from .links import broken_links_of
from .lists import ListMixin
from .many import KnownChoicesMixin, ManyMixin
from .order import OrderMixin
from .parallel import ParallelForm, ParallelMixin
from .permissions import PartPermissions, RecordPermissions
from .pictures import OtherUsesMixin
from .preview import PreviewMixin
from .publishing import PublishingMixin, StateFilter
from .sheets.admin import SheetMixin


def naming(record):
    """The records of other kinds that have ``record`` among several they name.

    Only what has versions: an enquiry keeps nothing from being deleted, and is not told of.
    """
    for relation in record._meta.related_objects:
        is_named = relation.many_to_many and is_registered(relation.related_model)
        if is_named and relation.related_model is not type(record):
            yield from getattr(record, relation.get_accessor_name()).all()


def kind_and_name(record):
    return f"{capfirst(record._meta.verbose_name)}: {record}"


class KeptAdmin(ListMixin, ParallelMixin, DeletionMixin, SoundMixin, VersionAdmin):
    """Keeps every version of a record and of its parts; deleted ones can be brought back."""

    form = ParallelForm
    history_latest_first = True
    change_list_template = "admin/record_list.html"
    object_history_template = "admin/record_history.html"
    recover_list_template = "admin/record_deleted.html"
    revision_form_template = recover_form_template = "admin/record_version.html"

    @contextmanager
    def create_revision(self, request):
        """Only where something may be changed: to look must not take SQLite's lock for writing."""
        if request.method in ("GET", "HEAD"):
            yield
        else:
            with super().create_revision(request):
                yield

    # Before the transaction of the revision begins: scaling pictures takes its time.
    def add_view(self, request, *args, **kwargs):
        prepare_pictures(request.FILES.values())
        return super().add_view(request, *args, **kwargs)

    def change_view(self, request, object_id, *args, **kwargs):
        if request.method == "POST":
            prepare_pictures(request.FILES.values())
            self.keep_as_found(request, [unquote(object_id)])
        return super().change_view(request, object_id, *args, **kwargs)

    def changelist_view(self, request, extra_context=None):
        if request.method == "POST" and self.has_change_permission(request):
            rows = [
                value for name, value in request.POST.items() if re.match(r"form-\d+-id$", name)
            ]
            actions = request.POST.getlist(ACTION_CHECKBOX_NAME)
            self.keep_as_found(request, rows if "_save" in request.POST else actions)
        return super().changelist_view(request, extra_context)

    def recoverlist_view(self, request, extra_context=None):
        deleted = Version.objects.get_deleted(self.model).select_related("revision__user")
        context = {"deleted": deleted.order_by("-pk"), "trail": translate("Deleted records")}
        return super().recoverlist_view(request, {**context, **(extra_context or {})})

    def keep_as_found(self, request, keys):
        keep_as_found(self.get_queryset(request).filter(pk__in=filter(is_key, keys)))

    def has_edit_permission(self, request, obj=None):
        """Whether everything in the record may be changed, its older versions restored included."""
        return self.has_change_permission(request, obj)

    def _reversion_revisionform_view(self, request, version, *args, **kwargs):
        """Restore the record with its parts: nothing else that was stored in the same moment."""
        if version._model is not self.model:
            raise Http404
        present = self.model._base_manager.filter(pk=version.object_id).first()
        if belongs_to_nothing(version):
            words = translate(
                "It belonged to a record that was deleted. Bring that one back first."
            )
            self.message_user(request, words, messages.WARNING)
            return redirect(self.own_address("changelist"))
        if not self.may_restore(request, present, version):
            raise PermissionDenied
        if not self.may_take_back(request, version):
            raise PermissionDenied
        only_with_parts(version)
        return super()._reversion_revisionform_view(request, version, *args, **kwargs)

    def revision_view(self, request, object_id, version_id, extra_context=None):
        """Restoring an older version may bring back an older address: the present one leads on."""
        record = self.get_object(request, unquote(object_id))
        slug = getattr(record, "slug", None)
        response = super().revision_view(request, object_id, version_id, extra_context)
        if slug and request.method == "POST" and response.status_code == 302:
            record.refresh_from_db()
            if record.slug != slug:
                FormerSlug.objects.remember(record, slug)
        return response

    def get_deleted_objects(self, objs, request):
        """What others name stays: brought back, it would not be named again."""
        *rest, protected = super().get_deleted_objects(objs, request)
        named_by = {one for record in objs for one in naming(record)}
        return *rest, [*protected, *sorted(map(kind_and_name, named_by))]

    def delete_model(self, request, obj):
        keep_before_deletion([obj], request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        keep_before_deletion(queryset, request.user)
        super().delete_queryset(request, queryset)

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        versions = list(versions_of(record).prefetch_related("revision__version_set"))
        earlier = [*versions[1:], None] if versions else []
        by_key = {str(version.pk): version for version in versions}
        chosen = [by_key.get(request.GET.get(name)) for name in ("from", "to")]
        chosen = chosen if all(chosen) else []
        return super().history_view(
            request,
            object_id,
            {
                "entries": [
                    {
                        "version": version,
                        "parts": differences(before, version) if before else [],
                        "restore": self.restore_address(request, record, version),
                    }
                    for version, before in zip(versions, earlier, strict=True)
                ],
                "title": translate("History: %(name)s") % {"name": record},
                "trail": translate("History"),
                "chosen": chosen,
                "compared": differences(*chosen) if chosen else [],
                **(extra_context or {}),
            },
        )

    def may_restore(self, request, record, version):
        """Whether the record may be changed as it is, and as it was."""
        states = (record, version._object_version.object)
        return all(self.has_edit_permission(request, state) for state in states)

    def may_take_back(self, request, version):
        """Whether its parts may be changed where they are now: some may have moved elsewhere."""
        parts = (
            one._model._base_manager.filter(pk=one.object_id).first()
            for one in stored_with(version)
        )
        return all(self.has_edit_permission(request, part) for part in parts if part)

    def restore_address(self, request, record, version):
        """Where ``version`` is looked at and restored; nothing for whom may not do it."""
        if not self.may_restore(request, record, version):
            return ""
        return self.own_address("revision", record.pk, version.pk)

    def own_address(self, page, *args):
        """Where one of this admin class's pages is; ``page``: such as "change" or "changelist"."""
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{self.admin_site.name}:{info}_{page}", args=args)


class RecordAdmin(
    RecordPermissions,
    OtherUsesMixin,
    KeptFilesMixin,
    OrderMixin,
    SheetMixin,
    ManyMixin,
    KeptAdmin,
    TranslationAdmin,
):
    """A translated record: one language switch for the form, completeness in the list."""

    is_record = True
    #: Where the menu shows these records, see :data:`guizhou_portal.backoffice.site.SECTIONS`.
    section = "site"
    position = 0
    #: What an editor should look at, beyond what is asked of every record.
    checks_for_editors = ()

    form = RecordForm
    list_filter = [AttentionFilter]
    list_per_page = 50
    view_on_site = False  # one link per language instead, see public_links
    formfield_overrides = FIELDS

    class Media:
        js = [
            "js/admin-languages.js",
            "js/admin-translating.js",
            "js/admin-names.js",
            "js/admin-unsaved.js",
        ]

    def get_changeform_initial_data(self, request):
        """What the address fills in beforehand, less what no field could hold."""
        initial = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if self.can_hold(name, value)}

    def can_hold(self, name, value):
        try:
            field = self.model._meta.get_field(name)
            values = value if isinstance(value, list) else [value]
            if not field.is_relation:
                return all(field.to_python(each) is not None for each in values)
            keys = [field.target_field.to_python(each) for each in values]
            return all(key is not None and len(str(key)) < 19 for key in keys)
        except (FieldDoesNotExist, ValidationError, AttributeError):
            return False

    @admin.display(description=_("languages"))
    def languages(self, record):
        return format_html_join(
            " ",
            '<span class="language-state language-state--{}" title="{}: {}">{}</span>',
            (
                (
                    one.state.name.lower(),
                    OWN_NAMES[one.language],
                    one.state.value,
                    one.language.split("-")[0],
                )
                for one in language_states(record)
            ),
        )

    def public_links(self, record):
        """``[(language in itself, address)]`` of the record's public page; ``[]`` without one."""
        if not hasattr(record, "get_absolute_url") or not getattr(record, "is_published", True):
            return []
        links = []
        for code, name in OWN_NAMES.items():
            with override(code):
                try:
                    links.append((name, record.get_absolute_url()))
                except NoReverseMatch:
                    return []
        return links

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **kwargs):
        """The heading of a folded group says how many parts are in it."""
        groups = super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)
        for group in groups:
            number = group.formset.initial_form_count()
            if number:  # the options are made for this request
                group.opts.verbose_name_plural = f"{group.opts.verbose_name_plural} ({number})"
        return groups

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["state"] = self.state(obj) if obj and hasattr(self, "state") else ""
        context["public_links"] = self.public_links(obj) if obj else []
        context["broken_links"] = broken_links_of(obj) if obj else []
        # The language the editor works in comes first; the switch remembers another choice.
        context["form_languages"] = OWN_NAMES
        context["form_language"] = get_language()
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class ChoicesInUseFilter(admin.ChoicesFieldListFilter):
    """The choices some record has: of two hundred countries, the few that occur."""

    def choices(self, changelist):
        used = set(
            changelist.model._base_manager.order_by()
            .values_list(self.field_path, flat=True)
            .distinct()
        )
        everything, *choices = super().choices(changelist)
        codes = [code for code, _name in self.field.flatchoices]
        yield everything
        for code, choice in zip(codes, choices, strict=False):
            if code in used:
                yield choice


class PublicRecordAdmin(PublishingMixin, PreviewMixin, RecordAdmin):
    """A record that is a draft or published."""

    list_filter = [StateFilter, AttentionFilter]
    checks_for_editors = checks_of_publication()
    actions = ["ask_for_review", "publish", "withdraw", "make_draft", *RecordAdmin.actions]
    date_hierarchy = None
    readonly_fields = ["created", "updated"]


PUBLICATION = (
    _("Publication"),
    {"fields": [("publication", "publish_at"), "slug", ("created", "updated")]},
)


class PartInline(PartPermissions, KeepsFilesMixin, KnownChoicesMixin, TranslationStackedInline):
    """Parts of a record, in order, edited within its form."""

    form = RecordForm
    formfield_overrides = FIELDS
    extra = 0
