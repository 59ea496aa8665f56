"""Texts of the fixed pages, and who answers for the site."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guizhou_portal.licences import Licence
from guizhou_portal.publishing.models import Timestamped
from guizhou_portal.richtext import RichTextField


class Page(Timestamped):
    """Title, opening and text of a page whose address is fixed. Such a page is always public."""

    class Key(models.TextChoices):
        HOME = "home", _("Home")
        EVENTS = "events", _("Events")
        OFFICIALS = "officials", _("Officials")
        CONTRACTS = "contracts", _("Contracts")
        PROJECTS = "projects", _("Projects")
        LOCATION = "location", _("Location")
        DATA = "data", _("Open data")
        IMPRINT = "imprint", _("Imprint")
        PRIVACY = "privacy", _("Privacy policy")
        ACCESSIBILITY = "accessibility", _("Accessibility statement")

    #: Where each page is; names of URL patterns.
    ROUTES = {
        Key.HOME: "home",
        Key.EVENTS: "events:event_list",
        Key.OFFICIALS: "events:official_list",
        Key.CONTRACTS: "events:contract_list",
        Key.PROJECTS: "projects:project_list",
        Key.LOCATION: "projects:location",
        Key.DATA: "data",
        Key.IMPRINT: "imprint",
        Key.PRIVACY: "privacy",
        Key.ACCESSIBILITY: "accessibility",
    }

    key = models.CharField(_("page"), max_length=16, choices=Key.choices, unique=True)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(
        _("opening"),
        blank=True,
        help_text=_("One or two sentences under the title; search engines show them too."),
    )
    body = RichTextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["pk"]

    def __str__(self):
        return self.get_key_display()

    def get_absolute_url(self):
        return reverse(self.ROUTES[self.key])

    @classmethod
    def texts(cls, *keys):
        """``{key: Page}`` for ``keys``; before its text is loaded, a page has its plain name."""
        pages = {page.key: page for page in cls.objects.filter(key__in=keys)}
        return {key: pages.get(key) or cls(key=key, title=cls.Key(key).label) for key in keys}


class Operator(models.Model):
    """Who runs the site, as section 5 of the German Digital Services Act (DDG) asks.

    One record; what is empty is shown as not yet provided.
    """

    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    represented_by = models.CharField(_("represented by"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=50, blank=True)
    register = models.CharField(
        _("register and number"),
        max_length=200,
        blank=True,
        help_text=_("Commercial or association register, its court and the number."),
    )
    vat_id = models.CharField(_("VAT identification number"), max_length=50, blank=True)
    content_responsible = models.CharField(
        _("responsible for the content"),
        max_length=200,
        blank=True,
        help_text=_("Name and address, section 18 (2) of the Interstate Media Treaty (MStV)."),
    )
    data_protection_contact = models.TextField(
        _("data protection contact"),
        blank=True,
        help_text=_("The data protection officer, or whom to write to about personal data."),
    )
    enforcement_body = models.TextField(
        _("enforcement body for accessibility"),
        blank=True,
        help_text=_("Name and address of the body responsible under BITV 2.0 or state law."),
    )

    data_licence = models.CharField(
        _("licence of the data"),
        max_length=20,
        choices=Licence.choices,
        blank=True,
        help_text=_(
            "Under which terms others may use the portal's data (API, CSV, XLSX). Empty: the data "
            "page says that no licence is stated and reuse needs your consent."
        ),
    )

    #: What the imprint, the privacy policy and the accessibility statement cannot do without.
    REQUIRED = (
        "name",
        "address",
        "represented_by",
        "email",
        "register",
        "data_protection_contact",
        "enforcement_body",
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operator")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="operator_is_one",
                violation_error_message=_("There is only one operator: edit the existing record."),
            )
        ]

    def __str__(self):
        return self.name or str(_("operator: not yet provided"))

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls):
        """The operator as far as known; never fails, never saved by looking."""
        return cls.objects.first() or cls(pk=1)

    def missing(self):
        """Names of the required fields that are still empty."""
        return [name for name in self.REQUIRED if not getattr(self, name)]
