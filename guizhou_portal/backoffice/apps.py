from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PortalAdminConfig(AdminConfig):
    """Django's admin, with the portal's own site instead of the default one."""

    default_site = "guizhou_portal.backoffice.site.PortalAdminSite"


class BackofficeConfig(AppConfig):
    name = "guizhou_portal.backoffice"

    def ready(self):
        from . import accounts, many
        from .roles import create_roles
        from .signin import journal

        # The last of the installed apps: the permissions of all others exist by then.
        post_migrate.connect(create_roles, sender=self)
        # All admin modules are loaded by now, and axes listens already.
        accounts.register()
        journal.connect()
        many.connect()
