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

from .counted import Number, counted
from .operations.full_disk import is_full, no_room
from .operations.media import stored_file
from .operations.unavailable import is_gone, unavailable
from .operations.uploads import headers_of_upload
from .pages.models import Page
from .publishing.views import ReadOnlyMixin, RememberedMixin, read_only

logger = logging.getLogger(__name__)

MOST_PROJECTS = 6
#: Of each kind of location factor; the page about the location has the others.
MOST_FACTORS = 12


class Home(ReadOnlyMixin, RememberedMixin, TemplateView):
    template_name = "home.html"

    def get_context_data(self, **kwargs):
        keys = Page.Key
        texts = Page.texts(keys.HOME, keys.PROJECTS, keys.CONTRACTS, keys.LOCATION)
        published = Project.objects.published()
        projects = list(published.for_cards()[: MOST_PROJECTS + 1])
        factors = LocationFactor.objects.published()
        factors = factors.only("title", "slug", "kind", "organisation", "order")
        groups = factors.first_of_each_kind(MOST_FACTORS + 1).by_kind()
        return super().get_context_data(
            text=texts[keys.HOME],
            # The sections open with the words of the pages they lead to.
            projects_text=texts[keys.PROJECTS],
            contracts_text=texts[keys.CONTRACTS],
            location_text=texts[keys.LOCATION],
            event=Event.objects.published().latest_first().with_programme().first(),
            projects=projects[:MOST_PROJECTS],
            more_projects=len(projects) > MOST_PROJECTS,
            open_projects=counted(published.open_to_investors()),
            contracts=Contract.objects.published().latest_first().for_cards()[:2],
            figures=figures_of(dict(groups)),
            groups=[(kind, group[:MOST_FACTORS]) for kind, group in groups],
            **kwargs,
        )


def figures_of(groups):
    """What the home page says of the location in numbers: ``{name: Number}``.

    ``groups``: ``{kind: [factor, …]}``; more than it shows are not counted.
    """
    kinds = LocationFactor.Kind

    def number(kind, of=len):
        group = groups.get(kind, [])
        return Number(of(group[:MOST_FACTORS]), len(group) > MOST_FACTORS)

    return {
        "companies": number(kinds.DATA_CENTRE, companies),
        "state_it_centres": number(kinds.STATE_IT_CENTRE),
        "cloud_platforms": number(kinds.CLOUD_PLATFORM),
    }


def companies(factors):
    return len({one.organisation_id for one in factors} - {None})


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
