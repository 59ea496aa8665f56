"""The public page of a record that is not public: for editors, and for whoever has a link."""

from django.http import Http404
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import override

from guizhou_portal.translated import LANGUAGES

from .models import PreviewLink
from .views import PublishedDetailView, read_only


def page_of(record):
    """``(view class, its arguments, address)`` of the record's page; None if it has none."""
    try:
        address = record.get_absolute_url()
        match = resolve(address)
    except (AttributeError, NoReverseMatch, Resolver404):
        return None
    view = getattr(match.func, "view_class", None)
    if view is None or not issubclass(view, PublishedDetailView):
        return None
    return view, match, address


def preview(request, record, language, address):
    """The record's page in ``language`` as the public will see it, marked as a preview.

    ``address`` gives the preview's own address for a language, for the language switch.
    """
    if language not in LANGUAGES:
        raise Http404
    with override(language):
        page = page_of(record)
        if page is None:
            raise Http404
        view, match, path = page
        # Templates ask the request where they are: at the page's own address.
        request.path = request.path_info = path
        request.resolver_match = match
        request.previewed, request.preview_address = record, address
        response = view.as_view(preview=True)(request, **match.kwargs)
        if hasattr(response, "render"):
            response.render()
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response


@read_only
def shared_preview(request, token, language):
    """What somebody sees who was given a link; 404 when it is revoked, old or made up."""
    link = PreviewLink.behind(token)
    if link is None or link.record is None:
        raise Http404
    return preview(
        request, link.record, language, lambda code: reverse("preview", args=[token, code])
    )
