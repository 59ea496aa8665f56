"""The way of records to the public and back, from their list and from their form."""

import reversion
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from guizhou_portal.operations import following
from guizhou_portal.publishing.models import SCHEDULED, Publication

from .attention import shortcomings


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


class PublishingMixin:
    """Adds to an admin class the states of publication and the steps between them."""

    @admin.display(description=_("publication"), ordering="publication")
    def state(self, record):
        name, words = record.shown_state
        return format_html('<span class="state state--{}">{}</span>', name, words)

    # --- several records of a list ---------------------------------------------------------------

    @admin.action(description=_("Publish selected records"), permissions=["publish"])
    def publish(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is published now.", "%(n)d records are published now.", "n"
        )
        self.set_publication(request, queryset, Publication.PUBLISHED, words)

    @admin.action(description=_("Ask for review of selected records"), permissions=["edit"])
    def ask_for_review(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is in review now.", "%(n)d records are in review now.", "n"
        )
        self.set_publication(request, queryset, Publication.REVIEW, words)

    @admin.action(description=_("Withdraw selected records"), permissions=["publish"])
    def withdraw(self, request, queryset):
        words = ngettext_lazy(
            "%(n)d record is withdrawn now.", "%(n)d records are withdrawn now.", "n"
        )
        self.set_publication(request, queryset, Publication.WITHDRAWN, words)

    @admin.action(description=_("Turn selected records into drafts"), permissions=["edit"])
    def make_draft(self, request, queryset):
        words = ngettext_lazy("%(n)d record is a draft now.", "%(n)d records are drafts now.", "n")
        self.set_publication(request, queryset, Publication.DRAFT, words)

    def set_publication(self, request, queryset, publication, words):
        """Set it where this is allowed and nothing stops it, and say what was done, what not.

        ``words``: a lazy plural with ``%(n)d``, the number of records.
        """
        done = self.change_publication(request, queryset, publication)
        if done:
            self.message_user(request, words % {"n": len(done)}, messages.SUCCESS)

    def change_publication(self, request, queryset, publication, publish_at=None):
        """The records whose publication was set; of the others it is said why not.

        Each change is noted in the record's history.
        """
        missing = shortcomings(self, queryset) if publication == Publication.PUBLISHED else {}
        done = []
        for record in list(queryset):
            stops = [check for check in missing.get(record, ()) if check.stops]
            if not self.has_edit_permission(request, record):
                self.refuse(request, record, _("only publishers may change what the public sees"))
            elif stops:
                self.refuse(request, record, _in_words(stops))
            else:
                done.append(record)
        self.model.objects.filter(pk__in=[one.pk for one in done]).update(
            publication=publication, publish_at=publish_at, updated=timezone.now()
        )
        done = list(self.model.objects.filter(pk__in=[one.pk for one in done]))
        for record in done:  # an update at once sends no signal
            reversion.add_to_revision(record)
        if not all(one.is_published for one in done):
            following.removed()
        self.warn_of_shortcomings(request, {one: missing.get(one, ()) for one in done})
        field = str(self.model._meta.get_field("publication").verbose_name)
        LogEntry.objects.log_actions(
            request.user.pk, done, CHANGE, [{"changed": {"fields": [field]}}]
        )
        return done

    def refuse(self, request, record, reason):
        words = _("Nothing was changed: %(name)s (%(what)s).") % {"name": record, "what": reason}
        self.message_user(request, words, messages.ERROR)

    def warn_of_shortcomings(self, request, missing):
        """Say what records still lack that are public now, or will be."""
        for record, checks in missing.items():
            if checks:
                self.message_user(
                    request,
                    _("Published, but not complete: %(name)s (%(what)s).")
                    % {"name": record, "what": _in_words(checks)},
                    messages.WARNING,
                )

    # --- one record in its form ------------------------------------------------------------------

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        saved = self.model.objects.filter(pk=form.instance.pk, publication=Publication.PUBLISHED)
        self.warn_of_shortcomings(request, shortcomings(self, saved))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and obj.pk:
            missing = shortcomings(self, self.model.objects.filter(pk=obj.pk))
            context["shortcomings"] = [one.words for checks in missing.values() for one in checks]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _in_words(checks):
    return ", ".join(str(check.words) for check in checks)
