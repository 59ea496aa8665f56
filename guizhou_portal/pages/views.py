"""Fixed pages: their title, opening and text come from an editable record."""

from django.views.generic import TemplateView
from django.views.generic.base import ContextMixin

from .models import Operator, Page


class PageTextMixin(ContextMixin):
    """Adds ``text``, the :class:`Page` of ``page_key``; before it is loaded, its plain name."""

    page_key = None

    def get_context_data(self, **kwargs):
        text = Page.objects.filter(key=self.page_key).first()
        if text is None:
            text = Page(key=self.page_key)
            text.title = text.get_key_display()
        return super().get_context_data(text=text, **kwargs)


class LegalPage(PageTextMixin, TemplateView):
    """Imprint, privacy policy or accessibility statement, with the operator's details."""

    template_name = "pages/legal.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(operator=Operator.current(), **kwargs)
