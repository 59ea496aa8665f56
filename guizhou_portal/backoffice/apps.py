from django.contrib.admin.apps import AdminConfig


class BackofficeConfig(AdminConfig):
    default_site = "guizhou_portal.backoffice.site.PortalAdminSite"
