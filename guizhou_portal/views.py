"""The home page, errors, and what machines ask of the site as a whole."""

import logging
import sys

from django.contrib import admin
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpResponseServerError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from events.models import Contract, Event
from projects.models import LocationFactor, Project

from .operations.full_disk import is_full, no_room
from .operations.media import stored_file
from .operations.unavailable import is_gone, unavailable
from .operations.uploads import headers_of_upload
from .pages.models import Page
from .publishing.views import ReadOnlyMixin, read_only

logger = logging.getLogger(__name__)

MOST_PROJECTS = 6


class Home(ReadOnlyMixin, TemplateView):
    template_name = "home.html"

    def get_context_data(self, **kwargs):
        keys = Page.Key
        texts = Page.texts(keys.HOME, keys.PROJECTS, keys.CONTRACTS, keys.LOCATION)
        published = Project.objects.published()
        projects = list(published.for_cards()[: MOST_PROJECTS + 1])
        groups = LocationFactor.objects.published().for_page().by_kind()
        factors = dict(groups)
        kinds = LocationFactor.Kind
        return super().get_context_data(
            text=texts[keys.HOME],
            # The sections open with the words of the pages they lead to.
            projects_text=texts[keys.PROJECTS],
            contracts_text=texts[keys.CONTRACTS],
            location_text=texts[keys.LOCATION],
            event=Event.objects.published().latest_first().with_programme().first(),
            projects=projects[:MOST_PROJECTS],
            more_projects=len(projects) > MOST_PROJECTS,
            open_projects=published.filter(open_to_foreign_investors=True).count(),
            contracts=Contract.objects.published().latest_first().for_cards()[:2],
            data_centre_operators={
                f.organisation_id for f in factors.get(kinds.DATA_CENTRE, []) if f.organisation_id
            },
            state_it_centres=factors.get(kinds.STATE_IT_CENTRE, []),
            cloud_platforms=factors.get(kinds.CLOUD_PLATFORM, []),
            groups=groups,
            **kwargs,
        )


@read_only
def root(request):
    """To the home page in the language the visitor's browser asks for."""
    return redirect("home")


@read_only
def favicon(request):
    """Browsers ask for it at the root whatever the page says."""
    from django.contrib.staticfiles.storage import staticfiles_storage

    return redirect(staticfiles_storage.url("img/favicon.ico"))


@read_only
def media(request, path):
    """An uploaded file: pictures are shown, everything else is downloaded, nothing is run."""
    try:
        response = stored_file(request, path)
    except (SuspiciousFileOperation, OSError, ValueError) as error:  # such as a name too long
        raise Http404 from error
    if response.status_code == 503:
        return response
    # Names hold a hash of the content or are never reused, so a copy never goes stale.
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    if response.status_code == 200:
        response.headers.pop("Content-Encoding", None)  # an archive is kept as it came
        for name, value in headers_of_upload(path).items():
            response[name] = value
    return response


def server_error(request):
    """The page for errors of our own: from templates alone, without the database."""
    if is_gone(sys.exception()):
        return unavailable(request)
    if is_full(sys.exception()):
        return no_room(request)
    try:
        return HttpResponseServerError(render(request, "500.html").content)
    except Exception:
        logger.exception("the error page itself failed")
        return HttpResponseServerError(
            "<!doctype html><title>500</title><h1>500</h1><p lang=de>Es ist ein Fehler aufgetreten."
            "<p lang=en>Something went wrong.<p lang=zh-Hans>网站出现错误。",
        )


def permission_denied(request, exception):
    """In the back office, its own page: what an editor wrote is still in the browser."""
    if request.path.startswith(reverse("admin:index")) and request.user.is_staff:
        context = {**admin.site.each_context(request), "title": _("Access denied")}
        return render(request, "admin/403.html", context, status=403)
    return render(request, "403.html", status=403)


def csrf_failure(request, reason=""):
    """A form whose token expired: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)
