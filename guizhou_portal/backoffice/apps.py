from contextlib import nullcontext

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PortalAdminConfig(AdminConfig):
    """Django's admin, with the portal's own site instead of the default one."""

    default_site = "guizhou_portal.backoffice.site.PortalAdminSite"


class BackofficeConfig(AppConfig):
    name = "guizhou_portal.backoffice"

    def ready(self):
        from reversion import admin as versions

        from . import accounts, many
        from .audit import log
        from .roles import create_roles
        from .signin import journal

        # The last of the installed apps: the permissions of all others exist by then.
        post_migrate.connect(create_roles, sender=self)
        # All admin modules are loaded by now, and axes listens already.
        accounts.register()
        journal.connect()
        log.connect()
        many.connect()
        # While somebody looks at an older version, it mutes Django's signals, in all threads: what
        # others save at that moment would have no history. The look itself is taken back anyway.
        versions.mute_signals = lambda *signals: nullcontext()
