"""Views of published records: drafts do not exist for the public, old addresses lead on."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.views.generic import DetailView

from .models import FormerSlug, if_published


class PublishedDetailView(DetailView):
    """One published record; 404 for drafts and unknown slugs, 301 for former slugs.

    ``address`` names the method of the record that gives the page's address.
    """

    address = "get_absolute_url"

    def get_queryset(self):
        return self.model.objects.published()

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            record = if_published(FormerSlug.objects.record_for(self.model, kwargs["slug"]))
            if record is None or record.slug == kwargs["slug"]:
                raise
            return HttpResponsePermanentRedirect(getattr(record, self.address)())
