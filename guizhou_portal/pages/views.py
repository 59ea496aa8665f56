"""Fixed pages: their title, opening and text come from an editable record."""

from django.conf import settings
from django.views.generic import TemplateView
from django.views.generic.base import ContextMixin

from guizhou_portal.publishing.views import ReadOnlyMixin

from .models import Operator, Page


class PageTextMixin(ReadOnlyMixin, ContextMixin):
    """Adds ``text``, the :class:`Page` of ``page_key``; before it is loaded, its plain name."""

    page_key = None

    def get_context_data(self, **kwargs):
        return super().get_context_data(text=Page.texts(self.page_key)[self.page_key], **kwargs)


class LegalPage(PageTextMixin, TemplateView):
    """Imprint, privacy policy or accessibility statement, with the operator's details."""

    template_name = "pages/legal.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            operator=Operator.current(), retention_days=settings.ENQUIRY_RETENTION_DAYS, **kwargs
        )
