"""Who may do what: five roles, said in words, made whenever the database is migrated.

A role is one of Django's groups. What it may do beyond Django's permissions (an editor's drafts, a
translator's texts) is asked of the record, in :mod:`guizhou_portal.backoffice.permissions`.
"""

from enum import Enum
from typing import NamedTuple

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guizhou_portal.tables import has_table

PUBLISH = "backoffice.publish"
TRANSLATE = "backoffice.translate"


class Grant(NamedTuple):
    """Actions ("view", "add", "change", "delete") on models, each as ``app.model``."""

    actions: str
    models: tuple


CONTENT = (
    "events.event",
    "events.programmeitem",
    "events.appearance",
    "events.photo",
    "events.document",
    "events.official",
    "events.contract",
    "events.contractparty",
    "events.milestone",
    "projects.project",
    "projects.keyfigure",
    "projects.projectdocument",
    "projects.locationfactor",
    "projects.organisation",
    "projects.place",
)
FIXED = ("projects.sector", "pages.page", "pages.operator")
ACCOUNTS = ("auth.user", "auth.group")
#: Seen on the page of their enquiry, and nowhere else.
WITH_ENQUIRY = ("projects.attachment", "projects.mail")


class Role(Enum):
    """The name of each role's group, and what it is in words."""

    EDITOR = "Editor"
    TRANSLATOR = "Translator"
    PUBLISHER = "Publisher"
    ENQUIRY_HANDLER = "Enquiry handler"
    ADMINISTRATOR = "Administrator"

    @property
    def label(self):
        return LABELS[self][0]

    @property
    def description(self):
        return LABELS[self][1]


LABELS = {
    Role.EDITOR: (
        _("Editor"),
        _("Writes and changes records that are not public yet, and asks for their review."),
    ),
    Role.TRANSLATOR: (
        _("Translator"),
        _("Fills in the translated texts of any record, and nothing else."),
    ),
    Role.PUBLISHER: (
        _("Publisher"),
        _("Changes all records and texts of the site, publishes and withdraws them."),
    ),
    Role.ENQUIRY_HANDLER: (
        _("Enquiry handler"),
        _("Reads and answers visitors' enquiries; sees no other unpublished record."),
    ),
    Role.ADMINISTRATOR: (
        _("Administrator"),
        _("Everything, accounts and their roles included."),
    ),
}
ALL = "view add change delete"
HANDLING = [
    Grant("view change delete", ("projects.enquiry",)),
    Grant("view", WITH_ENQUIRY),
    Grant(ALL, ("projects.answertemplate",)),
]
GRANTS = {
    Role.EDITOR: [Grant(ALL, CONTENT), Grant("view", FIXED)],
    Role.TRANSLATOR: [Grant("view", (*CONTENT, *FIXED))],
    Role.PUBLISHER: [Grant(ALL, (*CONTENT, *FIXED))],
    Role.ENQUIRY_HANDLER: HANDLING,
    Role.ADMINISTRATOR: [
        Grant(ALL, (*CONTENT, *FIXED)),
        *HANDLING,
        Grant(ALL, ("projects.mailbox",)),
        Grant("view add", ("projects.consenttext",)),
        Grant(ALL, ACCOUNTS[:1]),
        Grant("view add", ("projects.erasure",)),  # to add one is to erase
    ],
}
DUTIES = {
    Role.TRANSLATOR: [TRANSLATE],
    Role.PUBLISHER: [PUBLISH],
    Role.ADMINISTRATOR: [PUBLISH],
}
#: Whoever publishes or keeps the accounts signs in with a one-time password as well.
WITH_ONE_TIME_PASSWORD = (Role.PUBLISHER, Role.ADMINISTRATOR)


def create_roles(using, **kwargs):
    """Make each role's group as it is described here; receiver of ``post_migrate``."""
    if not has_table(apps.get_model("auth", "Group"), using):
        return
    groups = apps.get_model("auth", "Group").objects
    permissions = apps.get_model("auth", "Permission").objects
    for role in Role:
        wanted = Q(pk__in=[])
        for grant in GRANTS[role]:
            for model in grant.models:
                app, name = model.split(".")
                names = [f"{action}_{name}" for action in grant.actions.split()]
                wanted |= Q(content_type__app_label=app, codename__in=names)
        for duty in DUTIES.get(role, ()):
            app, name = duty.split(".")
            wanted |= Q(content_type__app_label=app, codename=name)
        groups.get_or_create(name=role.value)[0].permissions.set(permissions.filter(wanted))


def has_role(user, *roles):
    """Whether ``user`` has one of ``roles``; superusers have all."""
    names = [role.value for role in roles]
    return user.is_active and (user.is_superuser or user.groups.filter(name__in=names).exists())


def may_publish(user):
    """Whether ``user`` decides what the public sees."""
    return user.has_perm(PUBLISH)


def needs_one_time_password(user):
    """Whether ``user`` has to sign in with a one-time password where ``REQUIRE_2FA`` asks it."""
    return has_role(user, *WITH_ONE_TIME_PASSWORD)
