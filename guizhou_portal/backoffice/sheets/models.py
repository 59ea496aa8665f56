import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

KEPT_FOR = timedelta(hours=1)


def new_key():
    return secrets.token_urlsafe(32)


def mark_of(session):
    """What tells a session from others and does not open it."""
    key = session.session_key or ""
    return salted_hmac("guizhou_portal.sheets", key, algorithm="sha256").hexdigest()


class KeptSheetQuerySet(models.QuerySet):
    def of(self, request, model):
        """The files somebody uploaded for ``model`` in this session and may still import."""
        return self.filter(
            user=request.user,
            session=mark_of(request.session),
            model=model._meta.label_lower,
            created__gt=timezone.now() - KEPT_FOR,
        )

    def keep(self, request, model, upload, content):
        """Keep a file between the two steps of its import."""
        self.forget_old()
        return self.create(
            user=request.user,
            session=mark_of(request.session),
            model=model._meta.label_lower,
            name=upload.name[-100:],
            content=content,
        )

    def forget_old(self):
        """Remove what nobody imported in time."""
        self.filter(created__lte=timezone.now() - KEPT_FOR).delete()


class KeptSheet(models.Model):
    """An uploaded sheet, from its dry run until it is imported; an hour at most.

    In the database, since several servers may share the work, and nowhere the public can reach.
    """

    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=64)
    model = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    created = models.DateTimeField(auto_now_add=True)

    objects = KeptSheetQuerySet.as_manager()

    def __str__(self):
        return self.name
