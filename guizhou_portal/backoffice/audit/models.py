"""One line of the audit log."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=365)


class AuditEntryQuerySet(models.QuerySet):
    def of_account(self, name):
        """What the account of this name did, and what was done to it."""
        return self.filter(models.Q(actor=name) | models.Q(target=name))

    def forget_old(self):
        """Remove what is older than :data:`KEPT_FOR`; how many entries that were."""
        return self.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


class AuditEntry(models.Model):
    """What happened, who did it, to what. Of persons it holds the names of accounts alone.

    Names are copies: an entry outlives the account it tells of.
    """

    class Kind(models.TextChoices):
        """What is on record."""

        SIGNED_IN = "signed-in", _("Signed in")
        PASSWORD = "password", _("Password changed")
        TWO_STEPS_ON = "two-steps-on", _("Two-step sign-in set up")
        TWO_STEPS_OFF = "two-steps-off", _("Two-step sign-in turned off")
        TWO_STEPS_RESET = "two-steps-reset", _("Two-step sign-in turned off by an administrator")
        RECOVERY_CODES = "recovery-codes", _("New recovery codes")
        ACCOUNT_ADDED = "account-added", _("Account added")
        ACCOUNT_CLOSED = "account-closed", _("Account switched off")
        ACCOUNT_OPENED = "account-opened", _("Account switched on")
        ACCOUNT_RENAMED = "account-renamed", _("Account renamed")
        ACCOUNT_DELETED = "account-deleted", _("Account deleted")
        ROLE_GIVEN = "role-given", _("Role given")
        ROLE_TAKEN = "role-taken", _("Role taken away")
        RIGHT_GIVEN = "right-given", _("Right given")
        RIGHT_TAKEN = "right-taken", _("Right taken away")
        EXPORTED = "exported", _("Records exported")
        DATA_GIVEN = "data-given", _("Personal data handed out")
        DATA_ERASED = "data-erased", _("Personal data erased")
        BACKED_UP = "backed-up", _("Backup made")
        RESTORED = "restored", _("Backup restored")

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    #: The name of the account that did it; empty for a command on the server.
    actor = models.CharField(max_length=150, blank=True)
    #: The name of an account, or of what was exported, saved or restored.
    target = models.CharField(max_length=200, blank=True)
    #: More of it, such as the name of a role as :class:`..roles.Role` has it.
    detail = models.CharField(max_length=200, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        # Pages follow each other by key; each narrowing of the list has an index of its own.
        indexes = [
            models.Index(fields=["kind", "-id"], name="audit_kind"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["target", "-id"], name="audit_target"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.target}"
