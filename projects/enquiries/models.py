"""Expressions of interest and all that belongs to them. Never public."""

import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from modeltranslation.utils import build_localized_fieldname

from guizhou_portal.publishing.models import Timestamped
from projects.models.organisation import Sector
from projects.models.project import Project

#: Without letters and digits that are taken for one another when they are read aloud.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Characters of a message, about two pages.
LONGEST_MESSAGE = 5000


def new_reference():
    """A reference number nobody can guess, such as "GZ-7KQ4-M2XP"."""
    one, two = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2))
    return f"GZ-{one}-{two}"


class PrivateFiles(FileSystemStorage):
    """Senders' files: outside the media folder, which the web server may serve, and ours alone."""

    def __init__(self):
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self):
        return settings.ENQUIRY_FILES

    @property
    def location(self):
        return str(Path(self.base_location).absolute())

    def url(self, name):
        raise ValueError("Files of enquiries have no address.")


def private_files():
    return PrivateFiles()


def attachment_path(attachment, name):
    """Nothing of the sender's own name of the file reaches the disk."""
    return f"{timezone.now():%Y-%m}/{secrets.token_hex(16)}"


class ConsentText(Timestamped):
    """A version of what senders consent to. A change is a new version; the last one is asked."""

    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["-pk"]

    def __str__(self):
        return str(_("Version %(number)s") % {"number": self.pk})

    @classmethod
    def current(cls):
        """What is asked now."""
        return cls.objects.latest("pk")

    @classmethod
    def shown(cls, key):
        """What a form that is open asked; a newer version is for those who open it later."""
        return cls.objects.filter(pk=key).first() or cls.current()

    @classmethod
    def write_first(cls):
        """Store the portal's own words, for an administrator to replace by another version."""
        if cls.objects.exists():
            return
        first = cls()
        for language, _name in settings.LANGUAGES:
            with override(language):
                words = gettext(
                    "I agree that my details are stored and used to answer this enquiry. I can "
                    "withdraw my consent at any time."
                )
                setattr(first, build_localized_fieldname("text", language), words)
        first.save()


class Enquiry(Timestamped):
    class State(models.TextChoices):
        NEW = "new", _("new")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        SPAM = "spam", _("spam")

    class Interest(models.TextChoices):
        INVEST = "invest", pgettext_lazy("interest", "Invest")
        SUPPLY = "supply", pgettext_lazy("interest", "Supply goods or services")
        PARTNER = "partner", pgettext_lazy("interest", "Become a partner")
        PRESS = "press", pgettext_lazy("interest", "Press")
        OTHER = "other", pgettext_lazy("interest", "Something else")

    reference = models.CharField(
        _("reference number"), max_length=16, unique=True, editable=False, default=new_reference
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("project"),
    )
    shortlist = models.ManyToManyField(
        Project,
        blank=True,
        related_name="shortlisted_in",
        verbose_name=_("shortlist"),
        help_text=_("The projects of a shortlist, where the enquiry came from one."),
    )
    about = models.CharField(
        _("about"),
        max_length=300,
        blank=True,
        help_text=_("The title of the page it came from, if that is no project."),
    )
    interest = models.CharField(
        _("interest"), max_length=16, choices=Interest.choices, default=Interest.OTHER
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
    consent_text = models.ForeignKey(
        ConsentText,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("consent text"),
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NEW)
    #: Of the form it came by, so that a form that is sent twice is one enquiry.
    form_key = models.CharField(max_length=32, unique=True, null=True, editable=False)
    #: Of sender and words, keyed: tells the same enquiry sent again, and nothing else.
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    suspicions = models.JSONField(
        _("suspicions"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Why it was taken for spam when it came."),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    answered_at = models.DateTimeField(_("first answered"), null=True, blank=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)
    internal_note = models.TextField(_("internal note"), blank=True)

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-created"]
        indexes = [
            models.Index(fields=["-created", "-id", "state"], name="enquiry_latest_first"),
            models.Index(fields=["state", "-created", "-id"], name="enquiry_by_state"),
            # What waits for one handler, and for how long.
            models.Index(fields=["assigned_to", "state", "created"], name="enquiry_of_handler"),
        ]

    def __str__(self):
        """Nothing of the sender: the log of changes keeps it longer than the enquiry."""
        return self.reference


class Attachment(models.Model):
    """A file a sender enclosed. Its name is the sender's, the file on the disk has one of ours."""

    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("enquiry")
    )
    file = models.FileField(_("file"), storage=private_files, upload_to=attachment_path)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8)
    size = models.PositiveIntegerField(_("size"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self):
        return self.name


@receiver(post_delete, sender=Attachment, dispatch_uid="attachment-file")
def remove_file(instance, **kwargs):
    """A file goes with its enquiry, whoever deletes it; what fails is left to the timer."""

    def remove():
        with suppress(OSError):
            private_files().delete(instance.file.name)

    transaction.on_commit(remove)


class Mail(models.Model):
    """A mail about an enquiry: stored before it is sent, and kept with what became of it."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", _("confirmation")
        NOTIFICATION = "notification", _("notification")
        ANSWER = "answer", _("answer")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("mail", "waiting")
        SENDING = "sending", pgettext_lazy("mail", "being sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        #: The connection broke after the text was handed over, or the process ended before it
        #: could say: to send again might be to send twice, which a person decides.
        UNCERTAIN = "uncertain", pgettext_lazy("mail", "perhaps sent")
        REFUSED = "refused", pgettext_lazy("mail", "refused")

    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.CASCADE, related_name="mails", verbose_name=_("enquiry")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    recipient = models.EmailField(_("to"))
    reply_to = models.EmailField(_("answers to"), blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    #: Not to be tried before; while it is being sent, when that began.
    due = models.DateTimeField(_("next attempt"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["created", "pk"]
        indexes = [models.Index(fields=["state", "due"], name="mail_to_be_sent")]
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "kind"],
                condition=~Q(kind="answer"),
                name="mail_told_once",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.get_state_display()}"


class Mailbox(models.Model):
    """Who is told of new enquiries about a sector; the one without a sector is for all others."""

    sector = models.OneToOneField(
        Sector,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sector"),
        help_text=_("Leave empty for enquiries about all other sectors, or none."),
    )
    email = models.EmailField(_("e-mail"))

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["sector__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(sector=None),
                name="mailbox_one_for_all_others",
                violation_error_message=_("There is a mailbox for all other sectors already."),
            )
        ]

    def __str__(self):
        return f"{self.sector or _('all others')}: {self.email}"


class AnswerTemplate(models.Model):
    """Words to begin an answer with, in each language."""

    name = models.CharField(
        _("name"), max_length=100, help_text=_("How handlers know it; senders never see it.")
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.name


class Erasure(models.Model):
    """That personal data were removed, when and why; nothing of the persons themselves."""

    class Reason(models.TextChoices):
        REQUEST = "request", _("a person asked for it")
        RETENTION = "retention", _("the time of keeping was over")

    at = models.DateTimeField(pgettext_lazy("erasure", "time"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices)
    enquiries = models.PositiveIntegerField(_("enquiries"))
    files = models.PositiveIntegerField(_("files"))
    by = models.CharField(
        _("by"), max_length=150, blank=True, help_text=_("Empty: by the timer or a command.")
    )

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-at"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d}: {self.get_reason_display()}"
