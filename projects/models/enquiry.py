"""Expressions of interest. Never public."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from guizhou_portal.publishing.models import Timestamped

from .project import Project


class Enquiry(Timestamped):
    class State(models.TextChoices):
        NEW = "new", _("new")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        SPAM = "spam", _("spam")

    project = models.ForeignKey(
        Project,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("project"),
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"))
    telephone = models.CharField(_("telephone"), max_length=50, blank=True)
    country = CountryField(_("country"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    message = models.TextField(_("message"))
    consented_at = models.DateTimeField(_("consent given at"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NEW)
    internal_note = models.TextField(_("internal note"), blank=True)

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-created"]

    def __str__(self):
        return f"{self.name} ({self.get_state_display()})"
