"""What "published" means, once: every public record inherits from here."""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .slugs import RESERVED, unique_slug

PREVIEW_TIME = timedelta(days=7)
PREVIEW_SALT = "guizhou_portal.preview"


class Publication(models.TextChoices):
    """The way of a record to the public, and out of its sight again."""

    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


#: Not the "scheduled" of a milestone, which Chinese calls otherwise.
SCHEDULED = pgettext_lazy("publication", "scheduled")


def published(prefix=""):
    """The condition a record must meet to be shown to the public.

    ``prefix`` leads to the record from the model that is queried, for example
    ``published("official__")``. Returns a ``Q``.
    """
    return Q(**{f"{prefix}publication": Publication.PUBLISHED}) & (
        Q(**{f"{prefix}publish_at__isnull": True})
        | Q(**{f"{prefix}publish_at__lte": timezone.now()})
    )


def scheduled(now=None):
    """The condition of a record that is published from a time on that has not come ``now``."""
    return Q(publication=Publication.PUBLISHED, publish_at__gt=now or timezone.now())


def changed():
    """The expression of when the public got to see a published record as it is.

    A record that waited for its time is news from that time on.
    """
    return Greatest("updated", Coalesce("publish_at", "updated"))


def changed_last_index(name):
    """The index that gives published records in the order of :func:`changed`, the latest first."""
    return models.Index(F("publication"), changed().desc(), F("id").desc(), name=name)


def if_published(record):
    """The record itself when the public may see it, otherwise None (also for None)."""
    return record if record is not None and record.is_published else None


class PublicRecordQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published())

    def scheduled(self):
        """Published from a time on that has not come yet."""
        return self.filter(scheduled())

    def changed_last_first(self):
        """Each with ``changed``: see :func:`changed`."""
        return self.annotate(changed=changed()).order_by("-changed", "-pk")


class Timestamped(models.Model):
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


class Sluggable(Timestamped):
    """A record with an address of its own, or an anchor in one."""

    #: The translated field that names the record: "title" or "name".
    naming_field = "title"

    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        blank=True,
        help_text=_(
            "Last part of the page's address. Leave it empty to have it made from the English "
            "or German title. After a change, the old address leads to the new one."
        ),
        error_messages={"unique": _("Another record already has this address.")},
    )

    former_slugs = GenericRelation("publishing.FormerSlug")

    class Meta:
        abstract = True

    def __str__(self):
        return str(getattr(self, self.naming_field) or self.slug)

    def save(self, *args, **kwargs):
        update_fields = kwargs.get("update_fields")
        if not self.slug:
            former = FormerSlug.objects.of_others(self)
            self.slug = unique_slug(self, self.names_for_slug(), former)
            if update_fields is not None:
                kwargs["update_fields"] = {*update_fields, "slug"}
        elif update_fields is not None and "slug" not in update_fields:
            return super().save(*args, **kwargs)
        with transaction.atomic(using=kwargs.get("using")):
            before = None
            if self.pk and not self._state.adding:
                before = self._stored_slug()
            super().save(*args, **kwargs)
            if before and before != self.slug:
                FormerSlug.objects.remember(self, before)
        return None

    def clean(self):
        super().clean()
        # A record that has had it all along can still be saved.
        if self.slug in RESERVED and self.slug != self._stored_slug():
            words = _("“%(slug)s” is kept for a page of the portal. Choose another address.")
            raise ValidationError({"slug": words % {"slug": self.slug}})

    def _stored_slug(self):
        records = type(self)._base_manager.filter(pk=self.pk)
        return records.values_list("slug", flat=True).first()

    def names_for_slug(self):
        """The texts a slug may be made from, best first."""
        return [
            getattr(self, f"{self.naming_field}_{language}", None) for language in ("en", "de")
        ] + [getattr(self, self.naming_field)]


class PublicRecord(Sluggable):
    """A record that is a draft, or published from a time on."""

    publication = models.CharField(
        _("publication"),
        max_length=16,
        choices=Publication.choices,
        default=Publication.DRAFT,
        help_text=_(
            "Only published records are on the public site. “In review” asks a colleague to read "
            "it; “withdrawn” takes it off the site again."
        ),
    )
    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_("Leave empty to publish at once. Only for published records."),
    )

    objects = PublicRecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True) | Q(publication=Publication.PUBLISHED),
                name="%(app_label)s_%(class)s_publish_at_only_published",
                violation_error_message=_(
                    "Only a published record has a publication time: choose “published”, or empty "
                    "“publish at”."
                ),
            ),
        ]

    @property
    def is_published(self):
        """The same rule as :func:`published`, for a record already at hand."""
        return self.publication == Publication.PUBLISHED and (
            self.publish_at is None or self.publish_at <= timezone.now()
        )

    @property
    def shown_state(self):
        """``(name, words)`` of the publication; “scheduled” while its time has not come."""
        if self.is_scheduled:
            return "scheduled", SCHEDULED
        return self.publication, self.get_publication_display()

    @property
    def is_scheduled(self):
        return self.publication == Publication.PUBLISHED and not self.is_published


class FormerSlugQuerySet(models.QuerySet):
    def remember(self, record, slug):
        """Let ``slug`` lead to ``record`` from now on; a slug in use again is forgotten."""
        kind = ContentType.objects.get_for_model(record)
        self.filter(content_type=kind, slug=record.slug).delete()
        self.update_or_create(content_type=kind, slug=slug, defaults={"object_id": record.pk})

    def of_others(self, record):
        """Addresses that lead to other records of the same kind."""
        kind = ContentType.objects.get_for_model(record)
        return self.filter(content_type=kind).exclude(object_id=record.pk)

    def keys_of(self, model, slugs):
        """``{former slug: primary key of the record of model it leads to}``."""
        kind = ContentType.objects.get_for_model(model)
        return dict(self.filter(content_type=kind, slug__in=slugs).values_list("slug", "object_id"))

    def record_for(self, model, slug):
        """The record of ``model`` that once had ``slug``, or None."""
        former = self.filter(
            content_type=ContentType.objects.get_for_model(model), slug=slug
        ).first()
        return former and former.record


class FormerSlug(models.Model):
    """An address a record had before; visitors who use it are sent to the present one."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()
    slug = models.SlugField(_("address"), max_length=80)
    since = models.DateTimeField(auto_now_add=True)

    objects = FormerSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(fields=["content_type", "slug"], name="former_slug_unique")
        ]
        indexes = [models.Index(fields=["content_type", "object_id"])]

    def __str__(self):
        return self.slug


class PreviewLinkQuerySet(models.QuerySet):
    def valid(self):
        """Neither revoked nor past their time."""
        return self.filter(revoked__isnull=True, created__gt=timezone.now() - PREVIEW_TIME)


class PreviewLink(models.Model):
    """Lets somebody without an account read a record that is not public yet."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()
    created = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created"]
        indexes = [models.Index(fields=["content_type", "object_id"])]

    def __str__(self):
        return f"{self.record}, {self.created:%Y-%m-%d}"

    @property
    def token(self):
        """What the address carries: signed, so that nobody finds another by counting."""
        return signing.Signer(salt=PREVIEW_SALT).sign(self.pk)

    @property
    def valid_until(self):
        return self.created + PREVIEW_TIME

    @classmethod
    def behind(cls, token):
        """The valid link of ``token``, or None."""
        try:
            key = signing.Signer(salt=PREVIEW_SALT).unsign(token)
        except signing.BadSignature:
            return None
        return cls.objects.valid().filter(pk=key).first()
