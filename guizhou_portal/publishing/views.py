"""Views of published records: drafts do not exist for the public, old addresses lead on."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import DetailView

from .models import FormerSlug, if_published


def read_only(view):
    """A page that is only looked at: any other method is refused as such.

    Without the exemption, Django would complain of a missing form token before it sees that
    there is no form.
    """
    return csrf_exempt(require_safe(view))


class ReadOnlyMixin:
    @classmethod
    def as_view(cls, **initkwargs):
        return read_only(super().as_view(**initkwargs))


class PublishedDetailView(ReadOnlyMixin, DetailView):
    """One published record; 404 for drafts and unknown slugs, 301 for former slugs.

    ``address`` names the method of the record that gives the page's address.
    """

    address = "get_absolute_url"
    preview = False

    def get_queryset(self):
        records = self.model.objects
        return records.all() if self.preview else records.published()

    def get(self, request, *args, **kwargs):
        try:
            self.object = self.get_object()
        except Http404:
            record = if_published(FormerSlug.objects.record_for(self.model, kwargs["slug"]))
            if record is None or record.slug == kwargs["slug"]:
                raise
            return HttpResponsePermanentRedirect(getattr(record, self.address)())
        return self.render_to_response(self.get_context_data(object=self.object))
