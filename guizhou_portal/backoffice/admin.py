"""The admin class every record's own builds on."""

import re
from contextlib import contextmanager

import reversion
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext_lazy, override
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from modeltranslation.utils import build_localized_fieldname
from reversion.admin import VersionAdmin

from guizhou_portal.context import OWN_NAMES
from guizhou_portal.pictures.fields import prepare_pictures
from guizhou_portal.publishing.models import SCHEDULED, FormerSlug, Publication

from .attention import AttentionFilter, checks_of_publication, shortcomings
from .completeness import language_states
from .forms import FIELDS, ListForm, RecordForm
from .history import differences, keep_as_found, versions_of
from .parallel import state_of
from .pictures import OtherUsesMixin
from .preview import PreviewMixin


def in_all_languages(*fields):
    """The names of ``fields`` in every language: a search looks at the columns of all."""
    return [
        build_localized_fieldname(field, code) for field in fields for code, _ in settings.LANGUAGES
    ]


class KeptAdmin(VersionAdmin):
    """Keeps every version of a record and of its parts; deleted ones can be brought back."""

    history_latest_first = True
    change_list_template = "admin/record_list.html"
    object_history_template = "admin/record_history.html"
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
        title = capfirst(self.opts.verbose_name_plural)
        if request.method == "POST" and self.has_change_permission(request):
            rows = [
                value for name, value in request.POST.items() if re.match(r"form-\d+-id$", name)
            ]
            actions = request.POST.getlist(ACTION_CHECKBOX_NAME)
            self.keep_as_found(request, rows if "_save" in request.POST else actions)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def keep_as_found(self, request, keys):
        keys = [key for key in keys if key.isdecimal() and len(key) < 19]
        keep_as_found(self.get_queryset(request).filter(pk__in=keys))

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

    def get_object(self, request, object_id, from_field=None):
        """The record; while it is being saved, nobody else can save it."""
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            list(self.model._base_manager.select_for_update().filter(pk=object_id).values("pk"))
        return super().get_object(request, object_id, from_field)

    def delete_model(self, request, obj):
        self.keep_before_deletion(request, [obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        self.keep_before_deletion(request, queryset)
        super().delete_queryset(request, queryset)

    def keep_before_deletion(self, request, records):
        """Store what is about to go: a record that was never edited has no version yet."""
        with reversion.create_revision():
            reversion.set_user(request.user)
            reversion.set_comment(_("deleted"))
            for record in records:
                reversion.add_to_revision(record)

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        versions = list(versions_of(record).prefetch_related("revision__version_set"))
        earlier = [*versions[1:], None]
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
                        "restore": reverse(
                            f"admin:{self.opts.app_label}_{self.opts.model_name}_revision",
                            args=[quote(record.pk), version.pk],
                        ),
                    }
                    for version, before in zip(versions, earlier, strict=True)
                ],
                "chosen": chosen,
                "compared": differences(*chosen) if chosen else [],
                "may_restore": self.has_change_permission(request, record),
                **(extra_context or {}),
            },
        )


class RecordAdmin(OtherUsesMixin, KeptAdmin, TranslationAdmin):
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
        css = {"all": ["css/admin.css"]}
        js = [
            "js/admin-languages.js",
            "js/admin-translating.js",
            "js/admin-names.js",
            "js/admin-unsaved.js",
        ]

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, **{"form": ListForm, **kwargs})

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

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["seen"] = state_of(obj) if obj else ""
        context["public_links"] = self.public_links(obj) if obj else []
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


class StateFilter(admin.SimpleListFilter):
    """Drafts, records waiting for their time, and records the public sees."""

    title = _("publication")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        states = [choice for choice in Publication.choices if choice[0] != "published"]
        return [*states, ("scheduled", SCHEDULED), ("published", Publication.PUBLISHED.label)]

    def queryset(self, request, queryset):
        if self.value() in {"draft", "review", "withdrawn"}:
            return queryset.filter(publication=self.value())
        if self.value() == "scheduled":
            return queryset.scheduled()
        if self.value() == "published":
            return queryset.published()
        return queryset


class PublicRecordAdmin(PreviewMixin, RecordAdmin):
    """A record that is a draft or published."""

    list_filter = [StateFilter, AttentionFilter]
    checks_for_editors = checks_of_publication()
    actions = ["ask_for_review", "publish", "withdraw", "make_draft"]
    date_hierarchy = None
    readonly_fields = ["created", "updated"]

    @admin.display(description=_("publication"), ordering="publication")
    def state(self, record):
        name, words = record.shown_state
        return format_html('<span class="state state--{}">{}</span>', name, words)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.warn_of_shortcomings(request, [form.instance.pk])

    def warn_of_shortcomings(self, request, keys):
        """Say what records still lack that are public, or will be; they are published anyway."""
        records = self.model.objects.filter(pk__in=keys, publication=Publication.PUBLISHED)
        for record, words in shortcomings(self, records).items():
            self.message_user(
                request,
                _("Published, but not complete: %(name)s (%(what)s).")
                % {"name": record, "what": ", ".join(map(str, words))},
                messages.WARNING,
            )

    def set_publication(self, request, queryset, publication, words):
        """Set it for all of ``queryset``, note it in each record's history, and say it.

        ``words``: a lazy plural with ``%(n)d``, the number of records.
        """
        keys = list(queryset.values_list("pk", flat=True))
        queryset.update(publication=publication, publish_at=None, updated=timezone.now())
        records = list(self.model._default_manager.filter(pk__in=keys))
        for record in records:
            reversion.add_to_revision(record)  # an update at once sends no signal
        self.warn_of_shortcomings(request, keys)
        field = str(self.model._meta.get_field("publication").verbose_name)
        LogEntry.objects.log_actions(
            request.user.pk, records, CHANGE, [{"changed": {"fields": [field]}}]
        )
        self.message_user(request, words % {"n": len(records)})

    @admin.action(description=_("Publish selected records"), permissions=["change"])
    def publish(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is published now.", "%(n)d records are published now.", "n"
        )
        self.set_publication(request, queryset, Publication.PUBLISHED, words)

    @admin.action(description=_("Ask for review of selected records"), permissions=["change"])
    def ask_for_review(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is in review now.", "%(n)d records are in review now.", "n"
        )
        self.set_publication(request, queryset, Publication.REVIEW, words)

    @admin.action(description=_("Withdraw selected records"), permissions=["change"])
    def withdraw(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is withdrawn now.", "%(n)d records are withdrawn now.", "n"
        )
        self.set_publication(request, queryset, Publication.WITHDRAWN, words)

    @admin.action(description=_("Turn selected records into drafts"), permissions=["change"])
    def make_draft(self, request, queryset):
        words = ngettext_lazy("%(n)d record is a draft now.", "%(n)d records are drafts now.", "n")
        self.set_publication(request, queryset, Publication.DRAFT, words)


PUBLICATION = (
    _("Publication"),
    {"fields": [("publication", "publish_at"), "slug", ("created", "updated")]},
)


class PartInline(TranslationStackedInline):
    """Parts of a record, in order, edited within its form."""

    form = RecordForm
    formfield_overrides = FIELDS
    extra = 0
