"""Views of published records: drafts do not exist for the public, old addresses lead on."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponsePermanentRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import DetailView

from guizhou_portal.operations.remembered import remembered

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


class RememberedMixin:
    """For a view with a template whose context hangs on the records alone, and on what
    :meth:`asked` gives.
    """

    def get(self, request, *args, **kwargs):
        asked = self.asked()
        if asked is None:
            context = self.read()
        else:
            context = remembered((type(self), *kwargs.values(), *asked), self.read)
        # What hardly anybody else asks pushes nothing out that many do.
        is_remembered = asked is not None and not context.get("is_personal")
        return self.render_to_response({**context, "view": self, "is_remembered": is_remembered})

    def asked(self):
        """What of the request the context hangs on besides its path; None: is not remembered."""
        return ()

    def read(self):
        """The context, in which nothing is left to be read."""
        context = self.get_context_data()
        del context["view"]
        for value in context.values():
            if isinstance(value, QuerySet):
                len(value)  # reads it
        return context


class RememberedListMixin(RememberedMixin):
    """The same for a ``ListView``."""

    def read(self):
        self.object_list = self.get_queryset()
        return super().read()

    def render_to_response(self, context, **kwargs):
        self.object_list = context["object_list"]  # whose model names the template
        return super().render_to_response(context, **kwargs)


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
            self.object = self.get_object() if self.preview else self.remembered_object()
        except Http404:
            record = if_published(FormerSlug.objects.record_for(self.model, kwargs["slug"]))
            if record is None or record.slug == kwargs["slug"]:
                raise
            return HttpResponsePermanentRedirect(getattr(record, self.address)())
        return self.render_to_response(self.get_context_data(object=self.object))

    def remembered_object(self):
        return remembered((type(self), *self.kwargs.values(), *self.asked()), self.get_object)

    def asked(self):
        """What of the request the record's parts hang on."""
        return ()
