"""What the back office knows besides the records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .audit.models import AuditEntry
from .sheets.models import KeptSheet

__all__ = ["AuditEntry", "Duty", "KeptSheet", "LinkCheck"]


class Duty(models.Model):
    """No table: the home of permissions that belong to all records, not to one kind."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("publish", _("Can publish and withdraw records")),
            ("translate", _("Can fill in translated texts")),
        ]

    def __str__(self):
        return "duty"


class LinkCheckQuerySet(models.QuerySet):
    def broken(self):
        """Those a visitor would follow in vain: on a definite answer, or failed again and again."""
        return self.filter(
            models.Q(reason__in=DEFINITE)
            | models.Q(reason__in=FAILED, failures__gte=FAILURES_BEFORE_BROKEN)
        )


class LinkCheck(models.Model):
    """What became of one outgoing address when it was last asked for.

    The records that hold it are found by their present contents, so that a mended link is gone
    from the back office as soon as the record is saved.
    """

    class Reason(models.TextChoices):
        """Why an address did not answer as it should; nothing for one that did."""

        NOT_FOUND = "not_found", _("The page does not exist (%(status)s).")
        UNKNOWN_HOST = "unknown_host", _("There is no website of this name.")
        INVALID = "invalid", _("This is not an address of a website.")
        UNREACHABLE = "unreachable", _("The website does not answer.")
        CERTIFICATE = "certificate", _("The website's certificate is not valid.")
        REDIRECTS = "redirects", _("The address leads on too many times.")
        REFUSED = "refused", _("The website refuses automatic visits (%(status)s).")
        ERROR = "error", _("The website reports an error (%(status)s).")
        TIMEOUT = "timeout", _("The website took too long to answer.")
        PRIVATE = "private", _("The address leads into a private network; it was not asked.")

    address = models.TextField()
    #: SHA-256 of the address, which may be longer than an index allows.
    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    checked = models.DateTimeField()

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["address"]

    def __str__(self):
        return self.address

    @property
    def is_broken(self):
        """The same rule as :meth:`LinkCheckQuerySet.broken`, for one at hand."""
        return self.reason in DEFINITE or (
            self.reason in FAILED and self.failures >= FAILURES_BEFORE_BROKEN
        )

    @property
    def words(self):
        """The reason in words."""
        return self.get_reason_display() % {"status": self.status}


#: One such answer is enough.
DEFINITE = (LinkCheck.Reason.NOT_FOUND, LinkCheck.Reason.UNKNOWN_HOST, LinkCheck.Reason.INVALID)
#: May pass; counts when it was so in several runs. All other reasons say that nothing is known.
FAILED = (
    LinkCheck.Reason.UNREACHABLE,
    LinkCheck.Reason.CERTIFICATE,
    LinkCheck.Reason.REDIRECTS,
)
FAILURES_BEFORE_BROKEN = 2
