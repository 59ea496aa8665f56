"""Several photos of an event at once: choose them, describe them, save them together.

A picture is checked, scaled and stored as soon as it is uploaded, one after the other; the form
holds a signed note of it until all of them are described and saved, see
:mod:`guizhou_portal.pictures.uploads`.
"""

from pathlib import PurePath

import reversion
from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guizhou_portal.backoffice.admin import PartInline
from guizhou_portal.backoffice.forged import is_key
from guizhou_portal.backoffice.forms import RecordForm
from guizhou_portal.backoffice.labels import PlainForm
from guizhou_portal.context import OWN_NAMES
from guizhou_portal.pictures.fields import ACCEPT
from guizhou_portal.pictures.uploads import Upload, store
from guizhou_portal.pictures.widgets import PictureInput, thumbnail_of

from .models import Event, Photo

FOR_ALL = ("credit", "licence")
PAGE_MEDIA = forms.Media(js=["js/admin-photos.js"])


def purpose(event):
    """What an upload of this page can be used for: the photos of one event."""
    return f"photos of event {event.pk}"


def take_picture(event, file):
    """Check, scale and store an uploaded file; raises ``ValidationError`` if it is no picture."""
    if not file.name.lower().endswith(PictureInput.endings):
        kinds = PictureInput.limits
        raise ValidationError(
            _("Only these kinds of file can be offered: %(kinds)s.") % {"kinds": kinds}
        )
    try:
        return store(Photo(event=event), "image", file, file.name)
    except ValidationError as error:
        raise ValidationError(error.messages) from error


class UploadedPhotoForm(RecordForm):
    """Describes a photo whose picture is stored already."""

    upload = forms.CharField(widget=forms.HiddenInput)
    event = user = None
    names_taken = frozenset()

    @property
    def stored(self):
        if not hasattr(self, "_stored"):
            token = self["upload"].value() or ""
            self._stored = Upload.read(token, purpose(self.event), self.user)
        return self._stored

    @property
    def picture(self):
        """What the page shows of it; None if it is gone."""
        if self.stored is None:
            return None
        photo = Photo(image=self.stored.name)
        return {"thumbnail": thumbnail_of(photo.image), "called": self.stored.called}

    def clean(self):
        cleaned = super().clean()
        if self.stored is None:
            raise ValidationError(
                _("This upload is no longer there. Leave it out and choose the picture again.")
            )
        if self.stored.name in self.names_taken:
            raise ValidationError(_("This photo has been saved already."))
        self.instance.image = self.stored.name
        return cleaned


class UploadedPhotosFormSet(BaseInlineFormSet):
    user = None

    @cached_property
    def names_taken(self):
        return set(self.instance.photos.values_list("image", flat=True))

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.event, form.user, form.names_taken = self.instance, self.user, self.names_taken
        form.fields["DELETE"].label = _("Leave this photo out")


class UploadedPhotoInline(PartInline):
    model = Photo
    form = UploadedPhotoForm
    formset = UploadedPhotosFormSet
    fields = ["upload", "image_alt", "caption", ("credit", "licence")]


class ForAllForm(PlainForm):
    """What is entered once for all pictures uploaded after it."""

    class Meta:
        model = Photo
        fields = FOR_ALL


class SeveralPhotosMixin:
    """Adds the page to the admin class of events."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<path:key>/photos/", view(self.photos_view), name="events_event_photos"),
            path(
                "<path:key>/photos/upload/",
                view(require_POST(self.photo_upload_view)),
                name="events_event_photo_upload",
            ),
            *super().get_urls(),
        ]

    def event_for_photos(self, request, key):
        """The event, if this person may add photos to it."""
        key = unquote(key)
        event = get_object_or_404(Event, pk=key if is_key(key) else None)
        if not self.may_add_photos(request, event):
            raise PermissionDenied
        return event

    def may_add_photos(self, request, event):
        return self.has_change_permission(request, event) and any(
            inline.model is Photo and inline.has_add_permission(request, event)
            for inline in self.get_inline_instances(request, event)
        )

    def photo_formset(self, request, event, data=None, initial=()):
        inline = UploadedPhotoInline(Event, self.admin_site)
        kind = inline.get_formset(request, event, extra=len(initial), can_delete=True)
        kind.user = request.user
        return kind(
            data,
            instance=event,
            queryset=Photo.objects.none(),
            initial=list(initial),
            prefix="photos",
        )

    def photo_upload_view(self, request, key):
        """Takes one picture; answers with the row that describes it, or with what is wrong."""
        event = self.event_for_photos(request, key)
        index = request.POST.get("index", "")
        file = request.FILES.get("files")
        if file is None or not index.isdecimal() or len(index) > 4:
            return JsonResponse({"error": _("No file arrived. Please try again.")}, status=400)
        initial, errors = self.take(request, event, [file])
        if errors:
            return JsonResponse({"error": errors[0]})
        form = self.photo_formset(request, event, initial=initial).forms[0]
        form.prefix = f"photos-{index}"
        row = render_to_string("admin/photo_row.html", {"form": form}, request)
        return JsonResponse({"row": row})

    def take(self, request, event, files):
        """``(initial values of the rows, [what is wrong with the other files])``."""
        initial, errors = [], []
        for_all = {name: request.POST.get(name, "")[:200] for name in FOR_ALL}
        for file in files:
            try:
                upload = take_picture(event, file)
            except ValidationError as error:
                errors.append(f"{PurePath(file.name).name}: {' '.join(error.messages)}")
            else:
                token = upload.signed(purpose(event), request.user)
                initial.append({**for_all, "upload": token})
        return initial, errors

    def photos_view(self, request, key):
        event = self.event_for_photos(request, key)
        errors, formset = [], self.photo_formset(request, event)
        if request.method == "POST" and "upload" in request.POST:
            new, errors = self.take(request, event, request.FILES.getlist("files"))
            rows = [*self.rows_so_far(request, formset), *new]
            if not rows and not errors:
                errors = [_("No file arrived. Please try again.")]
            formset = self.photo_formset(request, event, initial=rows)
        elif request.method == "POST":
            formset = self.photo_formset(request, event, request.POST)
            if formset.is_valid() and self.save_photos(request, event, formset):
                return HttpResponseRedirect(
                    reverse("admin:events_event_change", args=[quote(event.pk)]) + "#photos-group"
                )
        return TemplateResponse(
            request,
            "admin/several_photos.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Add several photos"),
                "subtitle": str(event),
                "opts": self.opts,
                "original": event,
                "formset": formset,
                "errors": errors,
                "accept": ACCEPT,
                "file": PictureInput().get_context("files", None, {})["file"],
                "for_all": ForAllForm(initial=request.POST.dict()),
                "media": self.media + formset.media + PictureInput().media + PAGE_MEDIA,
                "form_languages": OWN_NAMES,
                "form_language": get_language(),
            },
        )

    def rows_so_far(self, request, formset):
        """What stands in the form's rows, to be shown again below the new ones."""
        try:
            total = min(int(request.POST.get("photos-TOTAL_FORMS", 0)), formset.absolute_max)
        except ValueError:
            return []
        rows = []
        for index in range(total):
            start = f"photos-{index}-"
            row = {
                name.removeprefix(start): value
                for name, value in request.POST.items()
                if name.startswith(start)
            }
            if row.get("upload") and not row.get("DELETE"):
                rows.append(row)
        return rows

    def save_photos(self, request, event, formset):
        """Save the photos in their order, as one version of the event; False if there is none."""
        self.keep_as_found(request, [str(event.pk)])
        with self.create_revision(request):
            photos = formset.save(commit=False)
            last = event.photos.aggregate(last=Max("order"))["last"] or 0
            for order, photo in enumerate(photos, start=last + 1):
                photo.order = min(order, 32767)
                photo.save()
            if photos:
                Event.objects.filter(pk=event.pk).update(updated=timezone.now())
                event.refresh_from_db()
                reversion.add_to_revision(event)
                kind = str(Photo._meta.verbose_name)
                added = [{"added": {"name": kind, "object": str(photo)}} for photo in photos]
                self.log_change(request, event, added)
        if photos:
            words = ngettext("%(n)d photo was added.", "%(n)d photos were added.", len(photos))
            self.message_user(request, words % {"n": len(photos)})
        else:
            self.message_user(request, _("There was no photo to save."), messages.WARNING)
        return bool(photos)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and self.may_add_photos(request, obj):
            context["several_photos"] = reverse("admin:events_event_photos", args=[quote(obj.pk)])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
