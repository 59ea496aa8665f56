"""The form and the page that thanks: no cookie, no account."""

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView

from guizhou_portal.context import with_query
from guizhou_portal.publishing.models import FormerSlug, if_published
from guizhou_portal.publishing.views import ReadOnlyMixin
from projects.models import Project

from . import attachments
from .arrival import receive
from .faults import told
from .form import TRAP, EnquiryForm
from .subject import Subject, named_by

logger = logging.getLogger(__name__)

THANKS = "guizhou_portal.enquiry.thanks"


class EnquiryPage(FormView):
    form_class = EnquiryForm
    template_name = "enquiries/enquiry.html"
    http_method_names = ["get", "head", "post"]

    @classmethod
    def as_view(cls, **initkwargs):
        # The word in the form that says when it was opened is the proof that it is ours; Django's
        # own would need a cookie.
        return csrf_exempt(never_cache(super().as_view(**initkwargs)))

    def dispatch(self, request, *args, **kwargs):
        request.upload_handlers = [attachments.Limited(request)]
        try:
            self.subject = self.get_subject()
            request.kept_query = self.subject.query
            return super().dispatch(request, *args, **kwargs)
        except DatabaseError as error:
            if request.method != "POST":
                raise
            logger.error("An enquiry was not stored: %s", told(error))
            return not_stored(request)

    def get_subject(self):
        return named_by(self.request.GET)

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        if self.request.method != "POST":
            return given
        too_large = getattr(self.request, "enquiry_file_too_large", False)
        return {**given, "file_too_large": too_large, "is_gone": self.subject.is_gone}

    def form_invalid(self, form):
        if not form.has_error("attachment"):
            try:
                form.file_to_keep(self.request)
            except ValidationError as error:
                form.add_error("attachment", error)
        # Now: if the database fails meanwhile, what was typed is still at hand.
        return super().form_invalid(form).render()

    def form_valid(self, form):
        try:
            enquiry = receive(self.request, form, self.subject)
        except ValidationError as error:
            form.add_error("attachment", error)
            return self.form_invalid(form)
        word = signing.dumps(enquiry.reference, salt=THANKS)
        return redirect(with_query(reverse("projects:enquiry_thanks"), f"sent={word}"))

    @property
    def address(self):
        """Where the form is sent: names only what is published, so what it says is what is sent."""
        return with_query(reverse("projects:enquiry"), self.subject.query)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=self.subject,
            address=self.address,
            trap=TRAP,
            noindex=True,
            retention_days=settings.ENQUIRY_RETENTION_DAYS,
            **kwargs,
        )


def not_stored(request):
    """All that was typed, to be sent once more; without the database."""
    typed = request.POST.dict()
    context = {
        "message": typed.pop("message", ""),
        "typed": typed.items(),
        "had_file": bool(request.FILES),
    }
    return render(request, "enquiries/not_stored.html", context, status=503)


class ProjectEnquiryPage(EnquiryPage):
    """The same about one project; 404 for what is not published, 301 for former names.

    But nothing that somebody wrote meanwhile is lost with it.
    """

    def get_subject(self):
        slug = self.kwargs["slug"]
        project = Project.objects.published().filter(slug=slug).first()
        if project is None:
            project = if_published(FormerSlug.objects.record_for(Project, slug))
        return Subject(project=project, is_gone=project is None)

    def get(self, request, *args, **kwargs):
        if self.subject.is_gone:
            raise Http404
        if self.subject.project.slug != kwargs["slug"]:
            return HttpResponsePermanentRedirect(self.address)
        return super().get(request, *args, **kwargs)

    @property
    def address(self):
        if self.subject.is_gone:
            return super().address
        return reverse("projects:project_enquiry", args=[self.subject.project.slug])


@method_decorator(never_cache, name="dispatch")
class Thanks(ReadOnlyMixin, TemplateView):
    """Says the reference number that the address was signed with."""

    template_name = "enquiries/thanks.html"

    def get_context_data(self, **kwargs):
        try:
            word = self.request.GET.get("sent", "")
            reference = signing.loads(word, salt=THANKS)
        except signing.BadSignature as error:
            raise Http404 from error
        self.request.kept_query = urlencode({"sent": word})
        return super().get_context_data(
            reference=reference,
            noindex=True,
            retention_days=settings.ENQUIRY_RETENTION_DAYS,
            **kwargs,
        )
