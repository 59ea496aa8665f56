"""The form and the page that thanks: no cookie, no account."""

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import redirect
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
from .form import TRAP, EnquiryForm
from .models import ConsentText
from .subject import Subject, named_by

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

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        request.upload_handlers.insert(0, attachments.Limited(request))
        self.consent = ConsentText.current()
        self.subject = self.get_subject()
        request.kept_query = self.subject.query

    def get_subject(self):
        return named_by(self.request.GET)

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        too_large = getattr(self.request, "enquiry_file_too_large", False)
        return {**given, "consent": self.consent, "file_too_large": too_large}

    def form_invalid(self, form):
        form.keep_file()
        return super().form_invalid(form)

    def form_valid(self, form):
        enquiry = receive(self.request, form, self.subject, self.consent)
        word = signing.dumps(enquiry.reference, salt=THANKS)
        return redirect(with_query(reverse("projects:enquiry_thanks"), f"sent={word}"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=self.subject,
            trap=TRAP,
            noindex=True,
            retention_days=settings.ENQUIRY_RETENTION_DAYS,
            **kwargs,
        )


class ProjectEnquiryPage(EnquiryPage):
    """The same about one project; 404 for what is not published, 301 for former names."""

    def get_subject(self):
        records, slug = Project.objects.published().select_related("sector"), self.kwargs["slug"]
        return Subject(project=records.filter(slug=slug).first())

    def dispatch(self, request, *args, **kwargs):
        if self.subject.project:
            return super().dispatch(request, *args, **kwargs)
        former = if_published(FormerSlug.objects.record_for(Project, kwargs["slug"]))
        if former is None:
            raise Http404
        return HttpResponsePermanentRedirect(
            reverse("projects:project_enquiry", kwargs={"slug": former.slug})
        )


@method_decorator(never_cache, name="dispatch")
class Thanks(ReadOnlyMixin, TemplateView):
    """Says the reference number that the address was signed with."""

    template_name = "enquiries/thanks.html"

    def get_context_data(self, **kwargs):
        try:
            reference = signing.loads(self.request.GET.get("sent", ""), salt=THANKS)
        except signing.BadSignature as error:
            raise Http404 from error
        return super().get_context_data(
            reference=reference,
            noindex=True,
            retention_days=settings.ENQUIRY_RETENTION_DAYS,
            **kwargs,
        )
