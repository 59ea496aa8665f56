"""Every public page in every language, with its alternates."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from .pages.models import Page


class InEveryLanguage(Sitemap):
    i18n = True
    alternates = True
    x_default = True


class FixedPages(InEveryLanguage):
    def items(self):
        return list(Page.ROUTES.values())

    def location(self, route):
        return reverse(route)


def Published(of_model):  # noqa: N802  (makes a class)
    """The sitemap class of a model's published records."""

    class PublishedRecords(InEveryLanguage):
        def items(self):
            return of_model.objects.published().order_by("pk").only("slug", "updated")

        def lastmod(self, record):
            return record.updated

    return PublishedRecords
