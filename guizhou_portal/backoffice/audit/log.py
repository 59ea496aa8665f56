"""What is written into the audit log, whoever changes an account: the admin, a command, a shell."""

from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from guizhou_portal.backoffice.models import AuditEntry

from .acting import acting

Kind = AuditEntry.Kind
WATCHED = ("username", "is_active", "is_superuser", "password")


def note(actor, kind, target="", detail=""):
    """Put one entry into the log.

    ``actor``: an account or its name, "" for a command on the server; ``kind``: a :class:`Kind`;
    ``target``: an account's name, a kind of record, a file's name. No other personal data.
    """
    AuditEntry.objects.create(
        kind=kind,
        actor=_name(actor),
        target=_clean(target, 200),
        detail=_clean(detail, 200),
    )


def _name(account):
    if isinstance(account, str):
        return _clean(account, 150)
    return account.get_username() if account and account.is_authenticated else ""


def _clean(text, longest):
    return str(text).replace("\0", "")[:longest]


# --- accounts ------------------------------------------------------------------------------------


def before_saving(sender, instance, raw=False, update_fields=None, **kwargs):
    """Remember how the account was. A sign-in saves its time alone, and costs no query."""
    instance._audited = None
    # A stronger hash of the same password is saved alone, too, at a sign-in: no change.
    looked_at = set(WATCHED) - {"password"} if update_fields else set(WATCHED)
    if raw or not instance.pk or (update_fields and not looked_at & set(update_fields)):
        return
    instance._audited = User.objects.filter(pk=instance.pk).values(*looked_at).first()


def after_saving(sender, instance, created=False, raw=False, **kwargs):
    if raw:
        return
    name = instance.get_username()
    if created:
        note(acting(), Kind.ACCOUNT_ADDED, name, "Superuser" if instance.is_superuser else "")
        return
    before = instance._audited or {}
    for field, old in before.items():
        new = getattr(instance, field)
        if new != old:
            _changed(field, old, new, name)


def _changed(field, old, new, name):
    if field == "is_active":
        note(acting(), Kind.ACCOUNT_OPENED if new else Kind.ACCOUNT_CLOSED, name)
    elif field == "is_superuser":
        note(acting(), Kind.ROLE_GIVEN if new else Kind.ROLE_TAKEN, name, "Superuser")
    elif field == "username":
        note(acting(), Kind.ACCOUNT_RENAMED, name, old)
    else:
        note(acting(), Kind.PASSWORD, name)


def after_deleting(sender, instance, **kwargs):
    note(acting(), Kind.ACCOUNT_DELETED, instance.get_username())


KINDS = {
    Group: (Kind.ROLE_GIVEN, Kind.ROLE_TAKEN),
    Permission: (Kind.RIGHT_GIVEN, Kind.RIGHT_TAKEN),
}


def rights_changed(sender, instance, action, model, reverse, pk_set, **kwargs):
    """Roles (groups) and single permissions, from either side of the relation."""
    # Before they are taken away, since nothing tells afterwards which of them had been there.
    if action not in ("post_add", "pre_remove", "pre_clear"):
        return
    side = "user_permissions" if sender is User.user_permissions.through else "groups"
    given, taken = KINDS[Group if side == "groups" else Permission]
    kind = given if action == "post_add" else taken
    if reverse:  # ``role.user_set.add(account)``
        changed = _narrowed(instance.user_set, pk_set)
        pairs = [(account, instance) for account in changed.order_by("username")]
    else:
        changed = _narrowed(getattr(instance, side), pk_set)
        pairs = [(instance, one) for one in changed.order_by("name")]
    for account, one in pairs:
        note(acting(), kind, account.get_username(), one.name)


def _narrowed(related, keys):
    """Those of the ``related`` records that are meant; all of them when all are taken away."""
    return related.all() if keys is None else related.filter(pk__in=keys)


def connect():
    pre_save.connect(before_saving, sender=User)
    post_save.connect(after_saving, sender=User)
    post_delete.connect(after_deleting, sender=User)
    for relation in (User.groups, User.user_permissions):
        m2m_changed.connect(rights_changed, sender=relation.through)
