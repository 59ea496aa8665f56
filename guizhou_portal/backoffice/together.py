"""A conference with everything in it, published in one step."""

from dataclasses import dataclass

import reversion
from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guizhou_portal.publishing.models import Publication

from .attention import shortcomings
from .forged import is_key
from .forms import PlausibleDateTimeField, name_both_parts
from .history import keep_as_found


@dataclass(frozen=True)
class Row:
    """A record that may be published together with others; ``missing``: the checks it fails."""

    admin: object
    record: models.Model
    missing: list

    @property
    def key(self):
        return f"{self.record._meta.model_name}-{self.record.pk}"

    @property
    def kind(self):
        return self.record._meta.verbose_name

    @property
    def address(self):
        return self.admin.own_address("change", self.record.pk)

    @property
    def stopped(self):
        return any(check.stops for check in self.missing)

    @property
    def chosen(self):
        """Whether it is offered ticked: what somebody has withdrawn is not brought back unasked."""
        return not self.stopped and self.record.publication != Publication.WITHDRAWN


class TogetherForm(forms.Form):
    publish_at = PlausibleDateTimeField(
        label=_("publish at"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_("Time in Germany. Leave empty to publish at once."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_both_parts(self.fields["publish_at"])


class TogetherMixin:
    """For an admin class whose records bring others along.

    ``published_with(record)`` gives querysets of the public records that are offered for
    publication in the same step.
    """

    def get_urls(self):
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(self.publish_together_view)
        return [path("<path:key>/publish/", view, name=f"{info}_publish"), *super().get_urls()]

    def publish_together_view(self, request, key):
        """Offer what the public does not see yet, and publish what was chosen of it."""
        key = unquote(key)
        record = get_object_or_404(self.model, pk=key if is_key(key) else None)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        rows = self.together(request, record)
        form = TogetherForm(request.POST or None)
        ticked = [row.key for row in rows if row.chosen]
        if request.method == "POST":
            ticked = request.POST.getlist("records")
            chosen = [row for row in rows if row.key in ticked]
            if not chosen:
                self.message_user(request, _("Choose at least one record."), messages.ERROR)
            elif form.is_valid():
                self.publish_chosen(request, record, chosen, form.cleaned_data["publish_at"])
                return self.response_post_save_change(request, record)
        context = {
            **self.admin_site.each_context(request),
            "title": translate("Publish with everything in it: %(name)s") % {"name": record},
            "trail": translate("Publish with everything in it"),
            "opts": self.opts,
            "original": record,
            "rows": rows,
            "ticked": ticked,
            "form": form,
        }
        return TemplateResponse(request, "admin/publish_together.html", context)

    def together(self, request, record):
        """A :class:`Row` for the record itself and each it brings along that is not public yet."""
        rows = []
        for records in (self.model.objects.filter(pk=record.pk), *self.published_with(record)):
            model_admin = self.admin_site.get_model_admin(records.model)
            waiting = records.exclude(publication=Publication.PUBLISHED)
            for one, missing in shortcomings(model_admin, waiting).items():
                if model_admin.has_edit_permission(request, one):
                    rows.append(Row(model_admin, one, missing))
        return rows

    def publish_chosen(self, request, record, rows, publish_at):
        """Publish all of ``rows``, as one step of the history, or none."""
        chosen = {}
        for row in rows:
            chosen.setdefault(row.admin, []).append(row.record.pk)
        groups = [(one, one.model.objects.filter(pk__in=keys)) for one, keys in chosen.items()]
        for _admin, records in groups:
            keep_as_found(records)
        with reversion.create_revision():
            reversion.set_user(request.user)
            reversion.set_comment(str(record))
            number = sum(
                len(one.change_publication(request, records, Publication.PUBLISHED, publish_at))
                for one, records in groups
            )
        self.tell_published(request, number, publish_at)

    def tell_published(self, request, number, publish_at):
        if publish_at and publish_at > timezone.now():
            words = ngettext(
                "%(n)d record will be published on %(when)s.",
                "%(n)d records will be published on %(when)s.",
                number,
            )
        else:
            words = ngettext(
                "%(n)d record is published now.", "%(n)d records are published now.", number
            )
        if number:
            when = publish_at and date_format(timezone.localtime(publish_at), "DATETIME_FORMAT")
            self.message_user(request, words % {"n": number, "when": when}, messages.SUCCESS)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and obj.pk and self.has_publish_permission(request):
            context["publish_address"] = self.own_address("publish", obj.pk)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
